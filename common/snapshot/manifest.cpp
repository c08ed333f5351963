#include "common/snapshot/manifest.hpp"

#include "common/json/json.hpp"
#include "common/snapshot/manifest_seal.hpp"

#include <numeric>

namespace sluice::snapshot {

namespace {

Json pieces_json(std::vector<Piece> const& pieces) {
    Json list = Json::array();
    for (auto const& piece : pieces) {
        list.push_back({piece.chunk, piece.offset, piece.length});
    }
    return list;
}

Json data_json(TableData const& data) {
    Json parts = Json::array();
    for (auto const& part : data.parts) {
        parts.push_back({{"rows", part.rows}, {"pieces", pieces_json(part.pieces)}});
    }
    return {{"rows", data.rows}, {"bytes", data.bytes}, {"row_hash", data.row_hash}, {"parts", std::move(parts)}};
}

Json table_json(Table const& table, TableData const& data) {
    return {{"schema", table.schema},
            {"name", table.name},
            {"columns", table.columns},
            {"kind", table.kind == TableKind::plain ? "plain" : "extension_config"},
            {"condition", table.condition},
            {"data_excluded", table.data_excluded},
            {"counters",
             {{"inserted", table.counters.inserted},
              {"updated", table.counters.updated},
              {"deleted", table.counters.deleted}}},
            {"data", data_json(data)}};
}

Json source_json(Source const& source) {
    return {{"system_identifier", source.system_identifier},
            {"database", source.database},
            {"database_oid", source.database_oid},
            {"server_version", source.server_version},
            {"version_number", source.version_number},
            {"standby", source.standby},
            {"role", source.role},
            {"lsn", source.lsn}};
}

Json properties_json(DatabaseProperties const& properties) {
    Json settings = Json::array();
    for (auto const& setting : properties.settings) {
        settings.push_back({{"role", setting.role}, {"name", setting.name}, {"value", setting.value}});
    }
    return {{"owner", properties.owner},
            {"acl", properties.acl},
            {"connection_limit", properties.connection_limit},
            {"comment", properties.comment},
            {"settings", std::move(settings)},
            {"encoding", properties.encoding},
            {"collate", properties.collate},
            {"ctype", properties.ctype},
            {"locale_provider", properties.locale_provider},
            {"locale", properties.locale},
            {"collation_version", properties.collation_version}};
}

Json extensions_json(std::vector<Extension> const& extensions) {
    Json list = Json::array();
    for (auto const& extension : extensions) {
        list.push_back({{"name", extension.name},
                        {"version", extension.version},
                        {"schema", extension.schema},
                        {"trusted", extension.trusted}});
    }
    return list;
}

Json sequences_json(std::vector<Sequence> const& sequences) {
    Json list = Json::array();
    for (auto const& sequence : sequences) {
        list.push_back({{"schema", sequence.schema},
                        {"name", sequence.name},
                        {"last_value", sequence.last_value},
                        {"is_called", sequence.is_called}});
    }
    return list;
}

Json large_objects_json(std::vector<LargeObject> const& objects) {
    Json list = Json::array();
    for (auto const& object : objects) {
        list.push_back({{"oid", object.oid},
                        {"owner", object.owner},
                        {"acl", object.acl},
                        {"comment", object.comment},
                        {"size_bytes", object.size_bytes}});
    }
    return list;
}

Json chunk_json(ChunkInfo const& chunk) {
    Json entry{chunk.id, chunk.stored_sha256, chunk.plain_bytes, chunk.stored_bytes,
               chunk.sketch ? to_text(*chunk.sketch) : ""};
    if (chunk.base) {
        entry.push_back(*chunk.base);
    }
    return entry;
}

Json tables_json(Manifest const& manifest) {
    Json list = Json::array();
    for (std::size_t i = 0; i < manifest.inventory.tables.size(); ++i) {
        list.push_back(table_json(manifest.inventory.tables[i], manifest.data.at(i)));
    }
    return list;
}

Json pipeline_json(ci::Pipeline const& pipeline) {
    return {{"system", pipeline.system}, {"id", pipeline.id}, {"url", pipeline.url}, {"commit", pipeline.commit}};
}

Json stream_document_of(Manifest const& manifest) {
    Stream const& stream = *manifest.stream;
    return {{"version", k_stream_manifest_version},
            {"id", manifest.id},
            {"name", manifest.name},
            {"started", manifest.started},
            {"finished", manifest.finished},
            {"tool_version", manifest.tool_version},
            {"labels", manifest.labels},
            {"pipeline", pipeline_json(manifest.pipeline)},
            {"stream",
             {{"bytes", stream.bytes},
              {"sha256", stream.sha256},
              {"producer_checked", stream.producer_checked},
              {"producer", stream.producer},
              {"pieces", pieces_json(stream.pieces)}}}};
}

Json document_of(Manifest const& manifest) {
    Inventory const& inventory = manifest.inventory;
    return {{"version", k_database_manifest_version},
            {"id", manifest.id},
            {"name", manifest.name},
            {"started", manifest.started},
            {"finished", manifest.finished},
            {"tool_version", manifest.tool_version},
            {"pg_dump_major", manifest.pg_dump_major},
            {"labels", manifest.labels},
            {"pipeline", pipeline_json(manifest.pipeline)},
            {"masked", manifest.masked},
            {"masking", masking_json(manifest.masking)},
            {"source", source_json(inventory.source)},
            {"database", properties_json(inventory.properties)},
            {"roles", inventory.roles},
            {"owners", inventory.owners},
            {"extensions", extensions_json(inventory.extensions)},
            {"tablespaces", inventory.tablespaces},
            {"superuser_needs", inventory.superuser_needs},
            {"left_out", inventory.left_out},
            {"statistics_reset", inventory.statistics_reset},
            {"migration", {{"tool", inventory.migration.tool}, {"version", inventory.migration.version}}},
            {"transactions", inventory.transactions},
            {"tables", tables_json(manifest)},
            {"sequences", sequences_json(inventory.sequences)},
            {"large_objects", large_objects_json(inventory.large_objects)},
            {"large_object_data", data_json(manifest.large_object_data)},
            {"schema", pieces_json(manifest.schema)}};
}

template <class Get> std::uint64_t sum(Manifest const& manifest, Get const& get) {
    return std::accumulate(manifest.data.begin(), manifest.data.end(), std::uint64_t{0},
                           [&](std::uint64_t total, TableData const& data) { return total + get(data); });
}

} // namespace

Json masking_json(std::optional<Masking> const& masking) {
    if (!masking) {
        return nullptr;
    }
    Json columns = Json::array();
    for (auto const& one : masking->columns) {
        columns.push_back({{"table", one.table}, {"column", one.column}, {"mask", one.mask}, {"domain", one.domain}});
    }
    return {{"file_sha256", masking->file_sha256},
            {"key_fingerprint", masking->key_fingerprint},
            {"comments_kept", masking->comments_kept},
            {"large_objects_kept", masking->large_objects_kept},
            {"columns", std::move(columns)}};
}

std::uint64_t Manifest::total_rows() const {
    return sum(*this, [](TableData const& table) { return table.rows; });
}

std::uint64_t Manifest::total_plain_bytes() const {
    return sum(*this, [](TableData const& table) { return table.bytes; }) + large_object_data.bytes +
           (stream ? stream->bytes : 0);
}

std::uint64_t Manifest::total_stored_bytes() const {
    return std::accumulate(chunks.begin(), chunks.end(), std::uint64_t{0},
                           [](std::uint64_t total, ChunkInfo const& chunk) { return total + chunk.stored_bytes; });
}

std::string to_text(Manifest const& manifest) {
    return seal(manifest.stream ? stream_document_of(manifest) : document_of(manifest), manifest.chunks.size(),
                [&](std::size_t number) { return chunk_json(manifest.chunks[number]); });
}

} // namespace sluice::snapshot
