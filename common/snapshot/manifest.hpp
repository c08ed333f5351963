#pragma once

#include "common/ci/pipeline.hpp"
#include "common/json/json.hpp"
#include "common/snapshot/inventory.hpp"
#include "common/snapshot/sketch.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice::snapshot {

/// A stored chunk: named by the SHA-256 (hex) of its plain bytes.
struct ChunkInfo {
    std::string id;
    std::string stored_sha256; ///< of the compressed bytes as they lie in the store
    std::uint64_t plain_bytes = 0;
    std::uint64_t stored_bytes = 0;
    std::optional<Sketch> sketch{};      ///< of the plain bytes; older manifests have none
    std::optional<std::uint32_t> base{}; ///< stored as a difference to this one of the same list, which is none itself
};

/// A run of plain bytes inside one chunk; `chunk` counts into `Manifest::chunks`.
struct Piece {
    std::uint32_t chunk = 0;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

/// Whole rows as COPY text: the unit that one worker loads in one COPY.
struct Part {
    std::uint64_t rows = 0;
    std::vector<Piece> pieces;
};

/// The rows of one table, or of all large objects. `row_hash` is the same whatever the order of the rows.
struct TableData {
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    std::string row_hash;
    std::vector<Part> parts;
};

/// A column whose values are not the source's own.
struct MaskedColumn {
    std::string table; ///< "schema.table"
    std::string column;
    std::string mask;   ///< "hash", "email", …
    std::string domain; ///< of meaning, for the masks that use the key; else empty
};

/// How a snapshot was masked. Says nothing of the key itself.
struct Masking {
    std::string file_sha256;         ///< of the mask file's bytes
    std::string key_fingerprint;     ///< 16 hex digits, the same for the same key; empty where no mask uses one
    bool comments_kept = false;      ///< comments of the database and of all objects
    bool large_objects_kept = false; ///< large objects, unmasked
    std::vector<MaskedColumn> columns{};
};

/// Any bytes that a program wrote, in place of a database.
struct Stream {
    std::uint64_t bytes = 0;
    std::string sha256; ///< of the whole stream
    bool producer_checked =
        false;            ///< we ran the producer and it ended well; else it was a plain pipe, and nobody knows
    std::string producer; ///< the name of the program, without its arguments, which may be secret; empty for a pipe
    std::vector<Piece> pieces; ///< whole chunks, cut by content
};

/// All that a restore needs and proves itself by. Written last: without it a snapshot does not exist.
struct Manifest {
    std::string id;
    std::string name; ///< the database's name in the store
    std::string started;
    std::string finished;
    std::string tool_version;
    int pg_dump_major = 0;
    std::map<std::string, std::string> labels;
    ci::Pipeline pipeline;
    bool masked = false;
    std::optional<Masking> masking{}; ///< exactly where `masked`
    Inventory inventory;
    std::vector<TableData> data;    ///< one for each of `inventory.tables`
    TableData large_object_data;    ///< rows of oid, offset, bytes in slices of `k_large_object_slice`
    std::vector<Piece> schema;      ///< a pg_dump archive of the sections pre-data and post-data
    std::optional<Stream> stream{}; ///< then there is nothing of a database
    std::vector<ChunkInfo> chunks;

    [[nodiscard]] std::uint64_t total_rows() const;
    [[nodiscard]] std::uint64_t total_plain_bytes() const;
    [[nodiscard]] std::uint64_t total_stored_bytes() const;
    /// Whether it is known that what it holds is whole.
    [[nodiscard]] bool is_proven() const { return !stream || stream->producer_checked; }
};

/// Of a database's manifest, and of a stream's. A change of either kind gives it the next free number, so that a
/// program that knows neither says so; what was written before is read on.
inline constexpr unsigned k_database_manifest_version = 3;
inline constexpr unsigned k_stream_manifest_version = 4;
/// The same before chunks had sketches and bases; read on.
inline constexpr unsigned k_first_database_manifest_version = 1;
inline constexpr unsigned k_first_stream_manifest_version = 2;

/// Large objects travel as rows of (oid, offset, at most this many bytes).
inline constexpr std::uint64_t k_large_object_slice = 1'048'576;

/// As the manifest states it, for other reports too; null for none.
[[nodiscard]] Json masking_json(std::optional<Masking> const& masking);

/// The document, with a SHA-256 over all the rest of it in "sha256". Schemas: common/snapshot/manifest.schema.json and
/// stream_manifest.schema.json.
[[nodiscard]] std::string to_text(Manifest const& manifest);

/// Strict: an unknown key, a wrong checksum or a piece outside its chunk is bad_data. `name` is for messages.
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view text, std::string const& name);

} // namespace sluice::snapshot
