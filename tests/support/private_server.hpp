#pragma once

#include "common/postgres/session.hpp"
#include "tests/support/temporary_directory.hpp"

#include <map>
#include <string>
#include <vector>

namespace sluice::test {

/// A PostgreSQL of the test's own, run by common/shell/private_postgres.sh. Everyone enters through the socket without
/// a password, and through 127.0.0.1 with one.
class PrivateServer {
  public:
    /// `settings` as "name=value"; `version` is a major number, by default the newest that is installed.
    explicit PrivateServer(std::vector<std::string> const& settings = {}, std::string const& version = {});
    /// A hot standby that follows `primary`.
    struct StandbyOf {
        PrivateServer const& primary;
    };
    explicit PrivateServer(StandbyOf of);
    ~PrivateServer();
    PrivateServer(PrivateServer const&) = delete;
    PrivateServer& operator=(PrivateServer const&) = delete;

    /// The one server that all tests of a program share; started at first use, stopped when the program ends.
    [[nodiscard]] static PrivateServer& shared();

    [[nodiscard]] postgres::ConnectionParameters connection(std::string const& database,
                                                            std::string const& role = "postgres") const;
    /// Through 127.0.0.1, where a password is asked for.
    [[nodiscard]] postgres::ConnectionParameters
    connection_with_password(std::string const& database, std::string const& role, std::string const& password) const;
    /// As `connection`, as PG* variables for psql, pg_dump or a tool run as a child.
    [[nodiscard]] std::map<std::string, std::string> variables(std::string const& database,
                                                               std::string const& role = "postgres") const;

    /// As the superuser.
    [[nodiscard]] std::unique_ptr<postgres::Session> session(std::string const& database = "postgres") const;
    void execute(std::string const& sql, std::string const& database = "postgres") const;

    /// A role that may log in, made once and kept; `attributes` such as "CREATEDB PASSWORD 'x'".
    void create_role(std::string const& name, std::string const& attributes = {}) const;

    void stop();
    void kill();
    void restart();
    [[nodiscard]] std::string data_folder() const { return m_facts.at("DATA"); }

  private:
    void run_script(std::vector<std::string> const& arguments);

    TemporaryDirectory m_folder{};
    std::map<std::string, std::string> m_facts{};
};

} // namespace sluice::test
