#pragma once

#include "common/process/runner.hpp"
#include "tests/support/private_server.hpp"
#include "tests/support/temporary_directory.hpp"

#include <map>
#include <string>
#include <vector>

namespace sluice::test {

/// A server with a production database `shop`, its snapshot in a store, and the ordinary roles of a pipeline: `reader`
/// takes snapshots, `stage` makes stages (CREATEDB, member of `shop_owner`), `app` is the application.
class Shop {
  public:
    Shop();

    /// The one that the tests of a program share.
    [[nodiscard]] static Shop& shared();

    [[nodiscard]] PrivateServer& server() { return m_server; }
    [[nodiscard]] std::string store() const { return m_folder.file("store"); }
    [[nodiscard]] std::string const& snapshot() const { return m_snapshot; }
    [[nodiscard]] std::string file(std::string const& name, std::string const& text) const;
    [[nodiscard]] std::string path(std::string const& name) const { return m_folder.file(name); }

    /// SOURCE names production as `reader`, TARGET the database as `role`.
    [[nodiscard]] std::map<std::string, std::string> environment(std::string const& target,
                                                                 std::string const& role = "stage") const;

    /// The arguments of a restore into env:TARGET as stage `acceptance` from the shop's snapshot.
    [[nodiscard]] std::vector<std::string> arguments(std::vector<std::string> const& more = {}) const;
    [[nodiscard]] process::Outcome restore(std::string const& target, std::vector<std::string> const& more = {}) const;
    /// Another verb, or a restore with all its arguments.
    [[nodiscard]] process::Outcome run(std::string const& target, std::vector<std::string> const& arguments,
                                       std::string const& role = "stage") const;

    [[nodiscard]] std::string text(std::string const& sql, std::string const& database = "postgres") const;
    [[nodiscard]] bool exists(std::string const& database) const;
    /// Rows and checksum of every table of a user's; empty for a database without any.
    [[nodiscard]] std::string fingerprint(std::string const& database) const;
    /// Databases that are not production's, the server's or one of `known`.
    [[nodiscard]] std::vector<std::string> side_databases(std::string const& target) const;
    [[nodiscard]] std::string comment(std::string const& database) const;

    /// A stage's database made by hand, with a table that no snapshot has.
    void make_own(std::string const& database) const;

  private:
    PrivateServer m_server;
    TemporaryDirectory m_folder{};
    std::string m_snapshot;
};

} // namespace sluice::test
