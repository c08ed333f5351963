#pragma once

#include "common/cli/common_options.hpp"
#include "common/cli/exit_code.hpp"
#include "common/result/result.hpp"

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace sluice::cli {

/// What `--help` says beyond the options: two real examples.
struct HelpText {
    std::string_view name;
    std::string_view summary;
    std::string_view examples; ///< indented lines, each ending in a newline
};

/// An app with `--help`, `--version` and the examples as its footer.
void describe(CLI::App& app, HelpText const& help);

/// Adds `--json` and `--verbose`.
void add_common_options(CLI::App& app, CommonOptions& options);

/// A command line that ends in another one: what stands behind "--" is that, whatever it looks like.
struct SplitCommand {
    std::vector<std::string> ours;
    std::vector<std::string> command;
};
[[nodiscard]] SplitCommand split_command(std::vector<std::string> const& arguments);

/// Parses the command line into whatever is bound to `app`. A value means that help or version was printed and the
/// program is done. Errors: usage, with "did you mean" for an unknown option or verb.
[[nodiscard]] Result<std::optional<ExitCode>> parse_arguments(CLI::App& app, std::vector<std::string> const& arguments);

} // namespace sluice::cli
