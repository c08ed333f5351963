#pragma once

#include "common/process/runner.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace sluice::test {

/// The root of the sources.
[[nodiscard]] std::filesystem::path source_folder();

/// The built program of that name: a tool, or a test's own helper.
[[nodiscard]] std::string program(std::string const& name);

/// Runs a built program to its end; `environment` is added to the test's own.
[[nodiscard]] process::Outcome run_tool(std::string const& name, std::vector<std::string> arguments,
                                        std::map<std::string, std::string> environment = {});

/// The same for a line of bash, where `$TOOL` stands for the program.
[[nodiscard]] process::Outcome run_in_shell(std::string const& name, std::string const& script);

} // namespace sluice::test
