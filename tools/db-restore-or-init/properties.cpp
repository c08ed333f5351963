#include "tools/db-restore-or-init/properties.hpp"

#include "common/postgres/quote.hpp"

#include <algorithm>
#include <array>

namespace sluice::db_restore {

namespace {

using postgres::quote_identifier;
using postgres::quote_literal;
using postgres::Session;
using postgres::text_of;
using postgres::truth_of;

// Values of these are lists of identifiers, and ALTER DATABASE wants each as a literal of its own. Source:
// GUC_LIST_QUOTE in PostgreSQL's guc_tables.c, as of 18.
constexpr std::array<std::string_view, 6> k_identifier_lists{"local_preload_libraries",   "search_path",
                                                             "session_preload_libraries", "shared_preload_libraries",
                                                             "temp_tablespaces",          "unix_socket_directories"};

// `"$user", public` to {"$user", "public"}.
std::vector<std::string> split_identifiers(std::string const& list) {
    std::vector<std::string> names;
    std::string name;
    bool quoted = false;
    bool any = false;
    for (std::size_t i = 0; i < list.size(); ++i) {
        char const c = list[i];
        if (c == '"' && quoted && i + 1 < list.size() && list[i + 1] == '"') {
            name += list[++i];
        } else if (c == '"') {
            quoted = !quoted;
            any = true;
        } else if (c == ',' && !quoted) {
            names.push_back(std::exchange(name, {}));
            any = false;
        } else if (c != ' ' || quoted) {
            name += c;
            any = true;
        }
    }
    if (any) {
        names.push_back(std::move(name));
    }
    return names;
}

std::string value_sql(snapshot::Setting const& setting) {
    if (std::find(k_identifier_lists.begin(), k_identifier_lists.end(), setting.name) == k_identifier_lists.end()) {
        return quote_literal(setting.value);
    }
    std::string sql;
    for (auto const& name : split_identifiers(setting.value)) {
        sql += (sql.empty() ? "" : ", ") + quote_literal(name);
    }
    return sql.empty() ? "''" : sql;
}

// A setting's name may have a class before it, as in auto_explain.log_min_duration.
std::string name_sql(std::string const& name) {
    std::size_t const dot = name.find('.');
    return dot == std::string::npos
               ? quote_identifier(name)
               : quote_identifier(name.substr(0, dot)) + "." + quote_identifier(name.substr(dot + 1));
}

std::string setting_sql(std::string const& database, snapshot::Setting const& setting) {
    std::string const where = setting.role.empty() ? "ALTER DATABASE " + quote_identifier(database)
                                                   : "ALTER ROLE " + quote_identifier(setting.role) + " IN DATABASE " +
                                                         quote_identifier(database);
    return where + " SET " + name_sql(setting.name) + " = " + value_sql(setting);
}

struct Rights {
    std::string role;
    bool superuser = false;
    bool may_alter_roles = false;
};

Result<Rights> read_rights(Session& session) {
    TRY_ASSIGN(auto const rows,
               session.query("SELECT rolname, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user"));
    return Rights{text_of(rows.at(0).at(0)), truth_of(rows.at(0).at(1)), truth_of(rows.at(0).at(2))};
}

// A name that the server does not know is a placeholder, which since 15 only a superuser may set for others.
Result<bool> may_set(Session& session, std::string const& name) {
    std::string const granted =
        session.server_version() >= 150000 ? "has_parameter_privilege($1, 'SET')" : "context NOT LIKE 'superuser%'";
    TRY_ASSIGN(auto const rows, session.query("SELECT context IN ('user', 'backend') OR " + granted +
                                                  " FROM pg_settings WHERE name = $1",
                                              {name}));
    if (!rows.empty()) {
        return truth_of(rows.at(0).at(0));
    }
    if (session.server_version() < 150000) {
        return true;
    }
    return session.truth("SELECT has_parameter_privilege($1, 'SET')", {name});
}

bool is_own(snapshot::Setting const& setting, Rights const& rights) {
    return setting.role.empty() || setting.role == rights.role;
}

Result<std::vector<bool>> judge_settings(Session& session, Rights const& rights,
                                         std::vector<snapshot::Setting> const& settings) {
    std::vector<bool> allowed;
    for (auto const& setting : settings) {
        TRY_ASSIGN(bool const settable, may_set(session, setting.name));
        allowed.push_back(rights.superuser || (settable && (is_own(setting, rights) || rights.may_alter_roles)));
    }
    return allowed;
}

ForbiddenSetting describe(snapshot::Setting const& setting, Rights const& rights) {
    std::string const own = quote_identifier(rights.role);
    if (!is_own(setting, rights) && !rights.may_alter_roles) {
        return {setting.name + " for role '" + setting.role + "'", "ALTER ROLE " + own + " CREATEROLE;"};
    }
    return {setting.name, "GRANT SET ON PARAMETER " + name_sql(setting.name) + " TO " + own + ";"};
}

} // namespace

Result<std::vector<ForbiddenSetting>> find_forbidden_settings(Session& maintenance,
                                                              snapshot::DatabaseProperties const& wanted) {
    TRY_ASSIGN(auto const rights, read_rights(maintenance));
    TRY_ASSIGN(auto const allowed, judge_settings(maintenance, rights, wanted.settings));
    std::vector<ForbiddenSetting> forbidden;
    for (std::size_t i = 0; i < wanted.settings.size(); ++i) {
        if (!allowed[i]) {
            forbidden.push_back(describe(wanted.settings[i], rights));
        }
    }
    return forbidden;
}

Result<snapshot::DatabaseProperties> without_forbidden_settings(Session& maintenance,
                                                                snapshot::DatabaseProperties properties) {
    TRY_ASSIGN(auto const rights, read_rights(maintenance));
    TRY_ASSIGN(auto const allowed, judge_settings(maintenance, rights, properties.settings));
    std::vector<snapshot::Setting> kept;
    for (std::size_t i = 0; i < allowed.size(); ++i) {
        if (allowed[i]) {
            kept.push_back(properties.settings[i]);
        }
    }
    properties.settings = std::move(kept);
    return properties;
}

std::vector<std::string> property_statements(std::string const& database,
                                             snapshot::DatabaseProperties const& properties) {
    std::string const alter = "ALTER DATABASE " + quote_identifier(database);
    std::vector<std::string> statements{alter + " CONNECTION LIMIT " + std::to_string(properties.connection_limit)};
    for (auto const& setting : properties.settings) {
        statements.push_back(setting_sql(database, setting));
    }
    statements.push_back(alter + " OWNER TO " + quote_identifier(properties.owner));
    return statements;
}

Result<std::vector<std::string>> access_statements(Session& maintenance, std::string const& database,
                                                   snapshot::DatabaseProperties const& properties) {
    std::string list;
    for (auto const& item : properties.acl) {
        list += (list.empty() ? "" : ", ") + quote_literal(item) + "::aclitem";
    }
    std::string const acl =
        list.empty() ? "acldefault('d', (SELECT oid FROM pg_roles WHERE rolname = $1))" : "ARRAY[" + list + "]";
    TRY_ASSIGN(auto const rows,
               maintenance.query("SELECT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END, "
                                 "a.privilege_type, a.is_grantable FROM aclexplode(" +
                                     acl +
                                     ") a LEFT JOIN pg_roles r ON r.oid = a.grantee WHERE $1 <> '' AND "
                                     "(a.grantee = 0 OR r.oid IS NOT NULL) ORDER BY 1, 2",
                                 {properties.owner}));
    std::string const on = " ON DATABASE " + quote_identifier(database);
    std::vector<std::string> statements{"REVOKE ALL" + on + " FROM PUBLIC",
                                        "REVOKE ALL" + on + " FROM " + quote_identifier(properties.owner)};
    for (auto const& row : rows) {
        statements.push_back("GRANT " + text_of(row.at(1)) + on + " TO " + text_of(row.at(0)) +
                             (truth_of(row.at(2)) ? " WITH GRANT OPTION" : ""));
    }
    return statements;
}

Result<snapshot::DatabaseProperties> default_properties(Session& maintenance) {
    bool const providers = maintenance.server_version() >= 150000;
    std::string const locale = maintenance.server_version() >= 170000 ? "datlocale"
                               : providers                            ? "daticulocale"
                                                                      : "NULL";
    TRY_ASSIGN(auto const rows,
               maintenance.query("SELECT current_user, pg_encoding_to_char(encoding), datcollate, datctype, " +
                                 std::string(providers ? "datlocprovider" : "'c'") + ", " + locale +
                                 " FROM pg_database WHERE datname = 'template0'"));
    auto const& row = rows.at(0);
    snapshot::DatabaseProperties properties;
    properties.owner = text_of(row.at(0));
    properties.encoding = text_of(row.at(1));
    properties.collate = text_of(row.at(2));
    properties.ctype = text_of(row.at(3));
    properties.locale_provider = text_of(row.at(4));
    properties.locale = text_of(row.at(5));
    return properties;
}

} // namespace sluice::db_restore
