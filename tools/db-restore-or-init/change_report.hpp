#pragma once

#include "common/result/result.hpp"

#include <string>
#include <string_view>

namespace sluice::db_restore {

/// What the report of the change that failed says of it.
struct ChangeReport {
    bool may_have_started = true; ///< false only where the report says that the command was not run
    std::string why_not{};        ///< the report's words for that
};

/// Reads the JSON report of `smoke during`. One that was never finished tells nothing, so the command may have run.
/// Errors: unknown for a text that is no such report. Source: tools/smoke/schema/report.schema.json. Pure.
[[nodiscard]] Result<ChangeReport> parse_change_report(std::string_view text, std::string const& path);

/// Errors: as `parse_change_report`; unknown for a file that cannot be read: whether anything ran cannot be told.
[[nodiscard]] Result<ChangeReport> read_change_report(std::string const& path);

} // namespace sluice::db_restore
