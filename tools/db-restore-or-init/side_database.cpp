#include "tools/db-restore-or-init/side_database.hpp"

#include "common/log/log.hpp"
#include "common/postgres/cancel.hpp"
#include "common/postgres/quote.hpp"
#include "common/snapshot/target.hpp"
#include "tools/db-restore-or-init/markers.hpp"
#include "tools/db-restore-or-init/names.hpp"

#include <algorithm>

namespace sluice::db_restore {

namespace {

using postgres::Session;
using postgres::text_of;

bool may_be_leftover(NamedDatabase const& database) {
    auto const kind = kind_of(snapshot::split_comment(database.comment));
    // Killed between CREATE DATABASE and the mark, it has no comment yet; just before the swap it is a stage already.
    return database.comment.empty() || kind == MarkerKind::leftover || kind == MarkerKind::provenance ||
           kind == MarkerKind::shadow;
}

void discard(Session& maintenance, std::string const& name) {
    postgres::WithoutCancel const undisturbed;
    auto dropped = snapshot::drop_database(maintenance, name);
    if (!dropped) {
        // The session may have died with what went wrong; a new one may still get in.
        auto fresh = snapshot::connect_for_maintenance(maintenance.parameters(), "tidy up");
        dropped = fresh ? snapshot::drop_database(**fresh, name) : dropped;
    }
    if (!dropped) {
        log::warning("left behind; remove it with db-restore-or-init cleanup",
                     {{"database", name}, {"reason", dropped.error().message}});
    }
}

// A child such as pg_restore only says that it failed. When the server went away under it, another try may help.
Error judged_again(Session& maintenance, Error error) {
    postgres::WithoutCancel const undisturbed;
    auto const alive = maintenance.execute("SELECT 1");
    if (error.kind == Errc::not_found && !alive && alive.error().kind == Errc::temporary) {
        error.kind = Errc::temporary;
        error.hint = alive.error().hint;
    }
    return error;
}

Result<void> make_marked(Session& maintenance, std::string const& name, Json const& marker, MakeEmpty const& make) {
    TRY(make(name));
    return set_comment(maintenance, name, {}, marker);
}

} // namespace

Result<std::vector<NamedDatabase>> list_databases(Session& maintenance) {
    TRY_ASSIGN(auto const rows,
               maintenance.query("SELECT datname, coalesce(shobj_description(oid, 'pg_database'), ''), "
                                 "pg_has_role(datdba, 'USAGE') FROM pg_database ORDER BY datname"));
    std::vector<NamedDatabase> databases;
    for (auto const& row : rows) {
        databases.push_back({text_of(row.at(0)), text_of(row.at(1)), postgres::truth_of(row.at(2))});
    }
    return databases;
}

Result<std::vector<NamedDatabase>> find_leftovers(Session& maintenance, std::string const& target) {
    TRY_ASSIGN(auto databases, list_databases(maintenance));
    std::erase_if(databases, [&](NamedDatabase const& database) {
        return !is_new_name(target, database.name) || !may_be_leftover(database);
    });
    return databases;
}

Result<std::vector<NamedDatabase>> find_templates(Session& maintenance, bool incomplete_only) {
    TRY_ASSIGN(auto databases, list_databases(maintenance));
    std::erase_if(databases, [&](NamedDatabase const& database) {
        auto const comment = snapshot::split_comment(database.comment);
        bool const marked = kind_of(comment) == MarkerKind::copy_source || database.comment.empty();
        return !is_template_name(database.name) || !marked || !database.ours ||
               (incomplete_only && is_complete_template(comment));
    });
    return databases;
}

Result<void> set_comment(Session& maintenance, std::string const& database, std::string const& text,
                         Json const& marker) {
    return maintenance.execute("COMMENT ON DATABASE " + postgres::quote_identifier(database) + " IS " +
                               postgres::quote_literal(snapshot::join_comment(text, marker)));
}

Result<void> make_and_fill(Session& maintenance, std::string const& name, Json const& marker, MakeEmpty const& make,
                           std::function<Result<void>()> const& fill) {
    auto outcome = make_marked(maintenance, name, marker, make);
    if (outcome) {
        outcome = fill();
    }
    if (!outcome) {
        outcome = tl::unexpected<Error>(judged_again(maintenance, std::move(outcome).error()));
        discard(maintenance, name);
    }
    return outcome;
}

Result<bool> try_lock(Session& maintenance, std::string const& what) {
    return maintenance.truth("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", {what});
}

void unlock(Session& maintenance, std::string const& what) {
    auto const released = maintenance.execute("SELECT pg_advisory_unlock(hashtextextended($1, 0))", {what});
    if (!released) {
        log::debug("the lock ends with the session", {{"reason", released.error().message}});
    }
}

Result<void> lock_target(Session& maintenance, std::string const& target) {
    TRY_ASSIGN(bool const locked, try_lock(maintenance, "sluice restore of " + target));
    if (!locked) {
        return fail(Errc::temporary, "another restore into '" + target + "' is running on that server",
                    "Wait for it to end, then run the same command again.");
    }
    return {};
}

} // namespace sluice::db_restore
