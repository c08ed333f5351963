#include "common/snapshot/schema_archive.hpp"

#include "common/ci/environment.hpp"
#include "common/log/log.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <unistd.h>

namespace sluice::snapshot {

namespace {

// The tools lift their timeouts by statements, of which the role's own timeout may already cancel the first.
std::string without_timeouts(std::string const& options) {
    return options + " -c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0";
}

Result<process::Command> tool_command(std::vector<std::string> arguments,
                                      postgres::ConnectionParameters const& parameters) {
    TRY_ASSIGN(auto environment, postgres::tool_environment(parameters));
    process::Command command{.arguments = std::move(arguments)};
    command.environment = std::move(environment);
    // A service outranks PGHOST and PGPORT, so the caller's own would lead the tool to another server than ours.
    if (parameters.get("service").empty()) {
        command.unset.emplace_back("PGSERVICE");
    }
    auto const inherited = ci::Environment::of_process().get("PGOPTIONS").value_or("");
    command.environment["PGOPTIONS"] =
        without_timeouts(command.environment.try_emplace("PGOPTIONS", inherited).first->second);
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

// Words in capitals may go on into a schema's name: "ACL SHOP TABLE x owner".
bool is_kind(TocEntry const& entry, std::string const& kind) {
    return entry.kind == kind || entry.kind.starts_with(kind + " ");
}

bool is_any_of(TocEntry const& entry, std::initializer_list<char const*> kinds) {
    return std::any_of(kinds.begin(), kinds.end(), [&](char const* kind) { return is_kind(entry, kind); });
}

bool belongs_to(TocEntry const& entry, RestorePhase phase) {
    if (is_any_of(entry, {"SUBSCRIPTION", "DATABASE"})) {
        return false;
    }
    bool const grant = is_any_of(entry, {"ACL", "DEFAULT ACL"});
    switch (phase) {
    case RestorePhase::schemas: return is_kind(entry, "SCHEMA");
    case RestorePhase::pre_data: return !is_kind(entry, "SCHEMA") && !grant;
    case RestorePhase::grants: return grant;
    case RestorePhase::indexes: return is_any_of(entry, {"INDEX", "CONSTRAINT"}) && !is_kind(entry, "INDEX ATTACH");
    case RestorePhase::post_data:
        return !is_any_of(entry,
                          {"MATERIALIZED VIEW DATA", "EVENT TRIGGER", "INDEX ATTACH", "FK CONSTRAINT", "COMMENT"}) &&
               !grant;
    case RestorePhase::index_attachments: return is_kind(entry, "INDEX ATTACH");
    case RestorePhase::foreign_keys: return is_any_of(entry, {"FK CONSTRAINT", "COMMENT"});
    case RestorePhase::late_grants: return grant;
    case RestorePhase::materialized_views: return is_kind(entry, "MATERIALIZED VIEW DATA");
    case RestorePhase::event_triggers: return is_kind(entry, "EVENT TRIGGER");
    }
    return false;
}

class ListFile {
  public:
    static Result<ListFile> write(std::string const& path, std::vector<std::string> lines) {
        std::ofstream file(path);
        for (auto const& line : lines) {
            file << line << '\n';
        }
        file.close();
        if (!file) {
            return fail(Errc::temporary, "cannot write '" + path + "'", "Check the space below TMPDIR.");
        }
        return ListFile(path, std::move(lines));
    }
    ListFile(ListFile&& other) noexcept : m_path(std::exchange(other.m_path, {})), m_lines(std::move(other.m_lines)) {}
    ListFile& operator=(ListFile&&) = delete;
    ~ListFile() {
        if (!m_path.empty()) {
            unlink(m_path.c_str());
        }
    }
    [[nodiscard]] std::string const& path() const { return m_path; }
    [[nodiscard]] std::vector<std::string> const& lines() const { return m_lines; }

  private:
    ListFile(std::string path, std::vector<std::string> lines) : m_path(std::move(path)), m_lines(std::move(lines)) {}
    std::string m_path;
    std::vector<std::string> m_lines;
};

std::string section_of(RestorePhase phase) { return phase <= RestorePhase::grants ? "pre-data" : "post-data"; }

Result<ListFile> list_phase(process::Runner& runner, SchemaRestore const& restore, RestorePhase phase) {
    process::Command const command{
        .arguments = {restore.tools.pg_restore, "--list", "--section=" + section_of(phase), restore.archive_path}};
    TRY_ASSIGN(auto const listing, run_successfully(runner, command));
    std::vector<std::string> lines;
    for (auto& entry : parse_toc(listing.output)) {
        if (belongs_to(entry, phase) && !restore.done.contains(entry.line)) {
            lines.push_back(std::move(entry.line));
        }
    }
    return ListFile::write(restore.archive_path + ".list", std::move(lines));
}

Result<std::string> script_of(process::Runner& runner, SchemaRestore const& restore, ListFile const& list) {
    if (list.lines().empty()) {
        return std::string{};
    }
    process::Command command{.arguments = {restore.tools.pg_restore, "--file=-", "--no-tablespaces",
                                           "--use-list=" + list.path(), restore.archive_path}};
    command.environment["LC_ALL"] = "C";
    TRY_ASSIGN(auto outcome, run_successfully(runner, command));
    return std::move(outcome.output);
}

// What pg_restore writes before each entry, and after the last.
constexpr std::string_view k_script_entry = "\n--\n-- Name: ";
constexpr std::string_view k_script_end = "\n--\n-- PostgreSQL database dump complete\n";

std::string trimmed(std::string_view text) {
    constexpr char const* space = " \n";
    std::size_t const begin = std::min(text.find_first_not_of(space), text.size());
    return std::string(text.substr(begin, text.find_last_not_of(space) + 1 - begin));
}

std::string with_replaced(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

} // namespace

Result<void> dump_schema(process::Runner& runner, SchemaDump const& dump,
                         std::function<Result<void>(std::string_view)> const& take) {
    // Long waits for a lock are pointless here, see SourceView.
    std::vector<std::string> arguments{dump.tools.pg_dump,
                                       "--format=custom",
                                       "--encoding=UTF8",
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
    if (dump.without_comments) {
        arguments.emplace_back("--no-comments");
    }
    // From 18 on pg_dump can carry statistics, which hold values of the rows; before, it has no such option.
    constexpr int first_with_statistics = 18;
    if (dump.tools.major >= first_with_statistics) {
        arguments.emplace_back("--no-statistics");
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
    TRY_ASSIGN(auto const list, list_phase(runner, restore, phase));
    if (list.lines().empty()) {
        return {};
    }
    // The list alone decides. With --section a comment or grant counts to that of the entry before it in the list, and
    // where there is none it is left out without a word.
    std::vector<std::string> arguments{restore.tools.pg_restore, "--exit-on-error", "--no-password", "--no-tablespaces",
                                       "--use-list=" + list.path()};
    if (jobs > 1) {
        arguments.push_back("--jobs=" + std::to_string(jobs));
    }
    // The name alone: everything secret is in the environment. Quoted, since a bare name with = or :// is taken apart.
    arguments.push_back("--dbname=" +
                        postgres::ConnectionParameters{{{"dbname", restore.target.get("dbname")}}}.conninfo());
    arguments.push_back(restore.archive_path);
    TRY_ASSIGN(auto command, tool_command(std::move(arguments), restore.target));
    if (!restore.options.empty()) {
        command.environment["PGOPTIONS"] += " " + restore.options;
    }
    return run_successfully(runner, command).map([](process::Outcome const&) {});
}

Result<std::string> schema_script(process::Runner& runner, SchemaRestore const& restore, RestorePhase phase) {
    TRY_ASSIGN(auto const list, list_phase(runner, restore, phase));
    TRY_ASSIGN(auto const script, script_of(runner, restore, list));
    return bare_statements(script);
}

Result<std::vector<ScriptEntry>> script_entries(process::Runner& runner, SchemaRestore const& restore,
                                                RestorePhase phase) {
    TRY_ASSIGN(auto const list, list_phase(runner, restore, phase));
    TRY_ASSIGN(auto const script, script_of(runner, restore, list));
    auto statements = split_script(script);
    std::vector<ScriptEntry> entries;
    if (statements.size() == list.lines().size()) {
        for (std::size_t i = 0; i < statements.size(); ++i) {
            entries.push_back({list.lines()[i], std::move(statements[i])});
        }
    }
    return entries;
}

std::vector<std::string> split_script(std::string_view script) {
    constexpr std::string_view header_end = "\n--\n";
    std::vector<std::string> statements;
    script = script.substr(0, script.rfind(k_script_end));
    for (std::size_t at = script.find(k_script_entry); at != std::string_view::npos;) {
        std::size_t const header = script.find(header_end, at + k_script_entry.size());
        std::size_t const next = script.find(k_script_entry, at + 1);
        std::size_t const begin = header == std::string_view::npos ? next : header + header_end.size();
        statements.push_back(trimmed(begin < next ? script.substr(begin, next - begin) : std::string_view{}));
        at = next;
    }
    return statements;
}

std::string bare_statements(std::string_view script) {
    std::size_t const begin = script.find(k_script_entry);
    if (begin == std::string_view::npos) {
        return {};
    }
    std::string statements(script.substr(begin, script.rfind(k_script_end) - begin));
    statements = with_replaced(std::move(statements), "\nSET SESSION AUTHORIZATION ", "\nSET ROLE ");
    return with_replaced(std::move(statements), "\nRESET SESSION AUTHORIZATION;", "\nRESET ROLE;");
}

} // namespace sluice::snapshot
