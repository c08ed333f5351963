#include "tools/db-snapshot/take.hpp"

#include "common/json/json.hpp"
#include "common/log/log.hpp"
#include "common/log/progress.hpp"
#include "common/postgres/session.hpp"
#include "common/snapshot/chunk_writer.hpp"
#include "common/snapshot/chunked_stream.hpp"
#include "common/snapshot/preflight.hpp"
#include "common/snapshot/schema_archive.hpp"
#include "common/store/open_store.hpp"
#include "common/time/duration_text.hpp"
#include "tools/db-snapshot/mask.hpp"
#include "tools/db-snapshot/mask_defaults.hpp"
#include "tools/db-snapshot/publish.hpp"
#include "tools/db-snapshot/rows.hpp"
#include "tools/db-snapshot/run_record.hpp"

#include <optional>
#include <ostream>

namespace sluice::db_snapshot {

namespace {

using snapshot::Manifest;
using snapshot::SourceView;

struct Taken {
    Manifest manifest;
    std::uint64_t new_bytes = 0;
    std::chrono::milliseconds took{};
};

/// A source to read, and what becomes of its values on the way.
struct MaskedSource {
    postgres::ConnectionParameters source;
    std::optional<Masks> masks;
    postgres::ConnectionParameters masked; ///< the same source, whose sessions can work out the masks
};

Result<MaskedSource> source_of(Options const& options, ci::Environment const& environment) {
    MaskedSource from;
    TRY_ASSIGN(from.source, postgres::resolve_connection(options.source, environment));
    from.masked = from.source;
    if (!options.mask.empty()) {
        TRY_ASSIGN(from.masks, Masks::load(options.mask, environment));
        TRY_ASSIGN(from.masked, from.masks->connection(from.source));
    }
    return from;
}

// Masks are checked before anything is written, and once more when the tables cannot change any longer.
Result<std::string> name_of_source(MaskedSource const& from, Options const& options) {
    auto const& masks = from.masks;
    TRY_ASSIGN(auto session, postgres::connect(from.masked, "snapshot"));
    TRY_ASSIGN(auto const facts, snapshot::identify(*session));
    if (masks) {
        TRY(snapshot::check_source(*session));
        TRY(masks->check(*session, options.exclude_data).map([](MaskPlan const&) {}));
    }
    std::string name = options.name.empty() ? facts.database : options.name;
    TRY(snapshot::check_name(name));
    return name;
}

struct Schema {
    std::vector<snapshot::Piece> pieces;
    int pg_dump_major = 0;
};

// Defaults with a literal are taken out of the archive, for which it has to be there as a whole.
Result<void> dump_masked(process::Runner& runner, snapshot::SchemaDump const& dump, MaskPlan const& plan,
                         snapshot::ChunkedStream& stream) {
    std::string archive;
    TRY(snapshot::dump_schema(runner, dump, [&](std::string_view bytes) -> Result<void> {
        archive += bytes;
        return {};
    }));
    TRY(remove_defaults(archive, plan.dropped_defaults));
    return stream.append(archive);
}

Result<Schema> store_schema(SourceView& view, postgres::ConnectionParameters const& source,
                            snapshot::ChunkWriter& writer, process::Runner& runner, MaskPlan const* plan) {
    TRY_ASSIGN(auto tools, postgres::find_dump_tools(runner, view.holder().server_version()));
    TRY_ASSIGN(auto role, snapshot::role_for_pg_dump(view.holder()));
    int const major = tools.major;
    snapshot::Compressor compressor;
    snapshot::ChunkedStream stream(writer, compressor);
    snapshot::SchemaDump const dump{std::move(tools), source, view.exported_snapshot(), std::move(role),
                                    plan != nullptr && !plan->masking.comments_kept};
    TRY(plan != nullptr
            ? dump_masked(runner, dump, *plan, stream)
            : snapshot::dump_schema(runner, dump, [&](std::string_view bytes) { return stream.append(bytes); }));
    stream.end_part(0);
    TRY_ASSIGN(auto parts, stream.finish());
    return Schema{std::move(parts.front().pieces), major};
}

std::uint64_t estimated_bytes(snapshot::Inventory const& inventory) {
    constexpr std::uint64_t block_bytes = 8192;
    std::uint64_t bytes = 0;
    for (auto const& table : inventory.tables) {
        bytes += table.data_excluded ? 0 : (table.blocks + table.toast_blocks) * block_bytes;
    }
    return bytes;
}

Result<Manifest> read_source(MaskedSource const& from, Options const& options, cli::Context& context,
                             snapshot::ChunkWriter& writer, RunRecord& record) {
    Schema schema;
    std::optional<MaskPlan> plan;
    auto const dump = [&](SourceView& view) -> Result<void> {
        if (from.masks) {
            TRY_ASSIGN(plan, from.masks->apply(view, options.exclude_data));
        }
        TRY_ASSIGN(schema, store_schema(view, from.source, writer, context.runner, plan ? &*plan : nullptr));
        return {};
    };
    TRY_ASSIGN(auto view, SourceView::open(from.masked, {options.jobs, options.lock_timeout, options.exclude_data},
                                           context.clock, dump));
    for (auto const& what : view->inventory().left_out) {
        log::info("left out", {{"what", what}});
    }
    Manifest manifest;
    manifest.inventory = view->inventory();
    manifest.masked = plan.has_value();
    if (plan) {
        manifest.masking = from.masks->manifest_part(*plan);
    }
    manifest.schema = std::move(schema.pieces);
    manifest.pg_dump_major = schema.pg_dump_major;
    {
        log::Progress progress("reading rows", estimated_bytes(view->inventory()));
        TRY(read_all_rows(*view, writer, manifest, [&](std::uint64_t bytes) {
            progress.add(bytes);
            record.add_bytes(bytes);
        }));
    }
    TRY(view->check_unchanged());
    return manifest;
}

Result<Taken> take_into(snapshot::Catalog const& catalog, RunRecord& record, MaskedSource const& from,
                        Options const& options, cli::Context& context) {
    auto const begin = context.clock.steady_now();
    TRY_ASSIGN(auto const known, chunks_of_newest(catalog, false));
    snapshot::ChunkWriter writer(catalog.store(), known);
    TRY_ASSIGN(Manifest manifest, read_source(from, options, context, writer, record));
    manifest.chunks = writer.take_chunks();
    TRY(publish(catalog, record, options, context, manifest));
    auto const took = std::chrono::duration_cast<std::chrono::milliseconds>(context.clock.steady_now() - begin);
    return Taken{std::move(manifest), writer.written_bytes(), took};
}

Json to_json(Taken const& taken) {
    Manifest const& manifest = taken.manifest;
    return {{"version", 1},
            {"id", manifest.id},
            {"name", manifest.name},
            {"masked", manifest.masked},
            {"tables", manifest.inventory.tables.size()},
            {"rows", manifest.total_rows()},
            {"plain_bytes", manifest.total_plain_bytes()},
            {"stored_bytes", manifest.total_stored_bytes()},
            {"new_bytes", taken.new_bytes},
            {"left_out", manifest.inventory.left_out},
            {"milliseconds", taken.took.count()}};
}

void log_end(Taken const& taken) {
    log::info("snapshot complete", {{"id", taken.manifest.id},
                                    {"rows", std::to_string(taken.manifest.total_rows())},
                                    {"plain", log::size_text(taken.manifest.total_plain_bytes())},
                                    {"stored", log::size_text(taken.manifest.total_stored_bytes())},
                                    {"new", log::size_text(taken.new_bytes)},
                                    {"took", time::duration_text(taken.took)}});
}

} // namespace

Result<cli::ExitCode> take(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const from, source_of(options, context.environment));
    TRY_ASSIGN(auto const name, name_of_source(from, options));
    TRY_ASSIGN(auto store,
               store::open_or_create_store(options.store, context.clock, context.environment, options.store_key));
    snapshot::Catalog const catalog(*store, name);
    TRY(chunks_of_newest(catalog, false).map([](auto const&) {}));
    TRY_ASSIGN(auto record, begin_run(catalog, options, context));
    log::info("snapshot begins",
              {{"id", record->id()}, {"source", from.source.description()}, {"store", options.store}});
    auto const taken = take_into(catalog, *record, from, options, context);
    if (!taken) {
        record->failed(taken.error().message);
        return tl::unexpected<Error>(taken.error());
    }
    TRY(write_names_at_end(options, name, record->id()));
    log_end(*taken);
    context.out << (options.common.json ? json::dump(to_json(*taken)) : record->id()) << '\n';
    return cli::ExitCode::ok;
}

} // namespace sluice::db_snapshot
