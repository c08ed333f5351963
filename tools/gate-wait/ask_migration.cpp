#include "common/snapshot/migration_version.hpp"
#include "tools/gate-wait/database_reader.hpp"

namespace sluice::gate_wait {

namespace {

Result<Observation> look(postgres::Session& session, MigrationCondition const& spec) {
    TRY_ASSIGN(auto const now, snapshot::read_migration_version(session));
    if (now.tool.empty()) {
        return saw_nothing("no migration tool's table can be read, or several are there",
                           R"(Use "sql" with a query of your own.)");
    }
    std::string const what = now.tool + " is at " + (now.version.empty() ? "nothing" : now.version);
    if (!spec.tool.empty() && now.tool != spec.tool) {
        return saw_nothing(what + ", not " + spec.tool);
    }
    return now.version == spec.version ? saw_open(what) : saw_closed(what + ", not " + spec.version);
}

} // namespace

std::unique_ptr<Asker> asker_of(MigrationCondition const& spec, Condition const& all, Surroundings&) {
    return asking_database(spec.connection, all.timeout,
                           [spec](postgres::Session& session) { return look(session, spec); });
}

} // namespace sluice::gate_wait
