#pragma once

#include "tools/split-check/classify.hpp"
#include "tools/split-check/migration_judge.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace sluice::split_check {

/// One service's part of the release; a repository without services is one service without a name.
struct ServiceVerdict {
    std::string name;
    std::string database{};
    Kind kind = Kind::empty;
    Phase phase = Phase::none;
    Safety safety = Safety::safe;
    std::size_t code_count = 0;
    std::size_t migration_count = 0;
};

/// What one migration is, for the texts and for `plan`.
struct MigrationVerdict {
    std::string path;
    Phase phase = Phase::none;
    Safety floor = Safety::safe; ///< what its language allows to say at best
    std::set<std::string> dropped{};
    std::set<std::string> added{};
};

/// A judged release: everything that any report says.
struct Release {
    std::string base{};
    std::string head{};
    std::string range_from{}; ///< how the range was found, for people
    bool initial = false;     ///< the first release: nothing is deployed yet
    std::vector<ClassifiedFile> files{};
    std::vector<MigrationVerdict> migrations{};
    std::vector<Finding> findings{};
    std::vector<ServiceVerdict> services{};
    Kind kind = Kind::empty;
    Phase phase = Phase::none;
    Safety safety = Safety::safe;
    bool mixed_waived = false;
    bool needs_snapshot = false; ///< a step loses data or rewrites rows: protect before it runs
    std::size_t waived = 0;
    int failed_with = 0; ///< the exit code where there is no verdict at all
    [[nodiscard]] std::size_t count(FileClass file_class) const;
};

struct JudgeInputs {
    Config const& config;
    std::vector<FileRef> const& base_files;             ///< empty where unknown
    std::map<std::string, std::string> const& rendered; ///< path -> SQL of a render command
};

/// Judges the migrations and puts classes, phases and rule 38 together. Pure. `settle` must follow once waivers and
/// the deployed code have had their say.
[[nodiscard]] Release judge_release(std::vector<ClassifiedFile> files, JudgeInputs const& inputs);

/// Derives kinds, phases, safety and the findings about the release as a whole (mixed, rule 39) from files and
/// findings. Waived findings do not count. Pure.
void settle(Release& release, Config const& config);

/// Adds a finding where the release is for another pipeline than `expected`, and not for none. Empty or auto: any will
/// do.
void expect_pipeline(Release& release, std::string const& expected, bool strict);

/// The exit code of DESIGN section 4: 0, 1 mixed or not what was expected, 11, 10, or 12 when `strict` and something is
/// unknown; where there is no verdict, that of the error.
[[nodiscard]] int exit_status(Release const& release, bool strict);

/// Which pipeline a release of this kind may run: code, migrations, none, refuse, initial, or per-service.
[[nodiscard]] std::string pipeline_of(Release const& release, bool strict);
[[nodiscard]] std::string pipeline_of(Kind kind);

} // namespace sluice::split_check
