#pragma once

#include "common/ci/environment.hpp"
#include "common/cli/common_options.hpp"
#include "common/cli/exit_code.hpp"
#include "common/result/result.hpp"
#include "tools/smoke/check.hpp"

#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace sluice::smoke {

enum class Verb { check, wait, during, lint, list, compare };

/// Files to write beside the result on stdout; empty: none.
struct ReportFiles {
    std::string junit{};
    std::string report{};
    std::string timeline{};
    std::string html{};
    std::string dotenv{};
};

struct WaitOptions {
    std::chrono::milliseconds deadline{300'000};
    std::optional<unsigned> stable{};                    ///< none: as the check file says
    std::optional<std::chrono::milliseconds> interval{}; ///< likewise
    std::optional<std::uint64_t> max_flakes{};           ///< failed attempts that checks may have in all; none: any
};

struct DuringOptions {
    std::vector<std::string> command{};
    std::chrono::milliseconds after{5'000}; ///< how long probes go on when the command has ended
    Budgets budgets{};                      ///< each that is given replaces that of the check file
    std::string database{};                 ///< connection to sample; empty: none
    /// How long a check may be down before the command gets SIGTERM; none: it is let alone.
    std::optional<std::chrono::milliseconds> abort_on_outage{};
};

struct Options {
    cli::CommonOptions common{};
    Verb verb = Verb::check;
    std::string target{};      ///< check file, "-", or a URL
    std::string environment{}; ///< names the cases of JUnit
    ReportFiles files{};
    WaitOptions wait{};
    DuringOptions during{};
    std::size_t sample = 20; ///< of compare: differing rows that are shown
};

/// Opens nothing. Errors: usage.
[[nodiscard]] Result<std::variant<Options, cli::ExitCode>> parse_options(std::vector<std::string> const& arguments,
                                                                         ci::Environment const& environment);

} // namespace sluice::smoke
