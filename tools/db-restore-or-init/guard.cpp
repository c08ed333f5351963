#include "tools/db-restore-or-init/guard.hpp"

#include "common/postgres/quote.hpp"
#include "tools/db-restore-or-init/markers.hpp"

namespace sluice::db_restore {

namespace {

std::string named(TargetFacts const& target) { return "database '" + target.name + "'"; }

Result<void> check_not_production(TargetFacts const& target) {
    auto const& existing = *target.existing;
    if (is_production(existing.environment_setting)) {
        return fail(Errc::refused, named(target) + " is production: its setting sluice.environment says so",
                    "Give --target another database.");
    }
    if (kind_of(existing.comment) == MarkerKind::provenance && is_production(text_in(existing.comment, "stage"))) {
        return fail(Errc::refused, named(target) + " is production: it was made as that by an earlier restore",
                    "To put it back to a snapshot: db-restore-or-init rollback --target … --to ID. If it is no "
                    "production: db-restore-or-init mark --target … --environment none");
    }
    if (kind_of(existing.comment) != MarkerKind::environment ||
        !is_production(text_in(existing.comment, "environment"))) {
        return {};
    }
    if (text_in(existing.comment, "system_identifier") == target.system_identifier) {
        return fail(Errc::refused,
                    named(target) + " is marked as production on this server (system identifier " +
                        target.system_identifier + ")",
                    "Give --target another database.");
    }
    return fail(Errc::refused, named(target) + " is marked as production, by a mark that was made on another server",
                "If it is a copy and no production, remove the mark: db-restore-or-init mark --target … --environment "
                "none");
}

// A target that some stage already owns must be that stage.
Result<void> check_stage(TargetFacts const& target, GuardRequest const& request) {
    auto const& comment = target.existing->comment;
    auto const kind = kind_of(comment);
    std::string const marked = text_in(comment, kind == MarkerKind::environment ? "environment" : "stage");
    bool const adopted = request.adopt && kind == MarkerKind::provenance;
    if (marked.empty() || marked == request.stage || adopted) {
        return {};
    }
    return fail(Errc::refused, named(target) + " is the stage '" + marked + "', not '" + request.stage + "'",
                kind == MarkerKind::environment
                    ? "Check --target and --stage, or mark it anew: db-restore-or-init mark --target … --environment " +
                          request.stage
                    : "Check --target and --stage; to hand the database over to another stage, add --adopt.");
}

Result<void> check_not_source(TargetFacts const& target, GuardRequest const& request) {
    bool const is_stage = target.existing && kind_of(target.existing->comment) == MarkerKind::provenance;
    bool const recovers = !target.existing && is_production(request.stage);
    for (auto const& known : request.sources) {
        if (is_same(target, known.source) && (known.live || (!is_stage && !recovers))) {
            return fail(Errc::refused,
                        named(target) + " is the source itself of '" + known.origin + "' (system identifier " +
                            target.system_identifier + ", database '" + known.source.database + "')",
                        target.existing ? "Give --target the stage's database, not the one that the data comes from."
                                        : "Give --target the stage's database. If production itself is gone and is to "
                                          "come back: --stage production");
        }
    }
    return {};
}

Result<void> check_adopted(TargetFacts const& target, GuardRequest const& request) {
    auto const& existing = *target.existing;
    if (existing.empty || request.adopt || kind_of(existing.comment) != MarkerKind::none) {
        return {};
    }
    return fail(Errc::refused, named(target) + " holds data and is not marked as a stage",
                "If it may be replaced (it is kept under a dated name), run the same command once with --adopt.");
}

Result<void> check_no_prepared(TargetFacts const& target) {
    std::int64_t const count = target.existing->prepared_transactions;
    if (count == 0) {
        return {};
    }
    return fail(Errc::refused,
                named(target) + " has " + std::to_string(count) + " prepared transaction" + (count == 1 ? "" : "s") +
                    ", so it cannot be renamed",
                "Finish them there: see SELECT gid FROM pg_prepared_xacts, then COMMIT PREPARED or ROLLBACK PREPARED.");
}

Result<void> check_rights(TargetFacts const& target) {
    if (!target.role.superuser && !target.role.may_create_databases) {
        return fail(Errc::denied, "role '" + target.role.name + "' may not create databases on the target server",
                    "Run there: ALTER ROLE " + postgres::quote_identifier(target.role.name) + " CREATEDB;");
    }
    if (!target.existing) {
        return {};
    }
    auto const& existing = *target.existing;
    if (!existing.ours) {
        return fail(Errc::denied,
                    "role '" + target.role.name + "' may not rename " + named(target) + ": it belongs to '" +
                        existing.properties.owner + "'",
                    "Run on that server: GRANT " + postgres::quote_identifier(existing.properties.owner) + " TO " +
                        postgres::quote_identifier(target.role.name) + ";");
    }
    return check_endable(target.name, target.role.name, existing.unendable, existing.superuser_sessions);
}

} // namespace

Result<void> check_marker_sound(TargetFacts const& target) {
    switch (kind_of(target.existing->comment)) {
    case MarkerKind::damaged:
        return fail(Errc::refused, "the mark in the comment of " + named(target) + " is damaged",
                    "It may have said production. Look at it, then set it anew: db-restore-or-init mark --target … "
                    "--environment NAME");
    case MarkerKind::shadow:
        return fail(Errc::refused, named(target) + " is a shadow of '" + text_in(target.existing->comment, "of") + "'",
                    "Give --target the stage's own database; a shadow ends with its expiry.");
    case MarkerKind::leftover:
    case MarkerKind::copy_source:
        return fail(Errc::refused, named(target) + " is a side database of another restore",
                    "Give --target the stage's own database.");
    default: return {};
    }
}

bool is_same(TargetFacts const& target, snapshot::Source const& source) {
    bool const same_oid = target.existing && target.existing->oid == source.database_oid;
    return source.system_identifier == target.system_identifier && (source.database == target.name || same_oid);
}

Result<void> check_replaceable(TargetFacts const& target) {
    if (target.existing) {
        TRY(check_no_prepared(target));
    }
    return check_rights(target);
}

Result<void> check_guards(TargetFacts const& target, GuardRequest const& request) {
    if (target.existing) {
        TRY(check_not_production(target));
        TRY(check_marker_sound(target));
        TRY(check_stage(target, request));
    }
    TRY(check_not_source(target, request));
    if (target.existing) {
        TRY(check_adopted(target, request));
    }
    return check_replaceable(target);
}

} // namespace sluice::db_restore
