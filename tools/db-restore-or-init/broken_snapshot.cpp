#include "tools/db-restore-or-init/broken_snapshot.hpp"

#include "common/json/json.hpp"
#include "common/log/log.hpp"
#include "common/snapshot/target.hpp"
#include "tools/db-restore-or-init/scripts.hpp"

#include <filesystem>

namespace sluice::db_restore {

namespace {

constexpr char const* k_suffix = ".broken";

// Installed and built side by side.
std::string snapshot_program() {
    std::error_code failure;
    auto const own = std::filesystem::read_symlink("/proc/self/exe", failure);
    auto const beside = own.parent_path() / "db-snapshot";
    return !failure && std::filesystem::exists(beside, failure) ? beside.string() : std::string("db-snapshot");
}

Result<process::Command> command_for(postgres::ConnectionParameters const& database, std::string const& name,
                                     Options const& options) {
    TRY_ASSIGN(auto environment, postgres::tool_environment(database));
    environment["SLUICE_BROKEN_URL"] = url_of(database);
    process::Command command{.arguments = {snapshot_program(), "--source", "env:SLUICE_BROKEN_URL", "--store",
                                           options.store, "--name", name, "--jobs", std::to_string(options.jobs),
                                           "--lock-timeout", std::to_string(options.lock_timeout.count()) + "ms",
                                           "--label", "purpose=broken", "--json"}};
    if (!options.store_key.empty()) {
        command.arguments.insert(command.arguments.end(), {"--store-key", options.store_key});
    }
    command.environment = std::move(environment);
    command.unset = {"PGSERVICE", "PGOPTIONS"};
    return command;
}

} // namespace

std::string broken_name(std::string const& name) { return snapshot::side_name(name, k_suffix); }

bool is_broken_name(std::string const& name) { return name.ends_with(k_suffix); }

Result<std::string> take_broken_snapshot(process::Runner& runner, postgres::ConnectionParameters const& database,
                                         std::string const& name, Options const& options) {
    log::info("taking a snapshot of the broken state", {{"name", broken_name(name)}});
    TRY_ASSIGN(auto const command, command_for(database, broken_name(name), options));
    TRY_ASSIGN(auto const outcome, runner.run(command));
    if (!outcome.succeeded()) {
        Error error = process::failure_of(command, outcome);
        error.hint = "Nothing was changed. To go back without this snapshot, add --no-broken-snapshot; the broken "
                     "database is kept under a dated name in any case.";
        return tl::unexpected<Error>(std::move(error));
    }
    TRY_ASSIGN(auto const document, json::parse(outcome.output, "output of db-snapshot"));
    auto const id = document.find("id");
    if (id == document.end() || !id->is_string()) {
        return fail(Errc::internal, "db-snapshot did not say which snapshot it took");
    }
    return id->get<std::string>();
}

} // namespace sluice::db_restore
