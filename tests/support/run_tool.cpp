#include "tests/support/run_tool.hpp"

#include "tests/support/must.hpp"

namespace sluice::test {

std::filesystem::path source_folder() { return SLUICE_SOURCE_FOLDER; }

std::string program(std::string const& name) {
    for (char const* folder : {SLUICE_TOOL_FOLDER, SLUICE_TEST_TOOL_FOLDER}) {
        auto const path = std::filesystem::path(folder) / name;
        if (std::filesystem::exists(path)) {
            return path.string();
        }
    }
    throw std::runtime_error("the program '" + name + "' is not built");
}

process::Outcome run_tool(std::string const& name, std::vector<std::string> arguments,
                          std::map<std::string, std::string> environment) {
    arguments.insert(arguments.begin(), program(name));
    return must(
        process::posix_runner().run({.arguments = std::move(arguments), .environment = std::move(environment)}));
}

process::Outcome run_in_shell(std::string const& name, std::string const& script) {
    return must(
        process::posix_runner().run({.arguments = {"bash", "-c", script}, .environment = {{"TOOL", program(name)}}}));
}

} // namespace sluice::test
