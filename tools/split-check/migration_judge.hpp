#pragma once

#include "tools/split-check/classify.hpp"
#include "tools/split-check/sql_judge.hpp"

namespace sluice::split_check {

/// Judges one migration by its language. `rendered`: the SQL that a render command printed for it, if any.
[[nodiscard]] SqlReport judge_migration(ClassifiedFile const& file, Config const& config, SchemaState& state,
                                        std::optional<std::string> const& rendered);

/// The files of the base that new migrations could be numbered among, told from those at head.
[[nodiscard]] std::vector<FileRef> numbered_files_before(std::vector<ClassifiedFile> const& files,
                                                         std::vector<FileRef> const& at_head);

/// Rule 38: migrations of the base that were edited, deleted or renamed, and new ones that sort before those.
/// `base_files`: those among which the new ones are numbered, or empty where they are not known.
[[nodiscard]] std::vector<Finding> check_applied(std::vector<ClassifiedFile> const& files,
                                                 std::vector<FileRef> const& base_files);

/// The number that a migration's name begins with ("V1.2__x" -> {1, 2}, "0003_x" -> {3}, "17/up.sql" by its folder);
/// empty when it has none.
[[nodiscard]] std::vector<std::string> version_of(std::string_view path);

/// Earlier or later of two such numbers.
[[nodiscard]] bool is_before(std::vector<std::string> const& a, std::vector<std::string> const& b);

} // namespace sluice::split_check
