#pragma once

#include "common/ci/environment.hpp"
#include "common/result/result.hpp"
#include "tools/split-check/git.hpp"

#include <optional>
#include <string>

namespace sluice::split_check {

/// How the base of the comparison is to be found.
enum class BaseKind {
    exact,        ///< `base` is it
    merge_base,   ///< where head's line left `base`
    first_parent, ///< head is a merge that the CI system made: its first parent
    previous_tag, ///< the newest tag before head
    nothing,      ///< the first release: compare with the empty tree
};

/// What the options and the CI system's variables say, before git is asked. Pure to build.
struct RangePlan {
    BaseKind kind = BaseKind::exact;
    std::string base{};
    std::string head = "HEAD";
    std::string from{};     ///< for people: where this comes from
    std::string warning{};  ///< why it may not be the deployed revision
    std::string fallback{}; ///< an exact base for when no tag is found
};

struct RangeRequest {
    std::string range{};    ///< --range
    std::string deployed{}; ///< --deployed, or what --deployed-from found
    std::string head{};
    bool initial = false;
};

struct Range {
    std::string base; ///< full commit name, or the empty tree
    std::string head;
    std::string from;
    bool initial = false;
};

/// The name of the tree without files. Source: git's hash of nothing.
inline constexpr std::string_view k_empty_tree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// Errors: usage for a range that is none, unknown when neither options nor the CI system name one, with the line to
/// add to the job.
[[nodiscard]] Result<RangePlan> plan_range(RangeRequest const& request, ci::Environment const& environment);

/// Asks git. `fetch`: get what a shallow clone lacks. Errors: unknown, with the line to add to the job.
[[nodiscard]] Result<Range> resolve_range(RangePlan const& plan, Git const& git, bool fetch);

} // namespace sluice::split_check
