// postgres_test_tool --do sleep|copy|lock: connects by the PG* variables and is busy on the server until stopped.
#include "common/cli/app.hpp"
#include "common/cli/options.hpp"
#include "common/postgres/copy.hpp"
#include "common/postgres/session.hpp"

#include <iostream>

namespace {

using namespace sluice;

struct Options {
    cli::CommonOptions common;
    std::string what;
    postgres::ConnectionParameters connection;
};

Result<std::variant<Options, cli::ExitCode>> parse(std::vector<std::string> const& arguments,
                                                   ci::Environment const& environment) {
    Options options;
    CLI::App app;
    cli::describe(app, {"postgres_test_tool", "is busy on a server", ""});
    app.add_option("--do", options.what, "with what")->required();
    TRY(cli::parse_arguments(app, arguments).map([](auto const&) {}));
    TRY_ASSIGN(options.connection, postgres::resolve_connection("", environment));
    return options;
}

Result<cli::ExitCode> run(Options const& options, cli::Context& context) {
    if (options.what == "copy") {
        TRY_ASSIGN(auto copy, postgres::CopyConnection::open(options.connection, "test"));
        context.out << "connected" << std::endl;
        TRY(copy->copy_out("COPY (SELECT generate_series(1, 1000000000)) TO STDOUT",
                           [](std::string_view) { return Result<void>{}; }));
        return cli::ExitCode::ok;
    }
    TRY_ASSIGN(auto session, postgres::connect(options.connection, "test"));
    context.out << "connected" << std::endl;
    TRY(session->execute(options.what == "lock" ? "SELECT pg_advisory_lock(7)" : "SELECT pg_sleep(600)"));
    return cli::ExitCode::ok;
}

} // namespace

int main(int argc, char** argv) { return cli::run_main<Options>(argc, argv, "postgres_test_tool", &parse, &run); }
