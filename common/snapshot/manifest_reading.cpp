#include "common/json/object_reader.hpp"
#include "common/snapshot/chunk.hpp"
#include "common/snapshot/manifest.hpp"
#include "common/snapshot/manifest_seal.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace sluice::snapshot {

namespace {

template <class T>
Result<std::vector<T>> read_list(json::ObjectReader& reader, std::string const& key,
                                 std::function<Result<T>(Json const&, std::string const&)> const& read_one) {
    std::vector<T> list;
    Json const* array = reader.find(key);
    std::string const path = reader.path_of(key);
    if (array == nullptr || !array->is_array()) {
        return fail(Errc::bad_data, "'" + path + "' must be a list");
    }
    list.reserve(array->size());
    for (std::size_t i = 0; i < array->size(); ++i) {
        TRY_ASSIGN(T item, read_one((*array)[i], path + "/" + std::to_string(i)));
        list.push_back(std::move(item));
    }
    return list;
}

template <class T>
Result<T> read_object(json::ObjectReader& reader, std::string const& key,
                      std::function<Result<T>(Json const&, std::string const&)> const& read_one) {
    Json const* value = reader.find(key);
    if (value == nullptr) {
        return fail(Errc::bad_data, "'" + reader.path_of(key) + "' is missing");
    }
    return read_one(*value, reader.path_of(key));
}

Result<Piece> read_piece(Json const& json, std::string const& path) {
    bool const sound = json.is_array() && json.size() == 3 && json[0].is_number_unsigned() &&
                       std::in_range<std::uint32_t>(json[0].get<std::uint64_t>()) && json[1].is_number_unsigned() &&
                       json[2].is_number_unsigned();
    if (!sound) {
        return fail(Errc::bad_data, "'" + path + "' must be [chunk, offset, length]");
    }
    return Piece{json[0].get<std::uint32_t>(), json[1].get<std::uint64_t>(), json[2].get<std::uint64_t>()};
}

Result<Part> read_part(Json const& json, std::string const& path) {
    json::ObjectReader reader(json, path);
    Part part;
    part.rows = reader.required<std::uint64_t>("rows");
    TRY_ASSIGN(part.pieces, read_list<Piece>(reader, "pieces", read_piece));
    TRY(reader.finish());
    return part;
}

Result<TableData> read_data(Json const& json, std::string const& path) {
    json::ObjectReader reader(json, path);
    TableData data;
    data.rows = reader.required<std::uint64_t>("rows");
    data.bytes = reader.required<std::uint64_t>("bytes");
    data.row_hash = reader.required<std::string>("row_hash");
    TRY_ASSIGN(data.parts, read_list<Part>(reader, "parts", read_part));
    TRY(reader.finish());
    return data;
}

Result<WriteCounters> read_counters(Json const& json, std::string const& path) {
    json::ObjectReader reader(json, path);
    WriteCounters const counters{reader.required<std::uint64_t>("inserted"), reader.required<std::uint64_t>("updated"),
                                 reader.required<std::uint64_t>("deleted")};
    TRY(reader.finish());
    return counters;
}

struct TableAndData {
    Table table;
    TableData data;
};

Result<TableKind> read_kind(json::ObjectReader& reader) {
    auto const kind = reader.required<std::string>("kind");
    if (kind != "plain" && kind != "extension_config") {
        return fail(Errc::bad_data, "'" + reader.path_of("kind") + "' is no kind of table");
    }
    return kind == "plain" ? TableKind::plain : TableKind::extension_config;
}

Result<TableAndData> read_table(Json const& json, std::string const& path) {
    json::ObjectReader reader(json, path);
    TableAndData both;
    Table& table = both.table;
    table.schema = reader.required<std::string>("schema");
    table.name = reader.required<std::string>("name");
    table.columns = reader.required<std::vector<std::string>>("columns");
    TRY_ASSIGN(table.kind, read_kind(reader));
    table.condition = reader.required<std::string>("condition");
    table.data_excluded = reader.required<bool>("data_excluded");
    TRY_ASSIGN(table.counters, read_object<WriteCounters>(reader, "counters", read_counters));
    TRY_ASSIGN(both.data, read_object<TableData>(reader, "data", read_data));
    TRY(reader.finish());
    return both;
}

Result<Source> read_source(Json const& json, std::string const& path) {
    json::ObjectReader reader(json, path);
    Source source;
    source.system_identifier = reader.required<std::string>("system_identifier");
    source.database = reader.required<std::string>("database");
    source.database_oid = reader.required<std::uint32_t>("database_oid");
    source.server_version = reader.required<std::string>("server_version");
    source.version_number = reader.required<int>("version_number");
    source.standby = reader.required<bool>("standby");
    source.role = reader.required<std::string>("role");
    source.lsn = reader.required<std::string>("lsn");
    TRY(reader.finish());
    return source;
}

Result<Setting> read_setting(Json const& json, std::string const& path) {
    json::ObjectReader reader(json, path);
    Setting const setting{reader.required<std::string>("role"), reader.required<std::string>("name"),
                          reader.required<std::string>("value")};
    TRY(reader.finish());
    return setting;
}

Result<DatabaseProperties> read_properties_json(Json const& json, std::string const& path) {
    json::ObjectReader reader(json, path);
    DatabaseProperties properties;
    properties.owner = reader.required<std::string>("owner");
    properties.acl = reader.required<std::vector<std::string>>("acl");
    properties.connection_limit = reader.required<std::int64_t>("connection_limit");
    properties.comment = reader.required<std::string>("comment");
    TRY_ASSIGN(properties.settings, read_list<Setting>(reader, "settings", read_setting));
    properties.encoding = reader.required<std::string>("encoding");
    properties.collate = reader.required<std::string>("collate");
    properties.ctype = reader.required<std::string>("ctype");
    properties.locale_provider = reader.required<std::string>("locale_provider");
    properties.locale = reader.required<std::string>("locale");
    properties.collation_version = reader.required<std::string>("collation_version");
    TRY(reader.finish());
    return properties;
}

Result<Extension> read_extension(Json const& json, std::string const& path) {
    json::ObjectReader reader(json, path);
    Extension const extension{reader.required<std::string>("name"), reader.required<std::string>("version"),
                              reader.required<std::string>("schema"), reader.required<bool>("trusted")};
    TRY(reader.finish());
    return extension;
}

Result<Sequence> read_sequence(Json const& json, std::string const& path) {
    json::ObjectReader reader(json, path);
    Sequence const sequence{reader.required<std::string>("schema"), reader.required<std::string>("name"),
                            reader.required<std::int64_t>("last_value"), reader.required<bool>("is_called")};
    TRY(reader.finish());
    return sequence;
}

Result<LargeObject> read_large_object(Json const& json, std::string const& path) {
    json::ObjectReader reader(json, path);
    LargeObject const object{reader.required<std::uint32_t>("oid"), reader.required<std::string>("owner"),
                             reader.required<std::vector<std::string>>("acl"), reader.required<std::string>("comment"),
                             reader.required<std::uint64_t>("size_bytes")};
    TRY(reader.finish());
    return object;
}

Result<ci::Pipeline> read_pipeline(Json const& json, std::string const& path) {
    json::ObjectReader reader(json, path);
    ci::Pipeline const pipeline{reader.required<std::string>("system"), reader.required<std::string>("id"),
                                reader.required<std::string>("url"), reader.required<std::string>("commit")};
    TRY(reader.finish());
    return pipeline;
}

Result<MaskedColumn> read_masked_column(Json const& json, std::string const& path) {
    json::ObjectReader reader(json, path);
    MaskedColumn const column{reader.required<std::string>("table"), reader.required<std::string>("column"),
                              reader.required<std::string>("mask"), reader.required<std::string>("domain")};
    TRY(reader.finish());
    return column;
}

Result<std::optional<Masking>> read_masking(Json const& json, std::string const& path) {
    if (json.is_null()) {
        return std::optional<Masking>{};
    }
    json::ObjectReader reader(json, path);
    Masking masking;
    masking.file_sha256 = reader.required<std::string>("file_sha256");
    masking.key_fingerprint = reader.required<std::string>("key_fingerprint");
    masking.comments_kept = reader.required<bool>("comments_kept");
    masking.large_objects_kept = reader.required<bool>("large_objects_kept");
    TRY_ASSIGN(masking.columns, read_list<MaskedColumn>(reader, "columns", read_masked_column));
    TRY(reader.finish());
    return std::optional<Masking>{std::move(masking)};
}

bool is_chunk_entry(Json const& json) {
    constexpr std::size_t first_version = 4;
    constexpr std::size_t with_sketch = 5;
    constexpr std::size_t with_base = 6;
    return json.is_array() && json.size() >= first_version && json.size() <= with_base && json[0].is_string() &&
           json[1].is_string() && json[2].is_number_unsigned() && json[3].is_number_unsigned() &&
           (json.size() < with_sketch || json[4].is_string()) &&
           (json.size() < with_base || json[5].is_number_unsigned());
}

Result<ChunkInfo> read_chunk(Json const& json, std::string const& path) {
    if (!is_chunk_entry(json)) {
        return fail(Errc::bad_data,
                    "'" + path + "' must be [name, stored sha256, plain bytes, stored bytes, sketch, base]");
    }
    ChunkInfo chunk{json[0].get<std::string>(), json[1].get<std::string>(), json[2].get<std::uint64_t>(),
                    json[3].get<std::uint64_t>()};
    if (!crypto::is_sha256_hex(chunk.id) || chunk.plain_bytes > k_chunk_bytes) {
        return fail(Errc::bad_data, "'" + path + "' is not a chunk of this format");
    }
    chunk.sketch = json.size() > 4 ? parse_sketch(json[4].get<std::string>()) : std::nullopt;
    chunk.base = json.size() > 5 ? std::optional(json[5].get<std::uint32_t>()) : std::nullopt;
    return chunk;
}

Result<MigrationVersion> read_migration(Json const& json, std::string const& path) {
    json::ObjectReader reader(json, path);
    MigrationVersion migration{reader.required<std::string>("tool"), reader.required<std::string>("version")};
    TRY(reader.finish());
    return migration;
}

Result<std::map<std::string, std::string>> read_labels(Json const& json, std::string const& path) {
    std::map<std::string, std::string> labels;
    if (!json.is_object()) {
        return fail(Errc::bad_data, "'" + path + "' must be an object");
    }
    for (auto const& [key, value] : json.items()) {
        if (!value.is_string()) {
            return fail(Errc::bad_data, "'" + path + "/" + key + "' must be a text");
        }
        labels.emplace(key, value.get<std::string>());
    }
    return labels;
}

Result<void> read_inventory(json::ObjectReader& reader, Manifest& manifest) {
    Inventory& inventory = manifest.inventory;
    TRY_ASSIGN(inventory.source, read_object<Source>(reader, "source", read_source));
    TRY_ASSIGN(inventory.properties, read_object<DatabaseProperties>(reader, "database", read_properties_json));
    inventory.roles = reader.required<std::vector<std::string>>("roles");
    inventory.owners = reader.required<std::vector<std::string>>("owners");
    TRY_ASSIGN(inventory.extensions, read_list<Extension>(reader, "extensions", read_extension));
    inventory.tablespaces = reader.required<std::vector<std::string>>("tablespaces");
    inventory.superuser_needs = reader.required<std::vector<std::string>>("superuser_needs");
    inventory.left_out = reader.required<std::vector<std::string>>("left_out");
    inventory.statistics_reset = reader.required<std::string>("statistics_reset");
    TRY_ASSIGN(inventory.migration, read_object<MigrationVersion>(reader, "migration", read_migration));
    inventory.transactions = reader.required<std::uint64_t>("transactions");
    TRY_ASSIGN(auto both, read_list<TableAndData>(reader, "tables", read_table));
    for (auto& one : both) {
        inventory.tables.push_back(std::move(one.table));
        manifest.data.push_back(std::move(one.data));
    }
    TRY_ASSIGN(inventory.sequences, read_list<Sequence>(reader, "sequences", read_sequence));
    TRY_ASSIGN(inventory.large_objects, read_list<LargeObject>(reader, "large_objects", read_large_object));
    return {};
}

Result<Stream> read_stream(Json const& json, std::string const& path) {
    json::ObjectReader reader(json, path);
    Stream stream;
    stream.bytes = reader.required<std::uint64_t>("bytes");
    stream.sha256 = reader.required<std::string>("sha256");
    stream.producer_checked = reader.required<bool>("producer_checked");
    stream.producer = reader.required<std::string>("producer");
    TRY_ASSIGN(stream.pieces, read_list<Piece>(reader, "pieces", read_piece));
    TRY(reader.finish());
    return stream;
}

// What all kinds of snapshots have.
Result<void> read_head(json::ObjectReader& reader, Manifest& manifest) {
    manifest.id = reader.required<std::string>("id");
    manifest.name = reader.required<std::string>("name");
    manifest.started = reader.required<std::string>("started");
    manifest.finished = reader.required<std::string>("finished");
    manifest.tool_version = reader.required<std::string>("tool_version");
    TRY_ASSIGN(manifest.labels, read_object<std::map<std::string, std::string>>(reader, "labels", read_labels));
    TRY_ASSIGN(manifest.pipeline, read_object<ci::Pipeline>(reader, "pipeline", read_pipeline));
    return {};
}

Result<Manifest> read_stream_manifest(json::ObjectReader& reader) {
    Manifest manifest;
    TRY(read_head(reader, manifest));
    TRY_ASSIGN(manifest.stream, read_object<Stream>(reader, "stream", read_stream));
    TRY(reader.finish());
    return manifest;
}

Result<Manifest> read_manifest(Json const& document) {
    json::ObjectReader reader(document, "");
    auto const version = reader.required<unsigned>("version");
    if (version == k_stream_manifest_version || version == k_first_stream_manifest_version) {
        return read_stream_manifest(reader);
    }
    if (version != k_database_manifest_version && version != k_first_database_manifest_version) {
        return fail(Errc::bad_data, "manifest has version " + std::to_string(version) +
                                        "; this program reads 1 and 3 (databases), 2 and 4 (streams)");
    }
    Manifest manifest;
    TRY(read_head(reader, manifest));
    manifest.pg_dump_major = reader.required<int>("pg_dump_major");
    manifest.masked = reader.required<bool>("masked");
    TRY_ASSIGN(manifest.masking, read_object<std::optional<Masking>>(reader, "masking", read_masking));
    if (manifest.masked != manifest.masking.has_value()) {
        return fail(Errc::bad_data, "'masked' and 'masking' contradict each other");
    }
    TRY(read_inventory(reader, manifest));
    TRY_ASSIGN(manifest.large_object_data, read_object<TableData>(reader, "large_object_data", read_data));
    TRY_ASSIGN(manifest.schema, read_list<Piece>(reader, "schema", read_piece));
    TRY(reader.finish());
    return manifest;
}

bool inside_its_chunk(Piece const& piece, std::vector<ChunkInfo> const& chunks) {
    return piece.chunk < chunks.size() && piece.offset <= chunks[piece.chunk].plain_bytes &&
           piece.length <= chunks[piece.chunk].plain_bytes - piece.offset;
}

// A base is whole itself, so that reading ends.
Result<void> check_bases(std::vector<ChunkInfo> const& chunks) {
    bool const all = std::all_of(chunks.begin(), chunks.end(), [&](ChunkInfo const& chunk) {
        return !chunk.base || (*chunk.base < chunks.size() && !chunks[*chunk.base].base);
    });
    return all ? Result<void>{} : fail(Errc::bad_data, "a chunk has a base that is none");
}

Result<void> check_pieces(Manifest const& manifest) {
    auto const sound = [&](std::vector<Piece> const& pieces) {
        return std::all_of(pieces.begin(), pieces.end(),
                           [&](Piece const& piece) { return inside_its_chunk(piece, manifest.chunks); });
    };
    auto const data_sound = [&](TableData const& data) {
        return std::all_of(data.parts.begin(), data.parts.end(), [&](Part const& part) { return sound(part.pieces); });
    };
    bool const all = sound(manifest.schema) && data_sound(manifest.large_object_data) &&
                     std::all_of(manifest.data.begin(), manifest.data.end(), data_sound) &&
                     (!manifest.stream || sound(manifest.stream->pieces));
    return all ? Result<void>{} : fail(Errc::bad_data, "a piece lies outside its chunk");
}

/// Reads the entries as they come; the first that is wrong counts.
class ChunkReader {
  public:
    void take(Json const& entry) {
        auto chunk = read_chunk(entry, "/chunks/" + std::to_string(m_count++));
        if (!chunk) {
            m_mistake = m_mistake.value_or(std::move(chunk).error());
        } else if (!m_mistake) {
            m_chunks.push_back(*std::move(chunk));
        }
    }
    [[nodiscard]] Result<std::vector<ChunkInfo>> chunks() {
        return m_mistake ? Result<std::vector<ChunkInfo>>(tl::unexpected<Error>(*m_mistake)) : std::move(m_chunks);
    }

  private:
    std::size_t m_count = 0;
    std::vector<ChunkInfo> m_chunks{};
    std::optional<Error> m_mistake{};
};

Result<Manifest> read_whole_manifest(Json const& rest, ChunkReader& chunks) {
    TRY_ASSIGN(auto manifest, read_manifest(rest));
    TRY_ASSIGN(manifest.chunks, chunks.chunks());
    TRY(check_bases(manifest.chunks));
    TRY(check_pieces(manifest));
    return manifest;
}

} // namespace

Result<Manifest> parse_manifest(std::string_view text, std::string const& name) {
    ChunkReader chunks;
    TRY_ASSIGN(Json const rest, unseal(text, name, [&](Json const& entry) { chunks.take(entry); }));
    return read_whole_manifest(rest, chunks).map_error(while_doing("reading '" + name + "'"));
}

} // namespace sluice::snapshot
