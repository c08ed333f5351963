#include "common/snapshot/schema_archive.hpp"

#include "common/log/log.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <unistd.h>

namespace sluice::snapshot {

namespace {

Result<process::Command> tool_command(std::vector<std::string> arguments,
                                      postgres::ConnectionParameters const& parameters) {
    TRY_ASSIGN(auto environment, postgres::tool_environment(parameters));
    process::Command command{.arguments = std::move(arguments)};
    command.environment = std::move(environment);
    // A service outranks PGHOST and PGPORT, so the caller's own would lead the tool to another server than ours.
    if (parameters.get("service").empty()) {
        command.unset.emplace_back("PGSERVICE");
    }
    // The tools' messages are read by people and by us; one language for both.
    command.environment["LC_ALL"] = "C";
    return command;
}

Result<process::Outcome> run_successfully(process::Runner& runner, process::Command const& command) {
    log::debug("run", {{"program", command.arguments.front()}});
    TRY_ASSIGN(auto outcome, runner.run(command));
    if (!outcome.succeeded()) {
        return tl::unexpected<Error>(process::failure_of(command, outcome));
    }
    return outcome;
}

// "3190; 0 16386 MATERIALIZED VIEW DATA public totals owner": the kind is the leading words in capitals.
std::string kind_in(std::string_view line) {
    std::size_t at = 0;
    for (int numbers = 0; numbers < 3 && at != std::string_view::npos; ++numbers) {
        at = line.find(' ', at);
        at = at == std::string_view::npos ? at : at + 1;
    }
    if (at == std::string_view::npos) {
        return {};
    }
    std::size_t end = at;
    while (end < line.size() && ((line[end] >= 'A' && line[end] <= 'Z') || line[end] == ' ')) {
        ++end;
    }
    std::string kind(line.substr(at, end - at));
    kind.erase(kind.find_last_not_of(' ') + 1);
    return kind;
}

bool is_about_event_trigger(std::string_view line) { return line.find(" EVENT TRIGGER ") != std::string_view::npos; }

bool belongs_to(TocEntry const& entry, RestorePhase phase) {
    constexpr std::array<std::string_view, 2> never{"SUBSCRIPTION", "DATABASE"};
    if (std::find(never.begin(), never.end(), entry.kind) != never.end()) {
        return false;
    }
    bool const last = entry.kind == "MATERIALIZED VIEW DATA" || entry.kind == "EVENT TRIGGER";
    return phase == RestorePhase::last ? last : !last;
}

class ListFile {
  public:
    static Result<ListFile> write(std::string const& path, std::vector<TocEntry> const& entries, RestorePhase phase) {
        std::ofstream file(path);
        bool any = false;
        for (auto const& entry : entries) {
            if (belongs_to(entry, phase)) {
                file << entry.line << '\n';
                any = true;
            }
        }
        file.close();
        if (!file) {
            return fail(Errc::temporary, "cannot write '" + path + "'", "Check the space below TMPDIR.");
        }
        return ListFile(path, any);
    }
    ListFile(ListFile&& other) noexcept : m_path(std::exchange(other.m_path, {})), m_any(other.m_any) {}
    ListFile& operator=(ListFile&&) = delete;
    ~ListFile() {
        if (!m_path.empty()) {
            unlink(m_path.c_str());
        }
    }
    [[nodiscard]] std::string const& path() const { return m_path; }
    [[nodiscard]] bool any() const { return m_any; }

  private:
    ListFile(std::string path, bool any) : m_path(std::move(path)), m_any(any) {}
    std::string m_path;
    bool m_any;
};

std::string section_of(RestorePhase phase) { return phase == RestorePhase::pre_data ? "pre-data" : "post-data"; }

} // namespace

Result<void> dump_schema(process::Runner& runner, SchemaDump const& dump,
                         std::function<Result<void>(std::string_view)> const& take) {
    // Long waits for a lock are pointless here, see SourceView.
    std::vector<std::string> arguments{dump.tools.pg_dump,
                                       "--format=custom",
                                       "--compress=0",
                                       "--section=pre-data",
                                       "--section=post-data",
                                       "--no-blobs",
                                       "--no-subscriptions",
                                       "--no-password",
                                       "--lock-wait-timeout=2000",
                                       "--snapshot=" + dump.exported_snapshot};
    if (!dump.role.empty()) {
        arguments.push_back("--role=" + dump.role);
    }
    TRY_ASSIGN(auto command, tool_command(std::move(arguments), dump.source));
    command.on_output = take;
    return run_successfully(runner, command).map([](process::Outcome const&) {});
}

std::vector<TocEntry> parse_toc(std::string_view listing) {
    std::vector<TocEntry> entries;
    while (!listing.empty()) {
        std::size_t const end = std::min(listing.find('\n'), listing.size());
        std::string_view const line = listing.substr(0, end);
        listing.remove_prefix(std::min(end + 1, listing.size()));
        if (!line.empty() && line.front() >= '0' && line.front() <= '9') {
            entries.push_back({std::string(line), is_about_event_trigger(line) ? "EVENT TRIGGER" : kind_in(line)});
        }
    }
    return entries;
}

Result<void> restore_schema(process::Runner& runner, SchemaRestore const& restore, RestorePhase phase,
                            std::size_t jobs) {
    std::string const section = "--section=" + section_of(phase);
    process::Command list_command{.arguments = {restore.tools.pg_restore, "--list", section, restore.archive_path}};
    TRY_ASSIGN(auto const listing, run_successfully(runner, list_command));
    TRY_ASSIGN(auto const list, ListFile::write(restore.archive_path + ".list", parse_toc(listing.output), phase));
    if (!list.any()) {
        return {};
    }
    std::vector<std::string> arguments{restore.tools.pg_restore, "--exit-on-error",  section,
                                       "--no-password",          "--no-tablespaces", "--use-list=" + list.path()};
    if (phase == RestorePhase::post_data && jobs > 1) {
        arguments.push_back("--jobs=" + std::to_string(jobs));
    }
    // The name alone: everything secret is in the environment. Quoted, since a bare name with = or :// is taken apart.
    arguments.push_back("--dbname=" +
                        postgres::ConnectionParameters{{{"dbname", restore.target.get("dbname")}}}.conninfo());
    arguments.push_back(restore.archive_path);
    TRY_ASSIGN(auto command, tool_command(std::move(arguments), restore.target));
    if (!restore.options.empty()) {
        command.environment["PGOPTIONS"] = restore.options;
    }
    return run_successfully(runner, command).map([](process::Outcome const&) {});
}

} // namespace sluice::snapshot
