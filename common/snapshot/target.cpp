#include "common/snapshot/target.hpp"

#include "common/json/json.hpp"
#include "common/postgres/failure.hpp"
#include "common/postgres/quote.hpp"
#include "common/snapshot/digest.hpp"

#include <algorithm>
#include <array>

namespace sluice::snapshot {

namespace {

using postgres::Session;

// PostgreSQL cuts longer names without a word (NAMEDATALEN is 64 with the final zero).
constexpr std::size_t k_longest_name = 63;

std::string joined(std::vector<std::string> const& names, bool as_identifiers) {
    std::string text;
    for (auto const& name : names) {
        text += (text.empty() ? "" : ", ") + (as_identifiers ? postgres::quote_identifier(name) : "'" + name + "'");
    }
    return text;
}

// The names of `all`, passed as JSON, for which `condition` on n holds.
Result<std::vector<std::string>> select_names(Session& session, std::vector<std::string> const& all,
                                              std::string const& condition) {
    TRY_ASSIGN(auto const rows, session.query("SELECT n FROM jsonb_array_elements_text($1::jsonb) n WHERE " + condition,
                                              {json::dump(Json(all))}));
    std::vector<std::string> names;
    for (auto const& row : rows) {
        names.push_back(postgres::text_of(row.at(0)));
    }
    return names;
}

struct Role {
    std::string name;
    bool superuser = false;
    bool may_create_databases = false;
};

Result<Role> own_role(Session& session) {
    TRY_ASSIGN(auto const rows,
               session.query("SELECT rolname, rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"));
    auto const& row = rows.at(0);
    return Role{postgres::text_of(row.at(0)), postgres::truth_of(row.at(1)), postgres::truth_of(row.at(2))};
}

Result<void> check_version(Session& session, Source const& source) {
    int const have = session.server_version() / 10000;
    int const need = source.version_number / 10000;
    if (have < need) {
        return fail(Errc::not_found,
                    "the target server is PostgreSQL " + std::to_string(have) + ", older than the source's " +
                        std::to_string(need),
                    "Restore into a server of version " + std::to_string(need) + " or newer.");
    }
    return {};
}

Result<void> check_createdb(Role const& role) {
    if (role.superuser || role.may_create_databases) {
        return {};
    }
    return fail(Errc::denied, "role '" + role.name + "' may not create databases on the target server",
                "Run there: ALTER ROLE " + postgres::quote_identifier(role.name) + " CREATEDB;");
}

Result<void> check_extensions(Session& session, Role const& role, std::vector<Extension> const& extensions) {
    std::vector<std::string> names;
    for (auto const& extension : extensions) {
        names.push_back(extension.name);
    }
    TRY_ASSIGN(auto const missing,
               select_names(session, names, "NOT EXISTS (SELECT FROM pg_available_extensions e WHERE e.name = n)"));
    if (!missing.empty()) {
        return fail(Errc::not_found, "the target server lacks the extension " + joined(missing, false),
                    "Install the package that brings it on that server (for PostgreSQL's own: postgresql-contrib).");
    }
    if (role.superuser || session.server_version() < 130000) {
        return {};
    }
    TRY_ASSIGN(auto const untrusted,
               select_names(session, names,
                            "NOT EXISTS (SELECT FROM pg_available_extensions e JOIN pg_available_extension_versions v "
                            "ON v.name = e.name AND v.version = e.default_version WHERE e.name = n AND v.trusted)"));
    if (!untrusted.empty()) {
        return fail(Errc::denied, "only a superuser may create the extension " + joined(untrusted, false),
                    "Restore with a superuser, or drop the extension at the source.");
    }
    return {};
}

Result<void> check_superuser_needs(Role const& role, std::vector<std::string> const& needs) {
    if (role.superuser || needs.empty()) {
        return {};
    }
    std::string list;
    for (auto const& need : needs) {
        list += (list.empty() ? "" : ", ") + need;
    }
    return fail(Errc::denied, "only a superuser can bring back " + list,
                "Restore with a superuser, or drop these at the source.");
}

} // namespace

Result<std::unique_ptr<Session>> connect_for_maintenance(postgres::ConnectionParameters const& target,
                                                         std::string const& purpose) {
    auto first = postgres::connect(target.with("dbname", "postgres"), purpose);
    bool const try_other = !first && (first.error().kind == Errc::not_found || first.error().kind == Errc::denied);
    if (!try_other) {
        return first;
    }
    auto second = postgres::connect(target.with("dbname", "template1"), purpose);
    return second ? std::move(second) : std::move(first);
}

std::string locale_clause(DatabaseProperties const& properties) {
    std::string sql = " ENCODING " + postgres::quote_literal(properties.encoding) + " LC_COLLATE " +
                      postgres::quote_literal(properties.collate) + " LC_CTYPE " +
                      postgres::quote_literal(properties.ctype);
    if (properties.locale_provider == "i") {
        sql += " LOCALE_PROVIDER icu ICU_LOCALE " + postgres::quote_literal(properties.locale);
    } else if (properties.locale_provider == "b") {
        sql += " LOCALE_PROVIDER builtin BUILTIN_LOCALE " + postgres::quote_literal(properties.locale);
    }
    return sql;
}

std::string setting_value_sql(Setting const& setting) {
    constexpr std::array<std::string_view, 5> lists{"local_preload_libraries", "search_path",
                                                    "session_preload_libraries", "temp_tablespaces",
                                                    "unix_socket_directories"};
    // A list is stored with its elements already quoted where they need it.
    bool const is_list = std::find(lists.begin(), lists.end(), setting.name) != lists.end();
    return is_list && !setting.value.empty() ? setting.value : postgres::quote_literal(setting.value);
}

Result<void> check_roles(Session& maintenance, std::vector<std::string> const& roles,
                         std::vector<std::string> const& owners) {
    TRY_ASSIGN(auto const missing,
               select_names(maintenance, roles, "NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = n)"));
    if (!missing.empty()) {
        std::string create;
        for (auto const& name : missing) {
            create += " CREATE ROLE " + postgres::quote_identifier(name) + ";";
        }
        return fail(Errc::not_found, "the target server lacks the role " + joined(missing, false),
                    "Run there:" + create);
    }
    TRY_ASSIGN(auto const role, own_role(maintenance));
    TRY_ASSIGN(auto const foreign, select_names(maintenance, owners, "NOT pg_has_role(n, 'USAGE')"));
    if (!foreign.empty()) {
        return fail(Errc::denied,
                    "role '" + role.name + "' cannot give objects to " + joined(foreign, false) +
                        ": it is not a member of it",
                    "Run on the target server: GRANT " + joined(foreign, true) + " TO " +
                        postgres::quote_identifier(role.name) + ";");
    }
    return {};
}

Result<void> check_target(Session& maintenance, Inventory const& inventory) {
    TRY(check_version(maintenance, inventory.source));
    TRY_ASSIGN(auto const role, own_role(maintenance));
    TRY(check_createdb(role));
    TRY(check_roles(maintenance, inventory.roles, inventory.owners));
    TRY(check_extensions(maintenance, role, inventory.extensions));
    return check_superuser_needs(role, inventory.superuser_needs);
}

Result<void> create_empty_database(Session& maintenance, std::string const& name,
                                   DatabaseProperties const& properties) {
    std::string const quoted = postgres::quote_identifier(name);
    TRY(maintenance.execute("CREATE DATABASE " + quoted + " TEMPLATE template0" + locale_clause(properties))
            .map_error(while_doing("creating database '" + name + "'")));
    return maintenance.execute("REVOKE ALL ON DATABASE " + quoted + " FROM PUBLIC");
}

Result<void> drop_database(Session& maintenance, std::string const& name) {
    std::string const quoted = postgres::quote_identifier(name);
    TRY_ASSIGN(bool const there, database_exists(maintenance, name));
    if (!there) {
        return {};
    }
    TRY(maintenance.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND "
                            "usename = current_user AND pid <> pg_backend_pid()",
                            {name}));
    TRY(maintenance.execute("ALTER DATABASE " + quoted + " IS_TEMPLATE false"));
    return maintenance.execute("DROP DATABASE IF EXISTS " + quoted);
}

Result<bool> database_exists(Session& maintenance, std::string const& name) {
    return maintenance.truth("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", {name});
}

std::string side_name(std::string const& base, std::string const& suffix) {
    if (base.size() + suffix.size() <= k_longest_name) {
        return base + suffix;
    }
    constexpr std::size_t hash_digits = 8;
    std::size_t kept = k_longest_name - suffix.size() - hash_digits - 1;
    // Not in the middle of a UTF-8 sequence, whose later bytes all begin with the bits 10.
    while (kept > 0 && (static_cast<unsigned char>(base[kept]) & 0xC0U) == 0x80U) {
        --kept;
    }
    return base.substr(0, kept) + "_" + sha256_hex(base).substr(0, hash_digits) + suffix;
}

} // namespace sluice::snapshot
