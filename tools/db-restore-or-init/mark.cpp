#include "tools/db-restore-or-init/mark.hpp"

#include "common/postgres/quote.hpp"
#include "common/postgres/session.hpp"
#include "tools/db-restore-or-init/markers.hpp"

#include <ostream>

namespace sluice::db_restore {

namespace {

using postgres::text_of;

struct Marked {
    std::string database;
    std::string system_identifier;
    std::string comment;
};

Result<Marked> read_marked(postgres::Session& session) {
    TRY_ASSIGN(auto const rows, session.query("SELECT datname, (SELECT system_identifier FROM pg_control_system()), "
                                              "shobj_description(oid, 'pg_database'), pg_has_role(datdba, 'USAGE'), "
                                              "pg_get_userbyid(datdba), current_user FROM pg_database WHERE datname = "
                                              "current_database()"));
    auto const& row = rows.at(0);
    if (!postgres::truth_of(row.at(3))) {
        return fail(Errc::denied,
                    "role '" + text_of(row.at(5)) + "' may not comment on database '" + text_of(row.at(0)) + "'",
                    "Connect as its owner '" + text_of(row.at(4)) + "', or run there: GRANT " +
                        postgres::quote_identifier(text_of(row.at(4))) + " TO " +
                        postgres::quote_identifier(text_of(row.at(5))) + ";");
    }
    return Marked{text_of(row.at(0)), text_of(row.at(1)), text_of(row.at(2))};
}

std::string new_comment(Marked const& marked, std::string const& environment) {
    std::string const text = snapshot::split_comment(marked.comment).text;
    return environment == "none"
               ? text
               : snapshot::join_comment(text, environment_marker(environment, marked.system_identifier));
}

} // namespace

Result<cli::ExitCode> mark(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const parameters, postgres::resolve_connection(options.target, context.environment));
    TRY_ASSIGN(auto const session, postgres::connect(parameters, "mark"));
    TRY_ASSIGN(auto const marked, read_marked(*session));
    std::string const comment = new_comment(marked, options.environment);
    TRY(session->execute("COMMENT ON DATABASE " + postgres::quote_identifier(marked.database) + " IS " +
                         (comment.empty() ? "NULL" : postgres::quote_literal(comment))));
    if (options.common.json) {
        Json const environment = options.environment == "none" ? Json() : Json(options.environment);
        context.out << json::dump({{"version", 1},
                                   {"target", marked.database},
                                   {"environment", environment},
                                   {"system_identifier", marked.system_identifier}})
                    << '\n';
    } else {
        context.out << "'" << marked.database << "' is "
                    << (options.environment == "none" ? "no longer marked" : "marked as '" + options.environment + "'")
                    << '\n';
    }
    return cli::ExitCode::ok;
}

} // namespace sluice::db_restore
