#include "common/snapshot/row_source.hpp"

#include "common/process/temporary_directory.hpp"
#include "common/snapshot/chunk.hpp"
#include "common/snapshot/preflight.hpp"
#include "common/snapshot/readings.hpp"
#include "common/snapshot/schema_archive.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>

namespace sluice::snapshot {

namespace {

Result<void> write_file(std::string const& path,
                        std::function<Result<void>(postgres::CopyConnection::Put const&)> const& fill) {
    std::ofstream file(path, std::ios::binary);
    TRY(fill([&](std::string_view bytes) -> Result<void> {
        file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        return {};
    }));
    file.close();
    if (!file) {
        return fail(Errc::temporary, "cannot write '" + path + "'", "Check the space below TMPDIR.");
    }
    return {};
}

class StoredRows final : public RowSource {
  public:
    StoredRows(store::Store& store, Manifest manifest) : m_store(store), m_manifest(std::move(manifest)) {
        for (std::size_t table = 0; table < m_manifest.data.size(); ++table) {
            add_units(table, m_manifest.data[table]);
        }
        add_units(k_large_object_rows, m_manifest.large_object_data);
        std::stable_sort(m_units.begin(), m_units.end(),
                         [&](LoadUnit const& a, LoadUnit const& b) { return data_of(a).bytes > data_of(b).bytes; });
    }

    [[nodiscard]] Inventory const& inventory() const override { return m_manifest.inventory; }
    [[nodiscard]] int pg_dump_major() const override { return m_manifest.pg_dump_major; }
    [[nodiscard]] bool is_live() const override { return false; }
    [[nodiscard]] std::vector<LoadUnit> const& units() const override { return m_units; }
    [[nodiscard]] std::uint64_t total_bytes() const override { return m_manifest.total_plain_bytes(); }
    Result<void> finish() override { return {}; }

    Result<void> save_schema(std::string const& path) override {
        return write_file(
            path, [&](auto const& put) { return read_pieces(m_store, m_manifest.chunks, m_manifest.schema, put); });
    }

    Result<std::uint64_t> read(LoadUnit const& unit, std::size_t, postgres::CopyConnection::Put const& put) override {
        Part const& part = data_of(unit).parts.at(unit.part);
        TRY(read_pieces(m_store, m_manifest.chunks, part.pieces, put));
        return part.rows;
    }

  private:
    void add_units(std::size_t table, TableData const& data) {
        for (std::size_t part = 0; part < data.parts.size(); ++part) {
            m_units.push_back({table, part});
        }
    }
    [[nodiscard]] TableData const& data_of(LoadUnit const& unit) const {
        return unit.table == k_large_object_rows ? m_manifest.large_object_data : m_manifest.data.at(unit.table);
    }

    store::Store& m_store;
    Manifest m_manifest;
    std::vector<LoadUnit> m_units{};
};

class LiveRows final : public RowSource {
  public:
    static Result<std::unique_ptr<RowSource>> open(postgres::ConnectionParameters const& parameters,
                                                   SourceOptions const& options, process::Runner& runner,
                                                   time::Clock& clock) {
        TRY_ASSIGN(auto directory, process::TemporaryDirectory::create());
        int major = 0;
        auto const save = [&](SourceView& view) -> Result<void> {
            TRY_ASSIGN(auto tools, postgres::find_dump_tools(runner, view.holder().server_version()));
            TRY_ASSIGN(auto role, role_for_pg_dump(view.holder()));
            major = tools.major;
            SchemaDump const dump{std::move(tools), parameters, view.exported_snapshot(), std::move(role)};
            return write_file(directory.file("schema"),
                              [&](auto const& put) { return dump_schema(runner, dump, put); });
        };
        TRY_ASSIGN(auto view, SourceView::open(parameters, options, clock, save));
        return std::unique_ptr<RowSource>(new LiveRows(std::move(view), std::move(directory), major));
    }

    [[nodiscard]] Inventory const& inventory() const override { return m_view->inventory(); }
    [[nodiscard]] int pg_dump_major() const override { return m_pg_dump_major; }
    [[nodiscard]] bool is_live() const override { return true; }
    [[nodiscard]] std::vector<LoadUnit> const& units() const override { return m_units; }
    Result<void> finish() override { return m_view->check_unchanged(); }

    [[nodiscard]] std::uint64_t total_bytes() const override {
        auto const& tables = inventory().tables;
        constexpr std::uint64_t block_bytes = 8192;
        return std::accumulate(tables.begin(), tables.end(), std::uint64_t{0}, [](auto sum, Table const& table) {
            return sum + (table.blocks + table.toast_blocks) * block_bytes;
        });
    }

    Result<void> save_schema(std::string const& path) override {
        std::error_code failure;
        std::filesystem::copy_file(m_directory.file("schema"), path, failure);
        return failure ? fail(Errc::temporary, "cannot write '" + path + "': " + failure.message()) : Result<void>{};
    }

    Result<std::uint64_t> read(LoadUnit const& unit, std::size_t worker,
                               postgres::CopyConnection::Put const& put) override {
        std::uint64_t rows = 0;
        TRY(m_view->worker(worker).copy_out(m_sql.at(unit.part), [&](std::string_view row) {
            ++rows;
            return put(row);
        }));
        return rows;
    }

  private:
    LiveRows(std::unique_ptr<SourceView> view, process::TemporaryDirectory directory, int pg_dump_major)
        : m_view(std::move(view)), m_directory(std::move(directory)), m_pg_dump_major(pg_dump_major) {
        for (auto& unit : plan_readings(inventory())) {
            for (auto& reading : unit) {
                bool const large_objects = reading.table == inventory().tables.size();
                m_units.push_back({large_objects ? k_large_object_rows : reading.table, m_sql.size()});
                m_sql.push_back(std::move(reading.sql));
            }
        }
    }

    std::unique_ptr<SourceView> m_view;
    process::TemporaryDirectory m_directory;
    int m_pg_dump_major;
    std::vector<std::string> m_sql{}; // of the units, by their part numbers
    std::vector<LoadUnit> m_units{};
};

} // namespace

std::unique_ptr<RowSource> stored_rows(store::Store& store, Manifest manifest) {
    return std::make_unique<StoredRows>(store, std::move(manifest));
}

Result<std::unique_ptr<RowSource>> live_rows(postgres::ConnectionParameters const& parameters,
                                             SourceOptions const& options, process::Runner& runner,
                                             time::Clock& clock) {
    return LiveRows::open(parameters, options, runner, clock);
}

} // namespace sluice::snapshot
