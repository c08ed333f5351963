#include "tools/db-snapshot/export_files.hpp"

#include "common/json/json.hpp"
#include "common/postgres/quote.hpp"
#include "common/snapshot/catalog.hpp"
#include "common/snapshot/chunk.hpp"
#include "common/snapshot/compression.hpp"
#include "common/snapshot/digest.hpp"
#include "common/snapshot/loader.hpp"
#include "common/snapshot/table_ranges.hpp"
#include "common/store/open_store.hpp"
#include "tools/db-snapshot/cat.hpp"
#include "tools/db-snapshot/export_sql.hpp"
#include "tools/db-snapshot/inspect.hpp"
#include "tools/db-snapshot/restore_script.hpp"

#include <filesystem>
#include <fstream>
#include <ostream>

namespace sluice::db_snapshot {

namespace {

using snapshot::Manifest;
using snapshot::TableData;

class Exporter {
  public:
    Exporter(store::Store& store, Manifest const& manifest, std::filesystem::path directory)
        : m_store(store), m_manifest(manifest), m_directory(std::move(directory)) {}

    Result<void> write_all() {
        TRY(write("schema.dump", [&](auto const& out) {
            return snapshot::read_pieces(m_store, m_manifest.chunks, m_manifest.schema, out);
        }));
        TRY(write_tables());
        TRY(write_text("create.sql", create_sql(m_manifest.inventory.properties)));
        TRY(write_text("large_objects.sql", create_large_objects_sql(m_manifest.inventory.large_objects)));
        TRY(write_text("after_rows.sql", after_rows_sql(m_manifest.inventory)));
        TRY(write_text("analyze.sql", snapshot::analyze_statements_sql() + "\n\\gexec\n"));
        TRY(write_text("database.sql", database_sql(m_manifest.inventory.properties)));
        TRY(write_text("manifest.json", snapshot::to_text(m_manifest)));
        TRY(write_text("restore.sh", std::string(k_restore_script)));
        // A damaged COPY file may well decompress and load, only with fewer or other rows.
        TRY(write_text("SHA256SUMS", std::string(m_sums)));
        std::error_code ignored;
        std::filesystem::permissions(m_directory / "restore.sh", std::filesystem::perms::owner_exec,
                                     std::filesystem::perm_options::add, ignored);
        return {};
    }

    Result<void> write_stream() {
        TRY(write("stream", [&](auto const& out) { return read_stream(m_store, m_manifest, out); }));
        TRY(write_text("manifest.json", snapshot::to_text(m_manifest)));
        return write_text("SHA256SUMS", std::string(m_sums));
    }

  private:
    Result<void> write_tables() {
        std::error_code ignored; // then the first file in it cannot be written either
        std::filesystem::create_directory(m_directory / "data", ignored);
        Json tables = Json::array();
        for (std::size_t i = 0; i < m_manifest.data.size(); ++i) {
            std::string const file = "data/" + std::to_string(i + 1) + ".copy.zst";
            if (m_manifest.data[i].rows > 0) {
                auto const& table = m_manifest.inventory.tables[i];
                TRY(write_data(file, m_manifest.data[i]).map_error(while_doing("exporting " + table.plain_name())));
                tables.push_back({{"file", file}, {"copy", snapshot::copy_in_sql(table) + encoding()}});
            }
        }
        if (m_manifest.large_object_data.rows > 0) {
            TRY(write_data("data/large_objects.copy.zst", m_manifest.large_object_data));
            tables.push_back({{"file", "data/large_objects.copy.zst"}, {"copy", k_copy_large_objects}});
        }
        return write_text("export.json", json::dump_indented({{"version", 1}, {"tables", std::move(tables)}}));
    }

    // SQL is UTF-8, rows are in the database's own encoding.
    [[nodiscard]] std::string encoding() const {
        return " (ENCODING " + postgres::quote_literal(m_manifest.inventory.properties.encoding) + ")";
    }

    // Every piece becomes a zstd frame of its own; frames one after the other are a valid zstd file.
    Result<void> write_data(std::string const& file, TableData const& data) {
        snapshot::Compressor compressor;
        return write(file, [&](auto const& out) -> Result<void> {
            for (auto const& part : data.parts) {
                TRY(snapshot::read_pieces(m_store, m_manifest.chunks, part.pieces,
                                          [&](std::string_view bytes) -> Result<void> {
                                              TRY_ASSIGN(auto const frame, compressor.compress(bytes));
                                              return out(frame);
                                          }));
            }
            return {};
        });
    }

    Result<void> write_text(std::string const& file, std::string const& text) {
        return write(file, [&](auto const& out) { return out(text); });
    }

    using Put = std::function<Result<void>(std::string_view)>;
    Result<void> write(std::string const& file, std::function<Result<void>(Put const&)> const& fill) {
        std::ofstream out(m_directory / file, std::ios::binary);
        snapshot::Sha256 sum;
        TRY(fill([&](std::string_view bytes) -> Result<void> {
            sum.add(bytes);
            out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
            return {};
        }));
        m_sums += sum.hex() + "  " + file + "\n";
        out.close();
        if (!out) {
            return fail(Errc::temporary, "cannot write '" + (m_directory / file).string() + "'",
                        "Check the free space and the rights there, then export again.");
        }
        return {};
    }

    store::Store& m_store;
    Manifest const& m_manifest;
    std::filesystem::path m_directory;
    std::string m_sums{}; // a line for each file, as sha256sum writes and checks them
};

Result<void> prepare(std::filesystem::path const& directory) {
    std::error_code failure;
    std::filesystem::create_directories(directory, failure);
    if (failure) {
        return fail(Errc::denied, "cannot make directory '" + directory.string() + "': " + failure.message(),
                    "Choose a directory that you may write to.");
    }
    if (!std::filesystem::is_empty(directory, failure) || failure) {
        return fail(Errc::refused, "'" + directory.string() + "' is not empty", "Name a new or an empty directory.");
    }
    return {};
}

} // namespace

Result<cli::ExitCode> export_files(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto store, store::open_store(options.store, context.environment, options.store_key));
    TRY_ASSIGN(auto const name, chosen_name(*store, options.name));
    TRY_ASSIGN(auto const manifest, snapshot::Catalog(*store, name).find_any(options.id, context.clock.wall_now()));
    TRY(prepare(options.directory));
    Exporter exporter(*store, manifest, options.directory);
    TRY(manifest.stream ? exporter.write_stream() : exporter.write_all());
    context.out << (options.common.json
                        ? json::dump({{"version", 1}, {"id", manifest.id}, {"directory", options.directory}})
                        : options.directory)
                << '\n';
    return cli::ExitCode::ok;
}

} // namespace sluice::db_snapshot
