#pragma once

#include "common/json/json.hpp"
#include "common/snapshot/manifest.hpp"
#include "tests/support/run_tool.hpp"
#include "tests/support/temporary_database.hpp"

#include <map>
#include <string>
#include <vector>

namespace sluice::test {

using Variables = std::map<std::string, std::string>;

/// Runs any installed program to its end.
[[nodiscard]] process::Outcome run_program(std::vector<std::string> arguments, Variables environment = {});

/// The same, for one that has to succeed; gives its output.
std::string must_run(std::vector<std::string> arguments, Variables environment = {});

/// psql as the superuser on one of the files in tests/support/sql.
void load_sql(PrivateServer const& server, std::string const& database, std::string const& file,
              std::string const& role = "postgres", std::vector<std::string> const& variables = {});

/// db-snapshot with a store of its own. The source is where `environment` points by its PG* variables.
class SnapshotTool {
  public:
    explicit SnapshotTool(Variables environment) : m_environment(std::move(environment)) {}
    SnapshotTool(SnapshotTool const&) = delete;
    SnapshotTool& operator=(SnapshotTool const&) = delete;

    [[nodiscard]] process::Outcome run(std::vector<std::string> arguments) const;
    [[nodiscard]] process::Outcome run(std::vector<std::string> arguments, Variables environment) const;
    /// Takes a snapshot that has to succeed; its id.
    // NOLINTNEXTLINE(modernize-use-nodiscard): changes the store, and most tests need no more.
    std::string take(std::vector<std::string> arguments = {}) const;
    /// The document that a command, which has to succeed, prints with --json.
    [[nodiscard]] Json json(std::vector<std::string> arguments) const;

    [[nodiscard]] std::vector<std::string> with_store(std::vector<std::string> arguments) const;
    [[nodiscard]] std::filesystem::path store() const { return m_folder.path() / "store"; }
    [[nodiscard]] std::vector<std::filesystem::path> chunk_files() const;
    [[nodiscard]] snapshot::Manifest manifest(std::string const& database, std::string const& id) const;
    [[nodiscard]] Variables const& environment() const { return m_environment; }

  private:
    TemporaryDirectory m_folder{};
    Variables m_environment;
};

/// A role that reads as db-snapshot is meant to: pg_read_all_data and nothing more. Made once per server.
void create_reader(PrivateServer const& server, std::string const& attributes = {});

/// What the reader still lacks by reading rights alone: SELECT on every large object.
void grant_large_objects(TemporaryDatabase const& database, std::string const& role);

} // namespace sluice::test
