#pragma once

#include "common/cli/common_options.hpp"
#include "common/cli/context.hpp"
#include "common/cli/exit_code.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice::cli {

namespace detail {

/// What is the same for every tool: signals, log, the last net for exceptions, printing the error, the exit status.
/// `work` gets the arguments and the flag that says whether a failure is printed as JSON too.
[[nodiscard]] int
run_program(int argc, char** argv, std::string_view tool,
            std::function<Result<ExitCode>(std::vector<std::string> const&, CommonOptions&, Context&)> const& work);

} // namespace detail

/// The body of every `main`. `parse` fills and validates the options without opening anything; `run` does the work.
/// The answer "no" is a value of `run`; an error becomes the block on stderr and its exit code.
template <class Options>
int run_main(int argc, char** argv, std::string_view tool,
             Result<std::variant<Options, ExitCode>> (*parse)(std::vector<std::string> const&, ci::Environment const&),
             Result<ExitCode> (*run)(Options const&, Context&)) {
    return detail::run_program(
        argc, argv, tool,
        [&](std::vector<std::string> const& arguments, CommonOptions& common, Context& context) -> Result<ExitCode> {
            TRY_ASSIGN(auto parsed, parse(arguments, context.environment));
            if (auto const* done = std::get_if<ExitCode>(&parsed)) {
                return *done;
            }
            auto const& options = std::get<Options>(parsed);
            common = options.common;
            return run(options, context);
        });
}

} // namespace sluice::cli
