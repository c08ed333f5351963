#include "tools/split-check/release.hpp"

#include <algorithm>

namespace sluice::split_check {

namespace {

constexpr int k_exit_mixed = 1;
constexpr int k_exit_unsafe = 10;
constexpr int k_exit_applied = 11;
constexpr int k_exit_unclassified = 12;

Finding unclaimed(ClassifiedFile const& file) {
    Rule const& rule = rule_of(rule::unclassified);
    Finding finding;
    finding.rule = rule.number;
    finding.safety = Safety::unknown;
    finding.path = file.change.path;
    finding.message = "the file: " + std::string(rule.harm);
    finding.advice = rule.advice;
    finding.statement = "unclassified";
    return finding;
}

Finding unseen(ClassifiedFile const& file) {
    Finding finding = unclaimed(file);
    finding.message = "the submodule: its commits are not in this clone, so what it changes counts as unknown";
    finding.advice = "Check submodules out with their history (GIT_SUBMODULE_STRATEGY: recursive, "
                     "GIT_SUBMODULE_DEPTH: \"0\"), or give the path a class in .split-check/config.json.";
    finding.statement = "unseen submodule";
    return finding;
}

bool in_service(Config const& config, Service const& service, std::string const& path) {
    auto const covers = [&](Glob const& glob) { return glob.matches(path); };
    return std::any_of(service.roots.begin(), service.roots.end(), covers) ||
           std::any_of(config.shared.begin(), config.shared.end(), covers);
}

bool in_no_service(Config const& config, std::string const& path) {
    return std::none_of(config.services.begin(), config.services.end(),
                        [&](Service const& service) { return in_service(config, service, path); });
}

bool counts(Finding const& finding) { return !finding.waived.has_value(); }

Kind kind_of(bool code, bool migration, bool unknown, bool any) {
    if (code && migration) {
        return Kind::mixed;
    }
    if (unknown) {
        return Kind::unknown;
    }
    if (migration) {
        return Kind::migration;
    }
    return code ? Kind::code : any ? Kind::neutral : Kind::empty;
}

// Files of one service, or of those that no service claims.
template <class Belongs> ServiceVerdict verdict_of(Release const& release, std::string name, Belongs belongs) {
    ServiceVerdict verdict{std::move(name)};
    bool any = false;
    bool unknown = false;
    for (auto const& file : release.files) {
        if (!belongs(file.change.path)) {
            continue;
        }
        any = true;
        unknown = unknown || file.file_class == FileClass::unknown;
        verdict.code_count += file.file_class == FileClass::code ? 1 : 0;
        verdict.migration_count += file.file_class == FileClass::migration ? 1 : 0;
    }
    for (auto const& migration : release.migrations) {
        if (belongs(migration.path)) {
            verdict.phase = joined(verdict.phase, migration.phase);
        }
    }
    for (auto const& finding : release.findings) {
        if (counts(finding) && finding.rule != rule::mixed && belongs(finding.path)) {
            verdict.safety = worse(verdict.safety, finding.safety);
        }
    }
    for (auto const& migration : release.migrations) {
        if (belongs(migration.path)) {
            verdict.safety = worse(verdict.safety, migration.floor);
        }
    }
    verdict.kind = kind_of(verdict.code_count > 0, verdict.migration_count > 0, unknown, any);
    return verdict;
}

std::vector<ServiceVerdict> services_of(Release const& release, Config const& config) {
    std::vector<ServiceVerdict> services;
    for (auto const& service : config.services) {
        services.push_back(verdict_of(release, service.name,
                                      [&](std::string const& path) { return in_service(config, service, path); }));
        services.back().database = service.database;
    }
    bool const none = config.services.empty();
    auto rest = verdict_of(release, none ? "" : "(rest)",
                           [&](std::string const& path) { return none || in_no_service(config, path); });
    if (none || rest.kind != Kind::empty) {
        services.push_back(std::move(rest));
    }
    return services;
}

// Services on one database stand or fall together: code of one meets the schema of the other.
void join_databases(std::vector<ServiceVerdict>& services) {
    for (auto& one : services) {
        for (auto const& other : services) {
            bool const shared = !one.database.empty() && one.database == other.database;
            bool const clash =
                (one.code_count > 0 && other.migration_count > 0) || (one.migration_count > 0 && other.code_count > 0);
            if (shared && clash) {
                one.kind = Kind::mixed;
            }
        }
    }
}

Kind total_kind(std::vector<ServiceVerdict> const& services) {
    auto const has = [&](Kind kind) {
        return std::any_of(services.begin(), services.end(), [&](auto const& one) { return one.kind == kind; });
    };
    for (Kind const kind : {Kind::mixed, Kind::unknown, Kind::migration, Kind::code, Kind::neutral}) {
        if (has(kind)) {
            return kind;
        }
    }
    return Kind::empty;
}

void add_release_finding(Release& release, int number, std::string what, std::string object) {
    Rule const& rule = rule_of(number);
    Finding finding;
    finding.rule = number;
    finding.safety = Safety::unsafe;
    finding.path = release.migrations.empty() ? "" : release.migrations.front().path;
    finding.object = std::move(object);
    finding.message = std::move(what) + ": " + std::string(rule.harm);
    finding.advice = rule.advice;
    finding.statement = std::string(rule.name);
    release.findings.push_back(std::move(finding));
}

bool has_phase(Release const& release, Phase phase) {
    return std::any_of(release.migrations.begin(), release.migrations.end(), [&](MigrationVerdict const& migration) {
        return migration.phase == phase || migration.phase == Phase::mixed;
    });
}

bool has_finding(Release const& release, int number) {
    return std::any_of(release.findings.begin(), release.findings.end(),
                       [&](Finding const& finding) { return finding.rule == number; });
}

void check_phases(Release& release) {
    bool const both = has_phase(release, Phase::expand) && has_phase(release, Phase::contract);
    bool const inside_one = std::any_of(release.migrations.begin(), release.migrations.end(),
                                        [](MigrationVerdict const& m) { return m.phase == Phase::mixed; });
    if ((both || inside_one) && !release.initial && !has_finding(release, rule::expand_and_contract)) {
        add_release_finding(release, rule::expand_and_contract, "additions and removals are in one release", "");
    }
}

bool counted(Release const& release, int number) {
    return std::any_of(release.findings.begin(), release.findings.end(),
                       [&](Finding const& finding) { return finding.rule == number && counts(finding); });
}

} // namespace

std::size_t Release::count(FileClass file_class) const {
    return static_cast<std::size_t>(std::count_if(
        files.begin(), files.end(), [&](ClassifiedFile const& file) { return file.file_class == file_class; }));
}

Release judge_release(std::vector<ClassifiedFile> files, JudgeInputs const& inputs) {
    Release release;
    release.files = std::move(files);
    SchemaState state;
    for (auto const& file : release.files) {
        if (file.holds_unclaimed_ddl) {
            release.findings.push_back(unclaimed(file));
        } else if (file.file_class == FileClass::unknown) {
            release.findings.push_back(unseen(file));
        }
        if (file.file_class != FileClass::migration) {
            continue;
        }
        auto const rendered = inputs.rendered.find(file.change.path);
        SqlReport report = judge_migration(
            file, inputs.config, state,
            rendered == inputs.rendered.end() ? std::nullopt : std::optional<std::string>(rendered->second));
        for (auto& finding : report.findings) {
            finding.path = file.change.path;
            release.findings.push_back(std::move(finding));
        }
        release.migrations.push_back(
            {file.change.path, report.phase, report.floor, std::move(report.dropped), std::move(report.added)});
    }
    auto applied = check_applied(release.files, inputs.base_files);
    std::move(applied.begin(), applied.end(), std::back_inserter(release.findings));
    return release;
}

void settle(Release& release, Config const& config) {
    check_phases(release);
    release.services = services_of(release, config);
    join_databases(release.services);
    release.kind = total_kind(release.services);
    bool const mixed = release.kind == Kind::mixed;
    if (mixed && !release.initial && !has_finding(release, rule::mixed)) {
        add_release_finding(release, rule::mixed,
                            std::to_string(release.count(FileClass::code)) + " code files and " +
                                std::to_string(release.count(FileClass::migration)) + " migrations",
                            "");
    }
    release.phase = Phase::none;
    release.safety = Safety::safe;
    for (auto const& service : release.services) {
        release.phase = joined(release.phase, service.phase);
        release.safety = worse(release.safety, service.safety);
    }
    release.waived = 0;
    for (auto const& finding : release.findings) {
        release.waived += counts(finding) ? 0 : 1;
        release.needs_snapshot = release.needs_snapshot || finding.data_lost || finding.phase == Phase::never;
        // Rule 39 and 38 speak of the migrations as a whole.
        bool const about_migrations = finding.rule != rule::mixed && counts(finding);
        release.safety = about_migrations ? worse(release.safety, finding.safety) : release.safety;
    }
    release.needs_snapshot = release.needs_snapshot || has_phase(release, Phase::data);
    release.mixed_waived = mixed && !counted(release, rule::mixed);
}

int exit_status(Release const& release, bool strict) {
    if (release.failed_with != 0) {
        return release.failed_with;
    }
    if (release.kind == Kind::mixed && !release.mixed_waived) {
        return k_exit_mixed;
    }
    if (counted(release, rule::other_pipeline)) {
        return k_exit_mixed;
    }
    if (counted(release, rule::applied_migration)) {
        return k_exit_applied;
    }
    if (release.safety == Safety::unsafe) {
        return k_exit_unsafe;
    }
    bool const unknown = release.safety == Safety::unknown || release.kind == Kind::unknown;
    return strict && unknown ? k_exit_unclassified : 0;
}

std::string pipeline_of(Kind kind) {
    switch (kind) {
    case Kind::code: return "code";
    case Kind::migration: return "migrations";
    case Kind::empty:
    case Kind::neutral: return "none";
    case Kind::mixed:
    case Kind::unknown: break;
    }
    return "refuse";
}

std::string pipeline_of(Release const& release, bool strict) {
    if (exit_status(release, strict) != 0) {
        return "refuse";
    }
    if (release.initial) {
        return "initial";
    }
    bool code = false;
    bool migration = false;
    for (auto const& service : release.services) {
        code = code || service.kind == Kind::code;
        migration = migration || service.kind == Kind::migration;
    }
    if (code && migration && release.kind != Kind::unknown) {
        return "per-service";
    }
    // A waived mixture goes the way of migrations, which is the one with protection and a gate.
    return release.mixed_waived ? "migrations" : pipeline_of(release.kind);
}

void expect_pipeline(Release& release, std::string const& expected, bool strict) {
    std::string const pipeline = pipeline_of(release, strict);
    // A refused release has findings of its own.
    if (expected.empty() || expected == "auto" || pipeline == expected || pipeline == "none" || pipeline == "refuse") {
        return;
    }
    add_release_finding(release, rule::other_pipeline,
                        "the release is for pipeline " + pipeline + ", and " + expected + " was asked for", "");
    // Readers of reports want a file to show it at.
    auto& path = release.findings.back().path;
    path = path.empty() && !release.files.empty() ? release.files.front().change.path : path;
}

} // namespace sluice::split_check
