#include "tools/db-restore-or-init/rollback_marker.hpp"

#include "tools/db-restore-or-init/markers.hpp"
#include "tools/db-restore-or-init/provenance.hpp"

namespace sluice::db_restore {

namespace {

std::vector<std::string> lines_of(snapshot::Manifest const& snapshot, RollbackRecord const& record) {
    std::vector<std::string> lines{"put back to snapshot " + snapshot.id + " of " + snapshot.started};
    for (auto const& loss : record.accepted) {
        lines.push_back("accepted loss in " + loss.table + ": " +
                        (loss.certainty == Certainty::unknown ? std::string("not known")
                                                              : rows_text(loss.rows) + ", " + name_of(loss.certainty)));
    }
    lines.insert(lines.end(), record.rescued.begin(), record.rescued.end());
    return lines;
}

Json kept_mark(Json marker, std::vector<std::string> const& lines, RollbackRecord const& record) {
    std::string const& by = record.pipeline.url.empty() ? record.pipeline.id : record.pipeline.url;
    marker["put_back"] = {{"when", record.when}, {"by", by}, {"lines", lines}};
    return marker;
}

// Its provenance tells of a later restore when the snapshot is older than that.
bool tells_of_snapshot(Provenance const& provenance, snapshot::Manifest const& snapshot) {
    return provenance.restored <= snapshot.started;
}

Provenance of_snapshot(Provenance provenance, snapshot::Manifest const& snapshot) {
    provenance.origin = "snapshot";
    provenance.snapshot = snapshot.id;
    provenance.taken = snapshot.started;
    provenance.masked = snapshot.masked;
    provenance.source_system = snapshot.inventory.source.system_identifier;
    provenance.source_database = snapshot.inventory.source.database;
    return provenance;
}

} // namespace

Result<Json> marker_after_rollback(TargetFacts const& target, snapshot::Manifest const& snapshot,
                                   RollbackRecord const& record) {
    auto const& comment = target.existing->comment;
    auto const lines = lines_of(snapshot, record);
    if (kind_of(comment) == MarkerKind::environment) {
        return kept_mark(*comment.marker, lines, record);
    }
    if (kind_of(comment) == MarkerKind::none) { // production by a setting that a superuser made
        return kept_mark(environment_marker("production", target.system_identifier), lines, record);
    }
    TRY_ASSIGN(
        auto provenance,
        from_marker(*comment.marker).map_error(while_doing("reading the mark of database '" + target.name + "'")));
    if (!tells_of_snapshot(provenance, snapshot)) {
        provenance = of_snapshot(std::move(provenance), snapshot);
    }
    provenance.restored = record.when;
    provenance.pipeline = record.pipeline;
    provenance.decision = lines;
    return to_marker(provenance);
}

} // namespace sluice::db_restore
