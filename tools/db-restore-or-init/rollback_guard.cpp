#include "tools/db-restore-or-init/rollback_guard.hpp"

#include "tools/db-restore-or-init/guard.hpp"
#include "tools/db-restore-or-init/markers.hpp"

namespace sluice::db_restore {

namespace {

using snapshot::Manifest;

std::string named(TargetFacts const& target) { return "database '" + target.name + "'"; }

bool is_of_this_pipeline(Manifest const& snapshot, ci::Pipeline const& pipeline) {
    return !pipeline.id.empty() && snapshot.pipeline.id == pipeline.id && snapshot.pipeline.system == pipeline.system;
}

Result<void> check_own_snapshot(TargetFacts const& target, Manifest const& snapshot) {
    auto const& source = snapshot.inventory.source;
    if (is_same(target, source)) {
        return {};
    }
    return fail(Errc::refused,
                "snapshot '" + snapshot.id + "' is not one of " + named(target) + ": it was taken of '" +
                    source.database + "' on the server " + source.system_identifier + ", this is " +
                    target.system_identifier,
                "Name with --to a snapshot of this database; to give a stage other data, restore it.");
}

Result<void> check_identifier(TargetFacts const& target, RollbackRequest const& request) {
    if (request.production.empty()) {
        return fail(Errc::refused, named(target) + " is production, and --production does not say so",
                    "If production is to go back, add --production " + target.system_identifier + ".");
    }
    if (request.production != target.system_identifier) {
        return fail(Errc::refused,
                    "--production says " + request.production + ", but the server of " + named(target) + " is " +
                        target.system_identifier,
                    "Check --target: this may be another server than you think.");
    }
    return {};
}

Result<void> check_production(TargetFacts const& target, Manifest const& snapshot, RollbackRequest const& request) {
    TRY(check_identifier(target, request));
    auto const& comment = target.existing->comment;
    std::string const marked_on = text_in(comment, "system_identifier");
    if (kind_of(comment) == MarkerKind::environment && marked_on != target.system_identifier) {
        return fail(Errc::refused,
                    named(target) + " is marked as production, by a mark that was made on another server",
                    "Find out what this database is, then mark it anew: db-restore-or-init mark --target … "
                    "--environment NAME");
    }
    TRY(check_own_snapshot(target, snapshot));
    if (snapshot.masked) {
        return fail(Errc::refused, "snapshot '" + snapshot.id + "' is masked, so it does not hold production's data",
                    "Name with --to the unmasked protection.");
    }
    if (request.to == "latest" && !is_of_this_pipeline(snapshot, request.pipeline)) {
        return fail(Errc::refused, "the latest snapshot '" + snapshot.id + "' was not taken by this pipeline",
                    "If production is to go back to it, name it: --to " + snapshot.id);
    }
    return {};
}

Result<void> check_stage(TargetFacts const& target, Manifest const& snapshot, RollbackRequest const& request) {
    if (!request.production.empty()) {
        return fail(Errc::refused, named(target) + " is not marked as production, but --production says so",
                    "Check --target, or leave out --production.");
    }
    auto const& comment = target.existing->comment;
    bool const made_from_it = kind_of(comment) == MarkerKind::provenance && text_in(comment, "snapshot") == snapshot.id;
    return made_from_it ? Result<void>{} : check_own_snapshot(target, snapshot);
}

} // namespace

bool says_production(ExistingTarget const& existing) {
    auto const kind = kind_of(existing.comment);
    std::string const key = kind == MarkerKind::provenance ? "stage" : "environment";
    bool const says_what = kind == MarkerKind::environment || kind == MarkerKind::provenance;
    return is_production(existing.environment_setting) || (says_what && is_production(text_in(existing.comment, key)));
}

Result<void> check_rollback(TargetFacts const& target, Manifest const& snapshot, RollbackRequest const& request) {
    if (!target.existing) {
        return fail(Errc::not_found, named(target) + " does not exist, so there is nothing to put back",
                    "To make it anew, leave out the verb: db-restore-or-init --target … --stage NAME --from snapshot:" +
                        snapshot.id);
    }
    TRY(check_marker_sound(target));
    bool const production = says_production(*target.existing);
    if (!production && kind_of(target.existing->comment) == MarkerKind::none) {
        return fail(Errc::refused, "nothing says what " + named(target) + " is, it may be production",
                    "Mark it, then run the same command again: db-restore-or-init mark --target … --environment NAME");
    }
    TRY(production ? check_production(target, snapshot, request) : check_stage(target, snapshot, request));
    return check_replaceable(target);
}

} // namespace sluice::db_restore
