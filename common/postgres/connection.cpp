#include "common/postgres/connection.hpp"

#include "common/log/redact.hpp"

#include <fstream>
#include <libpq-fe.h>
#include <memory>
#include <string_view>

namespace sluice::postgres {

namespace {

using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

// Variables and files written with echo end in a line break, which libpq would take for part of the database's name.
std::string trimmed(std::string const& text) {
    constexpr char const* blanks = " \t\r\n";
    std::size_t const begin = text.find_first_not_of(blanks);
    return begin == std::string::npos ? std::string{} : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

Result<ConnectionParameters> parse_conninfo(std::string const& text, std::string const& where) {
    char* problem = nullptr;
    Options const options(PQconninfoParse(trimmed(text).c_str(), &problem), &PQconninfoFree);
    if (!options) {
        // libpq's text may quote the password, so only the place is named.
        PQfreemem(problem);
        return fail(Errc::usage, where + " holds no valid connection string",
                    "Write postgresql://user@host:port/database or host=… dbname=…; special characters in a "
                    "password must be percent-encoded in a URI.");
    }
    std::map<std::string, std::string> keywords;
    for (PQconninfoOption const* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val != nullptr) {
            keywords.emplace(option->keyword, option->val);
        }
    }
    ConnectionParameters parameters{std::move(keywords)};
    log::remember_secret(parameters.get("password"));
    return parameters;
}

Result<ConnectionParameters> from_variable(std::string const& name, ci::Environment const& environment) {
    auto const text = environment.get(name);
    if (!text) {
        return fail(Errc::usage, "environment variable '" + name + "' is not set",
                    "Set it to a connection string, for example postgresql://user:password@host/database; in CI as a "
                    "masked variable.");
    }
    return parse_conninfo(*text, "environment variable '" + name + "'");
}

Result<ConnectionParameters> from_file(std::string const& path) {
    std::ifstream file(path);
    std::string line;
    if (!file || !std::getline(file, line)) {
        return fail(Errc::usage, "cannot read a connection string from file '" + path + "'",
                    "Check that the file exists, is readable and holds one line.");
    }
    return parse_conninfo(line, "file '" + path + "'");
}

Result<ConnectionParameters> from_pg_variables(ci::Environment const& environment) {
    for (char const* name : {"PGHOST", "PGHOSTADDR", "PGDATABASE", "PGSERVICE"}) {
        if (environment.get(name)) {
            log::remember_secret(environment.get("PGPASSWORD").value_or(""));
            return ConnectionParameters{};
        }
    }
    return fail(Errc::usage, "no database named",
                "Name it with env:VARIABLE, service:NAME or file:PATH, or set PGHOST and PGDATABASE.");
}

Result<ConnectionParameters> from_spelt_text(std::string const& text) {
    if (text.find('=') == std::string::npos && text.find("://") == std::string::npos) {
        // "user:password@host" is the likeliest mistake, so such a text is not repeated.
        std::string const shown = text.find('@') == std::string::npos ? "'" + text + "'" : "the given text";
        return fail(Errc::usage, shown + " is not a connection reference",
                    "Write env:VARIABLE, service:NAME, file:PATH or a connection string without a password.");
    }
    TRY_ASSIGN(auto parameters, parse_conninfo(text, "the command line"));
    if (!parameters.get("password").empty() || !parameters.get("sslpassword").empty()) {
        return fail(Errc::usage, "a password on the command line can be read by every user of this machine",
                    "Put the connection string into an environment variable, for example SOURCE_URL, and write "
                    "env:SOURCE_URL.");
    }
    return parameters;
}

} // namespace

std::string ConnectionParameters::get(std::string const& keyword) const {
    auto const place = m_keywords.find(keyword);
    return place == m_keywords.end() ? std::string{} : place->second;
}

ConnectionParameters ConnectionParameters::with(std::string const& keyword, std::string const& value) const {
    auto changed = *this;
    changed.m_keywords[keyword] = value;
    return changed;
}

std::string ConnectionParameters::conninfo() const {
    std::string text;
    for (auto const& [keyword, value] : m_keywords) {
        text += (text.empty() ? "" : " ") + keyword + "='";
        for (char const c : value) {
            text += c == '\'' || c == '\\' ? std::string{'\\', c} : std::string{c};
        }
        text += "'";
    }
    return text;
}

std::string ConnectionParameters::description() const {
    auto const or_default = [&](char const* keyword, char const* fallback) {
        std::string const value = get(keyword);
        return value.empty() ? std::string(fallback) : value;
    };
    if (!get("service").empty()) {
        return "database of service '" + get("service") + "'";
    }
    std::string text = get("dbname").empty() ? std::string("the default database") : "database '" + get("dbname") + "'";
    text += " on " + or_default("host", or_default("hostaddr", "the default host").c_str());
    text += get("port").empty() ? "" : ":" + get("port");
    return text + (get("user").empty() ? "" : " as '" + get("user") + "'");
}

Result<ConnectionParameters> resolve_connection(std::string const& reference, ci::Environment const& environment) {
    std::string_view const text{reference};
    if (text.empty()) {
        return from_pg_variables(environment);
    }
    if (text.starts_with("env:")) {
        return from_variable(reference.substr(4), environment);
    }
    if (text.starts_with("service:")) {
        return ConnectionParameters{{{"service", reference.substr(8)}}};
    }
    return text.starts_with("file:") ? from_file(reference.substr(5)) : from_spelt_text(reference);
}

Result<ConnectionParameters> spell_out(ConnectionParameters const& parameters) {
    // libpq offers what it has worked out only on a connection, but before any answer from the server.
    std::unique_ptr<PGconn, decltype(&PQfinish)> const attempt(PQconnectStart(parameters.conninfo().c_str()),
                                                               &PQfinish);
    Options const options(PQconninfo(attempt.get()), &PQconninfoFree);
    std::map<std::string, std::string> keywords;
    for (PQconninfoOption const* option = options.get(); option != nullptr && option->keyword != nullptr; ++option) {
        if (option->val != nullptr && *option->val != '\0' && std::string_view(option->keyword) != "service") {
            keywords.emplace(option->keyword, option->val);
        }
    }
    ConnectionParameters complete{std::move(keywords)};
    if (complete.get("dbname").empty()) {
        return fail(Errc::usage, "cannot tell which database is meant by " + parameters.description(),
                    "Check the service's name and file, or name the database.");
    }
    log::remember_secret(complete.get("password"));
    return complete;
}

Result<std::map<std::string, std::string>> tool_environment(ConnectionParameters const& parameters) {
    Options const defaults(PQconndefaults(), &PQconninfoFree);
    std::map<std::string, std::string> variables;
    for (PQconninfoOption const* option = defaults.get(); option != nullptr && option->keyword != nullptr; ++option) {
        std::string const value = parameters.get(option->keyword);
        if (!value.empty() && option->envvar != nullptr) {
            variables.emplace(option->envvar, value);
        }
    }
    if (!parameters.get("sslpassword").empty()) {
        return fail(Errc::usage, "the setting sslpassword cannot be passed on to pg_dump and pg_restore",
                    "Use a client key without a pass phrase, readable by its owner only.");
    }
    return variables;
}

} // namespace sluice::postgres
