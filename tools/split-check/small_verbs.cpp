#include "tools/split-check/small_verbs.hpp"

#include "common/json/json.hpp"
#include "tools/split-check/check.hpp"
#include "tools/split-check/classify_release.hpp"

#include <filesystem>
#include <ostream>

namespace sluice::split_check {

namespace {

// Each file is a release of its own: in one stream the first file's tables would excuse all the others.
Result<void> lint_file(ClassifiedFile file, std::string text, Config const& config, Release& total) {
    file.file_class = FileClass::migration;
    file.change.status = 'A';
    file.text = std::move(text);
    std::vector<ClassifiedFile> one;
    one.push_back(std::move(file));
    Release release = judge_release(std::move(one), {config, {}, {}});
    settle(release, config);
    total.files.push_back(std::move(release.files.front()));
    total.migrations.push_back(std::move(release.migrations.front()));
    for (auto& finding : release.findings) {
        total.findings.push_back(std::move(finding));
    }
    total.kind = Kind::migration;
    total.phase = joined(total.phase, release.phase);
    total.safety = worse(total.safety, release.safety);
    total.needs_snapshot = total.needs_snapshot || release.needs_snapshot;
    return {};
}

std::vector<Change> as_changes(std::vector<std::string> const& paths) {
    std::vector<Change> changes;
    for (auto const& path : paths) {
        changes.push_back({'A', path});
    }
    return changes;
}

Json explained(ClassifiedFile const& file) {
    return {{"path", file.change.path},
            {"class", name_of(file.file_class)},
            {"decided_by", reason_of(file)},
            {"unclaimed_ddl", file.holds_unclaimed_ddl}};
}

std::string config_text(std::vector<std::string> const& presets) {
    Json const document{{"version", 1}, {"presets", presets}, {"classes", Json::array()}, {"postgres_version", 15}};
    return json::dump_indented(document);
}

Result<std::map<std::string, std::size_t>> presets_in_use(FolderSource& source) {
    TRY_ASSIGN(auto const* listed, source.files());
    std::vector<Change> changes;
    for (auto const& file : *listed) {
        changes.push_back({'A', file.path});
    }
    TRY_ASSIGN(auto const files, classify_release(std::move(changes), Config{}, {nullptr, &source}));
    std::map<std::string, std::size_t> used;
    for (auto const& file : files) {
        if (file.file_class == FileClass::migration && file.preset != nullptr) {
            ++used[file.preset->name];
        }
    }
    return used;
}

} // namespace

Result<cli::ExitCode> run_lint(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const config, load_config(options));
    FolderSource folder(options.repo);
    TRY_ASSIGN(auto files, classify_release(as_changes(options.paths), config, {nullptr, &folder}));
    Release total;
    for (auto& file : files) {
        bool const standard_input = file.change.path == "-";
        std::string const path = standard_input ? "/dev/stdin"
                                 : options.repo.empty() || file.change.path[0] == '/'
                                     ? file.change.path
                                     : options.repo + "/" + file.change.path;
        TRY_ASSIGN(auto text, read_file(path));
        file.change.path = standard_input ? "stdin.sql" : file.change.path;
        TRY(lint_file(std::move(file), std::move(text), config, total));
    }
    total.range_from = "lint";
    TRY(publish(total, options, context));
    return static_cast<cli::ExitCode>(exit_status(total, options.strict));
}

Result<cli::ExitCode> run_explain(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const config, load_config(options));
    FolderSource folder(options.repo);
    TRY_ASSIGN(auto const files, classify_release(as_changes(options.paths), config, {nullptr, &folder}));
    Json document{{"version", 1}, {"files", Json::array()}};
    for (auto const& file : files) {
        document["files"].push_back(explained(file));
        if (!options.common.json) {
            context.out << file.change.path << ": " << name_of(file.file_class) << " (" << reason_of(file) << ")"
                        << (file.holds_unclaimed_ddl ? ", but it changes a schema" : "") << "\n";
        }
    }
    if (options.common.json) {
        context.out << json::dump_indented(document);
    }
    return cli::ExitCode::ok;
}

Result<cli::ExitCode> run_init(Options const& options, cli::Context& context) {
    std::string const folder = (options.repo.empty() ? "." : options.repo) + "/.split-check";
    std::string const path = options.config.empty() ? folder + "/config.json" : options.config;
    std::error_code failure;
    if (!options.force && std::filesystem::exists(path, failure)) {
        return fail(Errc::usage, "'" + path + "' is there already", "Pass --force to write it anew.");
    }
    FolderSource source(options.repo);
    TRY_ASSIGN(auto const used, presets_in_use(source));
    std::vector<std::string> names;
    for (auto const& [name, count] : used) {
        names.push_back(name);
        if (!options.common.json) {
            context.out << name << ": " << count << " migrations\n";
        }
    }
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), failure);
    TRY(write_whole(path, config_text(names)));
    context.out << (options.common.json ? config_text(names) : "wrote " + path + "\n");
    return cli::ExitCode::ok;
}

} // namespace sluice::split_check
