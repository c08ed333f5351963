#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::split_check {

/// What a changed file is to a release. Source: DESIGN section 2.
enum class FileClass { neutral, companion, code, migration, unknown };

/// When a step may run: before the code that needs it, after the code that used it, or for rows alone. `never` is a
/// step that suits neither side at any time; `mixed` is more than one phase in one release.
enum class Phase { none, expand, contract, data, never, mixed, unknown };

/// How a migration behaves beside the code now running.
enum class Safety { safe, review, unsafe, unknown };

/// The kind of a release or of one service's part of it.
enum class Kind { empty, neutral, code, migration, mixed, unknown };

/// One changed file. A rename is a deletion and an addition, so that a file moved into or out of a folder of
/// migrations counts on both sides.
struct Change {
    char status = 'M'; ///< A, M, D or T, as git names them; ? where a list does not say
    std::string path;
    unsigned old_mode = 0; ///< octal as git prints it; 0 where unknown or absent
    unsigned new_mode = 0;
    std::string old_id{}; ///< blob names; empty where unknown or absent
    std::string new_id{};
    std::string renamed_from{}; ///< only to say so
    bool unseen = false;        ///< a submodule that was to be looked into and is not at hand
};

/// git's modes of what is not a plain file. Source: git-diff-tree(1), "Raw output format".
inline constexpr unsigned k_mode_submodule = 0160000;

struct Finding {
    int rule = 0; ///< number of the rule, see rules.hpp
    Safety safety = Safety::review;
    Phase phase = Phase::none;
    std::string path{};
    std::size_t line = 1;
    std::string object{};                ///< what it is about, such as "orders.legacy_note"
    std::string message{};               ///< what happens, to whom
    std::string advice{};                ///< the safe way
    std::string lock{};                  ///< "ACCESS EXCLUSIVE on orders", or empty
    std::string statement{};             ///< normalised text, for a fingerprint that survives moved lines
    bool data_lost = false;              ///< cannot be undone without a snapshot
    std::optional<std::string> waived{}; ///< the reason, where somebody took it upon themselves
};

[[nodiscard]] std::string_view name_of(FileClass value);
[[nodiscard]] std::string_view name_of(Phase value);
[[nodiscard]] std::string_view name_of(Safety value);
[[nodiscard]] std::string_view name_of(Kind value);

/// The class of that name, for configuration files. `unknown` is no name.
[[nodiscard]] std::optional<FileClass> file_class_of(std::string_view name);

/// The worse of two: unsafe, then unknown, review, safe.
[[nodiscard]] Safety worse(Safety a, Safety b);

/// Both together: none adds nothing, two different ones are mixed, unknown wins over all.
[[nodiscard]] Phase joined(Phase a, Phase b);

} // namespace sluice::split_check
