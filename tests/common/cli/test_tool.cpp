// A tool as small as one can be, for the tests of what every tool shares.
#include "common/cli/app.hpp"
#include "common/cli/options.hpp"

#include "common/log/log.hpp"
#include "common/process/signals.hpp"

#include <iostream>

namespace {

using namespace sluice;

struct Options {
    cli::CommonOptions common;
    std::string what;
};

Result<std::variant<Options, cli::ExitCode>> parse(std::vector<std::string> const& arguments,
                                                   ci::Environment const& environment) {
    Options options;
    CLI::App app;
    cli::describe(app,
                  {"cli_test_tool", "does what it is told", "  cli_test_tool --do yes\n  cli_test_tool --do no\n"});
    app.add_option("--do", options.what, "what to do")->required();
    cli::add_common_options(app, options.common);
    TRY_ASSIGN(auto const done, cli::parse_arguments(app, arguments));
    if (done) {
        return *done;
    }
    if (options.what == "read-environment") {
        options.what = environment.get("CLI_TEST_TOOL").value_or("unset");
    }
    return options;
}

Result<cli::ExitCode> wait_for_a_signal(cli::Context& context) {
    context.out << "waiting" << std::endl;
    while (true) {
        TRY(process::check_not_stopped());
        context.clock.sleep_for(std::chrono::milliseconds{50});
    }
}

Result<cli::ExitCode> run(Options const& options, cli::Context& context) {
    if (options.what == "throw") {
        throw std::runtime_error("broken invariant");
    }
    if (options.what == "fail") {
        return fail(Errc::bad_data, "the chunk 'x' of postgresql://u:topsecret@h/d is damaged", "Take it again.");
    }
    if (options.what == "hang") {
        context.out << "waiting" << std::endl;
        while (true) {
            context.clock.sleep_for(std::chrono::milliseconds{50});
        }
    }
    if (options.what == "wait") {
        return wait_for_a_signal(context);
    }
    log::debug("deciding", {{"what", options.what}});
    context.out << options.what << "\n";
    return options.what == "no" ? cli::ExitCode::no : cli::ExitCode::ok;
}

} // namespace

int main(int argc, char** argv) { return cli::run_main<Options>(argc, argv, "cli_test_tool", &parse, &run); }
