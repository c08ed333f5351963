#pragma once

#include "common/result/result.hpp"

#include <string>
#include <string_view>

namespace sluice::db_restore {

/// What a JSON report of smoke says of the change that may have to be put back.
struct SmokeReport {
    enum class Verdict { pass, fail, unknown, unfinished };
    Verdict verdict = Verdict::unfinished;
    bool during = false;          ///< of `smoke during`, so that it knows of a command
    bool may_have_started = true; ///< false only where the report says that the command was not run
    std::string why_not{};        ///< the report's words for that
};

/// Errors: unknown for a text that is no such report. Source: tools/smoke/schema/report.schema.json. Pure.
[[nodiscard]] Result<SmokeReport> parse_smoke_report(std::string_view text, std::string const& path);

enum class Need { put_back, nothing_changed };

/// Whether a report says that the change has to be put back. `if_started` is the path of a report of `smoke during`,
/// `if_failed` that of any other; empty: nobody asks. Nothing is put back where the command never ran.
/// Errors: unknown where a report is missing or does not say it, and where checks could not look or all passed.
[[nodiscard]] Result<Need> needs_putting_back(std::string const& if_started, std::string const& if_failed,
                                              std::string& why);

} // namespace sluice::db_restore
