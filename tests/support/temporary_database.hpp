#pragma once

#include "tests/support/private_server.hpp"

namespace sluice::test {

/// A database of a test's own, dropped at the end together with whoever is connected to it.
class TemporaryDatabase {
  public:
    /// `options` is what follows the name in CREATE DATABASE, such as "OWNER shop ENCODING 'LATIN1' …".
    explicit TemporaryDatabase(PrivateServer& server = PrivateServer::shared(), std::string const& options = {});
    ~TemporaryDatabase();
    TemporaryDatabase(TemporaryDatabase const&) = delete;
    TemporaryDatabase& operator=(TemporaryDatabase const&) = delete;

    [[nodiscard]] std::string const& name() const { return m_name; }
    [[nodiscard]] postgres::ConnectionParameters connection(std::string const& role = "postgres") const {
        return m_server.connection(m_name, role);
    }
    [[nodiscard]] std::unique_ptr<postgres::Session> session() const { return m_server.session(m_name); }
    void execute(std::string const& sql) const { m_server.execute(sql, m_name); }

  private:
    PrivateServer& m_server;
    std::string m_name;
};

} // namespace sluice::test
