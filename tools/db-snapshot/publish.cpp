#include "tools/db-snapshot/publish.hpp"

#include "common/ci/pipeline.hpp"
#include "common/cli/dotenv.hpp"
#include "common/cli/version.hpp"
#include "common/time/timestamp.hpp"
#include "tools/db-snapshot/background.hpp"

#include <filesystem>

namespace sluice::db_snapshot {

namespace {

// For later jobs, which may run in another folder.
std::string store_for_others(std::string const& location) {
    return location.find("://") == std::string::npos ? std::filesystem::absolute(location).string() : location;
}

Result<void> write_names(Options const& options, std::string const& name, std::string const& id) {
    return options.dotenv.empty()
               ? Result<void>{}
               : cli::write_dotenv(options.dotenv, {{"SLUICE_SNAPSHOT_ID", id},
                                                    {"SLUICE_SNAPSHOT_NAME", name},
                                                    {"SLUICE_SNAPSHOT_MASKED", options.mask.empty() ? "false" : "true"},
                                                    {"SLUICE_STORE", store_for_others(options.store)}});
}

} // namespace

Result<std::unique_ptr<RunRecord>> begin_run(snapshot::Catalog const& catalog, Options const& options,
                                             cli::Context& context) {
    std::string const id = snapshot::new_snapshot_id(context.clock);
    std::string const log = log_path(options, id, context.environment);
    TRY_ASSIGN(auto record, RunRecord::begin(catalog, id, log, context.clock));
    Result<void> let_go;
    if (options.background) {
        let_go = write_names(options, catalog.name(), id);
        let_go = let_go ? let_caller_go(options, catalog.name(), id, log) : let_go;
    }
    if (!let_go) {
        record->failed(let_go.error().message);
        return tl::unexpected<Error>(let_go.error());
    }
    return record;
}

Result<void> publish(snapshot::Catalog const& catalog, RunRecord& record, Options const& options, cli::Context& context,
                     snapshot::Manifest& manifest) {
    manifest.id = record.id();
    manifest.name = catalog.name();
    manifest.started = record.started();
    manifest.finished = time::timestamp_text(context.clock.wall_now());
    manifest.tool_version = cli::k_version;
    manifest.labels = options.labels;
    manifest.pipeline = ci::pipeline_of(context.environment);
    TRY(catalog.publish(manifest));
    TRY(record.complete());
    return manifest.is_proven() ? catalog.promote(record.id()) : Result<void>{};
}

Result<void> write_names_at_end(Options const& options, std::string const& name, std::string const& id) {
    return options.background ? Result<void>{} : write_names(options, name, id);
}

// A manifest that cannot be read is no reason to fail: we only know less.
Result<std::vector<snapshot::ChunkInfo>> chunks_of_newest(snapshot::Catalog const& catalog, bool is_stream) {
    auto newest = catalog.newest();
    if (!newest || !*newest) {
        return std::vector<snapshot::ChunkInfo>{};
    }
    if ((*newest)->stream.has_value() != is_stream) {
        return fail(Errc::usage,
                    "'" + catalog.name() + "' holds snapshots of a " + (is_stream ? "database" : "stream") + " in " +
                        catalog.store().description(),
                    std::string("Give the ") + (is_stream ? "stream" : "database") + " another name with --name.");
    }
    return std::move((*newest)->chunks);
}

} // namespace sluice::db_snapshot
