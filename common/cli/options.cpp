#include "common/cli/options.hpp"

#include "common/cli/version.hpp"
#include "common/result/did_you_mean.hpp"

#include <algorithm>
#include <iostream>

namespace sluice::cli {

namespace {

std::string hint_for(CLI::App const& app) {
    std::vector<std::string> known;
    CLI::App const* chosen = &app;
    for (CLI::App const* verb : app.get_subcommands()) {
        chosen = verb;
    }
    for (CLI::Option const* option : chosen->get_options()) {
        for (auto const& name : option->get_lnames()) {
            known.push_back("--" + name);
        }
    }
    for (CLI::App const* verb : app.get_subcommands([](CLI::App const*) { return true; })) {
        known.push_back(verb->get_name());
    }
    // Only what nothing took: the value of an option may well be near the name of a verb.
    for (auto const& argument : app.remaining(true)) {
        std::string suggestion = result::did_you_mean(argument.substr(0, argument.find('=')), known);
        if (!suggestion.empty()) {
            return suggestion;
        }
    }
    return "See '" + app.get_name() + " --help'.";
}

// CLI11 ends some of its sentences with a point or a line break; ours have neither.
std::string message_of(CLI::ParseError const& failure) {
    std::string text = failure.what();
    while (!text.empty() && (text.back() == '.' || text.back() == '\n' || text.back() == ' ')) {
        text.pop_back();
    }
    return text;
}

} // namespace

void describe(CLI::App& app, HelpText const& help) {
    app.name(std::string(help.name));
    app.description(std::string(help.summary));
    app.footer("Examples:\n" + std::string(help.examples) + "\nExit codes and everything else: man " +
               std::string(help.name));
    app.set_version_flag("--version", std::string(help.name) + " " + std::string(k_version));
    app.get_formatter()->column_width(34);
}

void add_common_options(CLI::App& app, CommonOptions& options) {
    app.add_flag("--json", options.json, "print the result as one JSON document");
    app.add_flag("--verbose", options.verbose, "log SQL and commands, never their secrets");
}

SplitCommand split_command(std::vector<std::string> const& arguments) {
    auto const end = std::find(arguments.begin(), arguments.end(), "--");
    SplitCommand parts{{arguments.begin(), end}, {}};
    if (end != arguments.end()) {
        parts.command.assign(end + 1, arguments.end());
    }
    return parts;
}

Result<std::optional<ExitCode>> parse_arguments(CLI::App& app, std::vector<std::string> const& arguments) {
    try {
        // CLI11 takes the arguments last first.
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
        return std::optional<ExitCode>{};
    } catch (CLI::Success const& done) {
        app.exit(done, std::cout, std::cerr);
        return std::optional<ExitCode>{ExitCode::ok};
    } catch (CLI::ParseError const& failure) {
        return fail(Errc::usage, message_of(failure), hint_for(app));
    }
}

} // namespace sluice::cli
