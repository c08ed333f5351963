#pragma once

#include "common/ci/environment.hpp"
#include "common/result/result.hpp"

#include <map>
#include <string>

namespace sluice::postgres {

/// How to reach one database: libpq's own keywords ("host", "dbname", "password", …). Source: PostgreSQL manual,
/// "Parameter Key Words". Keywords that are absent come from the PG* variables and libpq's defaults.
class ConnectionParameters {
  public:
    ConnectionParameters() = default;
    explicit ConnectionParameters(std::map<std::string, std::string> keywords) : m_keywords(std::move(keywords)) {}

    [[nodiscard]] std::string get(std::string const& keyword) const;
    [[nodiscard]] ConnectionParameters with(std::string const& keyword, std::string const& value) const;
    [[nodiscard]] std::map<std::string, std::string> const& keywords() const { return m_keywords; }

    /// One libpq connection string. Holds the password, so it must not reach argv or a log.
    [[nodiscard]] std::string conninfo() const;

    /// For a person: "database 'shop' on db.example:5432 as 'reader'". Never the password.
    [[nodiscard]] std::string description() const;

  private:
    std::map<std::string, std::string> m_keywords{};
};

/// Turns a name into parameters: `env:VAR` (a URI or conninfo in that variable), `service:NAME` (pg_service.conf),
/// `file:PATH` (first line of a file), a URI or conninfo without a password, or nothing at all for libpq's own PG*
/// variables. Passwords found are remembered for redaction. Reads the named file, opens nothing else.
/// Errors: usage for an unset variable, an unreadable file, a malformed text, or a password on the command line.
[[nodiscard]] Result<ConnectionParameters> resolve_connection(std::string const& reference,
                                                              ci::Environment const& environment);

/// The parameters with all that libpq would add (a service's file, PG* variables, its defaults) spelt out, so that the
/// database's name is known and no service can lead elsewhere. Nothing stays open. Errors: usage for an unknown
/// service.
[[nodiscard]] Result<ConnectionParameters> spell_out(ConnectionParameters const& parameters);

/// The parameters as PG* variables, for pg_dump and pg_restore: secrets reach a child by its environment only.
/// Errors: usage for a keyword that has no variable and no place elsewhere (sslpassword).
[[nodiscard]] Result<std::map<std::string, std::string>> tool_environment(ConnectionParameters const& parameters);

} // namespace sluice::postgres
