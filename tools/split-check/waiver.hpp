#pragma once

#include "common/result/result.hpp"
#include "common/time/clock.hpp"
#include "tools/split-check/release.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sluice::split_check {

/// Somebody's word that a finding is acceptable.
struct Waiver {
    int rule = 0;
    std::string path{}; ///< a pattern as in .gitignore; empty for SQL comments, which have a line
    std::string reason{};
    std::string expires{}; ///< "2026-12-31", the last day it counts; empty: only this release
    std::string approved_by{};
    std::string where{}; ///< for messages: "waivers.json", "commit 1a2b3c4", "db/1.sql:3"
    std::string file{};  ///< of an SQL comment
    std::size_t line = 0;
    std::size_t last_line = 0; ///< where the statement that the comment belongs to ends
    bool may_waive_mixed = false;
};

/// Reads .split-check/waivers.json; format in schema/waivers.schema.json. Errors: bad_data.
[[nodiscard]] Result<std::vector<Waiver>> parse_waivers(std::string_view text, std::string const& name);

/// "<rule> <path> -- <reason>" of a commit's Split-Check-Waive trailer; nothing when it has another form.
[[nodiscard]] std::optional<Waiver> parse_trailer(std::string_view text);

/// "-- split-check: allow <rule> because <reason>" comments of a migration. Each counts for the statement that it
/// stands in front of, or on a line of.
[[nodiscard]] std::vector<Waiver> comment_waivers(ClassifiedFile const& file);

/// Marks what is waived and adds a finding for each waiver that does not count: too short a reason, expired, too far
/// away, not approved, or used by nothing. `now` decides what is expired.
void apply_waivers(Release& release, std::vector<Waiver> const& waivers, Config const& config, time::Wall now);

} // namespace sluice::split_check
