#include "tests/tools/db-snapshot/snapshot_tool.hpp"

#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::test {

process::Outcome run_program(std::vector<std::string> arguments, Variables environment) {
    environment.emplace("LC_ALL", "C.UTF-8");
    return must(
        process::posix_runner().run({.arguments = std::move(arguments), .environment = std::move(environment)}));
}

std::string must_run(std::vector<std::string> arguments, Variables environment) {
    std::string const name = arguments.front();
    auto outcome = run_program(std::move(arguments), std::move(environment));
    if (!outcome.succeeded()) {
        throw std::runtime_error(name + " ended with " + std::to_string(outcome.exit_code) + ": " +
                                 outcome.error_output);
    }
    return std::move(outcome.output);
}

void load_sql(PrivateServer const& server, std::string const& database, std::string const& file,
              std::string const& role, std::vector<std::string> const& variables) {
    std::vector<std::string> command{"psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null"};
    for (auto const& variable : variables) {
        command.insert(command.end(), {"-v", variable});
    }
    command.insert(command.end(), {"-f", (source_folder() / "tests/support/sql" / file).string()});
    must_run(command, server.variables(database, role));
}

std::vector<std::string> SnapshotTool::with_store(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--store", store().string()});
    return arguments;
}

process::Outcome SnapshotTool::run(std::vector<std::string> arguments, Variables environment) const {
    return run_tool("db-snapshot", with_store(std::move(arguments)), std::move(environment));
}

process::Outcome SnapshotTool::run(std::vector<std::string> arguments) const {
    return run(std::move(arguments), m_environment);
}

std::string SnapshotTool::take(std::vector<std::string> arguments) const {
    auto const outcome = run(std::move(arguments));
    if (!outcome.succeeded()) {
        throw std::runtime_error("db-snapshot ended with " + std::to_string(outcome.exit_code) + ": " +
                                 outcome.error_output);
    }
    return outcome.output.substr(0, outcome.output.find('\n'));
}

Json SnapshotTool::json(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    auto const outcome = run(std::move(arguments));
    if (!outcome.succeeded()) {
        throw std::runtime_error("db-snapshot ended with " + std::to_string(outcome.exit_code) + ": " +
                                 outcome.error_output);
    }
    return must(json::parse(outcome.output, "output"));
}

std::vector<std::filesystem::path> SnapshotTool::chunk_files() const {
    std::vector<std::filesystem::path> files;
    std::error_code gone;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(store() / "chunks", gone)) {
        if (entry.is_regular_file()) {
            files.push_back(entry.path());
        }
    }
    return files;
}

snapshot::Manifest SnapshotTool::manifest(std::string const& database, std::string const& id) const {
    std::string const path = "snapshots/" + database + "/" + id + "/manifest.json";
    return must(snapshot::parse_manifest(read_text(store() / path), path));
}

void create_reader(PrivateServer const& server, std::string const& attributes) {
    server.create_role("reader", attributes);
    server.execute("GRANT pg_read_all_data TO reader");
}

void grant_large_objects(TemporaryDatabase const& database, std::string const& role) {
    database.execute("DO $$ DECLARE o oid; BEGIN FOR o IN SELECT oid FROM pg_largeobject_metadata LOOP "
                     "EXECUTE format('GRANT SELECT ON LARGE OBJECT %s TO " +
                     role + "', o); END LOOP; END $$");
}

} // namespace sluice::test
