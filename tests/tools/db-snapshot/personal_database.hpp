#pragma once

#include "tests/tools/db-snapshot/snapshot_tool.hpp"

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice::test {

/// The database of tests/support/sql/personal.sql, owned by the ordinary role keeper and read by the role reader, which
/// may read and nothing else.
class PersonalDatabase {
  public:
    static constexpr char const* k_key = "a mask key of the tests, with 32 bytes and more";

    explicit PersonalDatabase(PrivateServer& server = PrivateServer::shared());

    [[nodiscard]] std::string const& name() const { return m_database.name(); }
    [[nodiscard]] TemporaryDatabase const& database() const { return m_database; }
    [[nodiscard]] std::unique_ptr<postgres::Session> session() const { return m_database.session(); }
    [[nodiscard]] SnapshotTool const& tool() const { return m_tool; }
    /// For --restore-to, as the role keeper.
    [[nodiscard]] std::string keeper() const;

    [[nodiscard]] std::vector<std::string> const& secrets() const { return m_secrets; }

    /// The example mask file, which decides everything in this database.
    [[nodiscard]] static Json masks();
    /// db-snapshot with these masks, or with the example's.
    [[nodiscard]] process::Outcome take_masked(std::vector<std::string> arguments, Json const& file = masks(),
                                               std::string const& key = k_key) const;
    /// The same for one that has to succeed.
    [[nodiscard]] snapshot::Manifest masked_manifest(std::string const& key = k_key) const;
    [[nodiscard]] process::Outcome lint(Json const& file, std::vector<std::string> arguments = {}) const;

  private:
    [[nodiscard]] std::string write_masks(Json const& file) const;

    TemporaryDatabase m_database;
    SnapshotTool m_tool;
    TemporaryDirectory m_folder{};
    std::vector<std::string> m_secrets{};
};

/// Looks for many texts at once, as they are and in hex as COPY writes bytea.
class SecretFinder {
  public:
    explicit SecretFinder(std::vector<std::string> const& secrets);
    /// How many of them are in there.
    [[nodiscard]] std::size_t count_in(std::string_view text) const;
    /// One of them that is in there, with what is around it, or empty.
    [[nodiscard]] std::string found_in(std::string_view text) const;

  private:
    [[nodiscard]] std::set<std::size_t> places(std::string_view text, std::size_t enough) const;

    std::vector<std::string> const& m_secrets;
    std::unordered_map<std::string_view, std::vector<std::size_t>> m_beginnings{};
};

} // namespace sluice::test
