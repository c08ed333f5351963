#include "tools/db-restore-or-init/scripts.hpp"

#include "common/encoding/percent.hpp"
#include "common/log/log.hpp"

#include <unistd.h>

namespace sluice::db_restore {

namespace {

Result<process::Command> command_for(std::vector<std::string> arguments,
                                     postgres::ConnectionParameters const& parameters) {
    TRY_ASSIGN(auto environment, postgres::tool_environment(parameters));
    process::Command command{.arguments = std::move(arguments)};
    command.environment = std::move(environment);
    // A service outranks PGHOST and PGDATABASE, and would lead the child to another database than ours.
    command.unset = {"PGSERVICE", "PGOPTIONS"};
    command.show_output = true;
    return command;
}

Result<void> run_successfully(process::Runner& runner, process::Command const& command) {
    TRY_ASSIGN(auto const outcome, runner.run(command));
    return outcome.succeeded() ? Result<void>{} : tl::unexpected<Error>(process::failure_of(command, outcome));
}

} // namespace

Result<void> check_readable(std::vector<std::string> const& files) {
    for (auto const& file : files) {
        if (access(file.c_str(), R_OK) != 0) {
            return fail(Errc::usage, "cannot read '" + file + "'", "Check the path and its permissions.");
        }
    }
    return {};
}

Result<void> run_sql_files(process::Runner& runner, postgres::ConnectionParameters const& parameters,
                           std::vector<std::string> const& files) {
    for (auto const& file : files) {
        log::info("running", {{"file", file}});
        // The name alone: everything secret is in the environment.
        std::string const database = postgres::ConnectionParameters{{{"dbname", parameters.get("dbname")}}}.conninfo();
        TRY_ASSIGN(auto const command, command_for({"psql", "--no-psqlrc", "--quiet", "--no-password",
                                                    "--set=ON_ERROR_STOP=1", "--dbname=" + database, "--file=" + file},
                                                   parameters));
        TRY(run_successfully(runner, command).map_error(while_doing("running '" + file + "'")));
    }
    return {};
}

Result<void> run_command(process::Runner& runner, postgres::ConnectionParameters const& parameters,
                         std::map<std::string, std::string> const& variables, std::string const& command_line) {
    TRY_ASSIGN(auto command, command_for({"sh", "-c", command_line}, parameters));
    command.environment["SLUICE_TARGET_URL"] = url_of(parameters);
    command.environment.insert(variables.begin(), variables.end());
    TRY_ASSIGN(auto const outcome, runner.run(command));
    if (outcome.succeeded()) {
        return {};
    }
    Error error = process::failure_of(command, outcome);
    constexpr int temporary = 75; // sysexits.h: a retry may help
    error.kind = outcome.exit_code == temporary ? Errc::temporary : error.kind;
    return tl::unexpected<Error>(std::move(error));
}

Result<bool> run_command_for(process::Runner& runner, postgres::ConnectionParameters const& parameters,
                             std::string const& stage, std::string const& command_line,
                             std::optional<std::chrono::milliseconds> limit) {
    log::info("running the migration");
    TRY_ASSIGN(auto command, command_for({"sh", "-c", command_line}, parameters));
    command.environment["SLUICE_TARGET_URL"] = url_of(parameters);
    command.environment["SLUICE_STAGE"] = stage;
    command.limit = limit;
    command.grace = std::chrono::milliseconds{0};
    auto const ended = run_successfully(runner, command);
    if (!ended && ended.error().kind == Errc::timed_out) {
        return false;
    }
    TRY(Result<void>(ended).map_error(while_doing("running the migration")));
    return true;
}

std::string url_of(postgres::ConnectionParameters const& parameters) {
    std::string const host = parameters.get("host");
    bool const socket = host.starts_with("/");
    std::string url = "postgresql://" + encoding::percent_encoded(parameters.get("user"));
    std::string const password = parameters.get("password");
    url += password.empty() ? "" : ":" + encoding::percent_encoded(password);
    url += "@" + (socket ? std::string{} : encoding::percent_encoded(host));
    std::string const port = parameters.get("port");
    url += port.empty() || socket ? "" : ":" + port;
    url += "/" + encoding::percent_encoded(parameters.get("dbname"));
    if (socket) {
        url += "?host=" + encoding::percent_encoded(host) + (port.empty() ? "" : "&port=" + port);
    }
    return url;
}

} // namespace sluice::db_restore
