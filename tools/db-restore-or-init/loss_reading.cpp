#include "tools/db-restore-or-init/loss_reading.hpp"

#include "common/log/progress.hpp"
#include "common/postgres/quote.hpp"
#include "common/process/parallel.hpp"
#include "common/snapshot/digest.hpp"
#include "common/snapshot/large_objects.hpp"
#include "common/snapshot/row_source.hpp"
#include "tools/db-restore-or-init/table_reading.hpp"

#include <algorithm>
#include <mutex>

namespace sluice::db_restore {

namespace {

using snapshot::RowHash;
using snapshot::SourceView;
using snapshot::Table;

// Up to this size (64 MiB) the newest time is looked for without an index.
constexpr std::uint64_t k_cheap_blocks = 8192;

/// One table, then and now; at least one of them is there.
struct Pair {
    std::optional<std::size_t> then{}; ///< counts into the manifest's tables
    std::optional<std::size_t> now{};  ///< counts into the inventory's tables
};

std::vector<Pair> pair_up(std::vector<Table> const& then, std::vector<Table> const& now) {
    std::map<std::string, Pair> pairs;
    for (std::size_t i = 0; i < then.size(); ++i) {
        pairs[then[i].quoted_name()].then = i;
    }
    for (std::size_t i = 0; i < now.size(); ++i) {
        pairs[now[i].quoted_name()].now = i;
    }
    std::vector<Pair> list;
    for (auto const& [name, pair] : pairs) {
        list.push_back(pair);
    }
    return list;
}

/// How many rows there are and what they are, whatever their order.
struct Fingerprint {
    std::uint64_t rows = 0;
    std::uint64_t touched = 0;
    RowHash hash{};
};

class LossReader {
  public:
    LossReader(SourceView& view, store::Store& store, snapshot::Manifest const& then, std::uint64_t exact_rows)
        : m_view(view), m_then(then), m_source(snapshot::stored_rows(store, then)), m_exact_rows(exact_rows) {
        for (auto const& unit : m_source->units()) {
            m_units[unit.table].push_back(unit);
        }
    }

    Result<void> prepare() {
        TRY_ASSIGN(m_facts, read_table_facts(m_view.holder()));
        TRY_ASSIGN(bool const restarted,
                   m_view.holder().truth("SELECT greatest(pg_postmaster_start_time(), (SELECT max(stats_reset) FROM "
                                         "pg_stat_bgwriter), (SELECT max(stats_reset) FROM pg_stat_archiver)) > "
                                         "$1::timestamptz",
                                         {m_then.started}));
        m_doubt = doubt_about_counters(m_then.inventory, m_view.inventory(), restarted);
        return {};
    }
    Result<LossReport> read();
    [[nodiscard]] std::map<std::uint32_t, TableFacts> take_facts() { return std::move(m_facts); }

  private:
    using OnRow = std::function<Result<void>(std::string_view)>;

    Result<std::optional<TableLoss>> read_one(Pair const& pair, std::size_t worker);
    Result<TableLoss> count_all(Table const& table, TableFate fate, std::size_t worker);
    Result<TableLoss> compare(std::size_t then, Table const& now, std::size_t worker);
    Result<TableLoss> count_changes(std::size_t then, TableReading const& reading, std::size_t worker);
    Result<TableLoss> judge_by_hash(std::size_t then, Table const& now, TableReading const& reading,
                                    std::size_t worker);
    Result<Fingerprint> fingerprint_then(std::size_t then, TableReading const& reading, std::size_t worker);
    Result<Fingerprint> fingerprint_now(TableReading const& reading, std::size_t worker);
    Result<std::optional<TableLoss>> compare_large_objects();
    Result<void> read_then(std::size_t table, std::size_t worker, OnRow const& on_row);
    Result<void> read_now(TableReading const& reading, std::size_t worker,
                          std::function<void(std::string_view row, bool touched)> const& on_row);
    Result<void> find_newest(TableLoss& loss);

    SourceView& m_view;
    snapshot::Manifest const& m_then;
    std::unique_ptr<snapshot::RowSource> m_source;
    std::uint64_t m_exact_rows;
    std::map<std::size_t, std::vector<snapshot::LoadUnit>> m_units{};
    std::map<std::uint32_t, TableFacts> m_facts{};
    std::string m_doubt{};
};

Result<LossReport> LossReader::read() {
    auto const pairs = pair_up(m_then.inventory.tables, m_view.inventory().tables);
    std::vector<std::optional<TableLoss>> losses(pairs.size());
    {
        log::Progress const progress("comparing with the snapshot", 0);
        TRY(process::run_parallel(m_view.worker_count(), pairs.size(),
                                  [&](std::size_t worker, std::size_t item) -> Result<void> {
                                      TRY_ASSIGN(losses[item], read_one(pairs[item], worker));
                                      return {};
                                  }));
    }
    LossReport report;
    TRY_ASSIGN(auto large_objects, compare_large_objects());
    losses.push_back(std::move(large_objects));
    for (auto& loss : losses) {
        if (loss && (loss->loses() || loss->fate != TableFate::kept)) {
            TRY(find_newest(*loss));
            report.tables.push_back(*std::move(loss));
        }
    }
    report.transactions_note = m_doubt;
    if (m_doubt.empty()) {
        report.transactions = m_view.inventory().transactions - m_then.inventory.transactions;
    }
    return report;
}

Result<std::optional<TableLoss>> LossReader::read_one(Pair const& pair, std::size_t worker) {
    if (!pair.now) {
        return std::optional(TableLoss{m_then.inventory.tables[*pair.then].plain_name(), TableFate::dropped});
    }
    Table const& now = m_view.inventory().tables[*pair.now];
    bool const left_out = pair.then && m_then.inventory.tables[*pair.then].data_excluded;
    auto loss = !pair.then || left_out ? count_all(now, left_out ? TableFate::left_out : TableFate::added, worker)
                                       : compare(*pair.then, now, worker);
    return std::move(loss)
        .map([](TableLoss found) { return std::optional(std::move(found)); })
        .map_error(while_doing("comparing table '" + now.plain_name() + "'"));
}

Result<TableLoss> LossReader::count_all(Table const& table, TableFate fate, std::size_t worker) {
    TableLoss loss{table.plain_name(), fate};
    TRY(m_view.worker(worker).copy_out("COPY (SELECT count(*) FROM ONLY " + table.quoted_name() + " " +
                                           table.condition + ") TO STDOUT",
                                       [&](std::string_view row) -> Result<void> {
                                           loss.rows.inserted = std::strtoull(std::string(row).c_str(), nullptr, 10);
                                           return {};
                                       }));
    return loss;
}

Result<TableLoss> LossReader::compare(std::size_t then, Table const& now, std::size_t worker) {
    auto const facts = m_facts.find(now.oid);
    auto const reading =
        plan_reading(m_then.inventory.tables[then], now, facts == m_facts.end() ? TableFacts{} : facts->second);
    TRY_ASSIGN(auto loss, m_then.data[then].rows <= m_exact_rows ? count_changes(then, reading, worker)
                                                                 : judge_by_hash(then, now, reading, worker));
    for (auto const& column : reading.new_columns) {
        loss.note += (loss.note.empty() ? "" : "; ") + ("column '" + column + "' is new since");
    }
    for (auto const& column : reading.gone_columns) {
        loss.note += (loss.note.empty() ? "" : "; ") + ("column '" + column + "' was dropped since");
    }
    return loss;
}

Result<TableLoss> LossReader::count_changes(std::size_t then, TableReading const& reading, std::size_t worker) {
    snapshot::RowDifference difference(reading.then, reading.now);
    TRY(read_then(then, worker, [&](std::string_view row) -> Result<void> {
        difference.add_before(row);
        return {};
    }));
    TRY(read_now(reading, worker, [&](std::string_view row, bool touched) { difference.add_now(row, touched); }));
    TableLoss loss{m_then.inventory.tables[then].plain_name()};
    loss.rows = difference.changes();
    loss.note =
        loss.rows.any() && reading.now.key.empty() ? "no key: a changed row counts as deleted and inserted" : "";
    return loss;
}

Result<TableLoss> LossReader::judge_by_hash(std::size_t then, Table const& now, TableReading const& reading,
                                            std::size_t worker) {
    TRY_ASSIGN(auto const before, fingerprint_then(then, reading, worker));
    TRY_ASSIGN(auto const after, fingerprint_now(reading, worker));
    Table const& stored = m_then.inventory.tables[then];
    if (before.rows == after.rows && before.hash.hex() == after.hash.hex() && after.touched == 0) {
        return TableLoss{stored.plain_name()};
    }
    return estimate_loss(stored, now, static_cast<std::int64_t>(after.rows) - static_cast<std::int64_t>(before.rows),
                         m_doubt);
}

Result<Fingerprint> LossReader::fingerprint_then(std::size_t then, TableReading const& reading, std::size_t worker) {
    auto const& data = m_then.data[then];
    if (reading.same_columns) {
        return Fingerprint{data.rows, 0, RowHash::from_hex(data.row_hash).value_or(RowHash{})};
    }
    Fingerprint print;
    std::vector<std::string_view> fields;
    std::string text;
    TRY(read_then(then, worker, [&](std::string_view row) -> Result<void> {
        snapshot::split_row(row, fields);
        snapshot::project_row(fields, reading.then.content, text);
        ++print.rows;
        print.hash.add(text + "\n");
        return {};
    }));
    return print;
}

Result<Fingerprint> LossReader::fingerprint_now(TableReading const& reading, std::size_t worker) {
    Fingerprint print;
    std::vector<std::string_view> fields;
    std::string text;
    TRY(read_now(reading, worker, [&](std::string_view row, bool touched) {
        snapshot::split_row(row, fields);
        snapshot::project_row(fields, reading.now.content, text);
        ++print.rows;
        print.touched += touched ? 1 : 0;
        print.hash.add(text + "\n");
    }));
    return print;
}

Result<void> LossReader::read_then(std::size_t table, std::size_t worker, OnRow const& on_row) {
    auto const units = m_units.find(table);
    if (units == m_units.end()) {
        return {};
    }
    for (auto const& unit : units->second) {
        snapshot::RowSplitter splitter(on_row);
        TRY(m_source->read(unit, worker, [&](std::string_view piece) { return splitter.add(piece); }));
    }
    return {};
}

Result<void> LossReader::read_now(TableReading const& reading, std::size_t worker,
                                  std::function<void(std::string_view, bool)> const& on_row) {
    return m_view.worker(worker).copy_out(reading.sql, [&](std::string_view row) -> Result<void> {
        on_row(row, reading.marks_new_columns && row.ends_with("t\n"));
        return {};
    });
}

// By object: the slices that a large one travels in mean nothing to anybody.
Result<std::optional<TableLoss>> LossReader::compare_large_objects() {
    std::map<std::string, RowHash, std::less<>> before;
    std::map<std::string, RowHash, std::less<>> after;
    for (auto const& object : m_then.inventory.large_objects) {
        before[std::to_string(object.oid)];
    }
    for (auto const& object : m_view.inventory().large_objects) {
        after[std::to_string(object.oid)];
    }
    auto const note_in = [](auto& objects) {
        return [&objects](std::string_view row) -> Result<void> {
            objects[std::string(row.substr(0, row.find('\t')))].add(row);
            return {};
        };
    };
    TRY(read_then(snapshot::k_large_object_rows, 0, note_in(before)));
    for (auto const& range : snapshot::plan_large_objects(m_view.inventory().large_objects)) {
        TRY(m_view.worker(0).copy_out(snapshot::copy_large_objects_sql(range), note_in(after)));
    }
    TableLoss loss{k_large_objects};
    loss.note = "counted in objects";
    for (auto const& [oid, hash] : after) {
        auto const old = before.find(oid);
        loss.rows.inserted += old == before.end() ? 1 : 0;
        loss.rows.updated += old != before.end() && old->second.hex() != hash.hex() ? 1 : 0;
    }
    loss.rows.deleted = before.size() + loss.rows.inserted - after.size();
    return std::optional(std::move(loss));
}

std::string newest_sql(Table const& table, std::vector<std::string> const& columns) {
    std::string sql;
    for (auto const& column : columns) {
        sql += (sql.empty() ? "" : " UNION ALL ") +
               ("SELECT " + postgres::quote_literal(column) + ", max(" + postgres::quote_identifier(column) +
                ")::timestamptz FROM ONLY ") +
               table.quoted_name();
    }
    return "SELECT * FROM (" + sql + ") x (name, newest) WHERE newest IS NOT NULL ORDER BY newest DESC LIMIT 1";
}

Result<void> LossReader::find_newest(TableLoss& loss) {
    auto const& tables = m_view.inventory().tables;
    auto const table = std::find_if(tables.begin(), tables.end(),
                                    [&](Table const& candidate) { return candidate.plain_name() == loss.table; });
    if (!loss.loses() || table == tables.end() || !m_facts.contains(table->oid)) {
        return {};
    }
    auto const& facts = m_facts.at(table->oid);
    auto const& columns = table->blocks <= k_cheap_blocks ? facts.times : facts.indexed_times;
    if (columns.empty()) {
        return {};
    }
    TRY_ASSIGN(auto const rows, m_view.holder().query(newest_sql(*table, columns)));
    if (!rows.empty()) {
        loss.newest = Newest{postgres::text_of(rows[0].at(0)), postgres::text_of(rows[0].at(1))};
    }
    return {};
}

} // namespace

Result<LossReading> read_losses(postgres::ConnectionParameters const& database, store::Store& store,
                                snapshot::Manifest const& then, snapshot::SourceOptions const& options,
                                std::uint64_t exact_rows, time::Clock& clock) {
    TRY_ASSIGN(auto view, SourceView::open(database, options, clock, [](SourceView&) -> Result<void> { return {}; }));
    LossReader reader(*view, store, then, exact_rows);
    TRY(reader.prepare());
    LossReading reading;
    TRY_ASSIGN(reading.report, reader.read());
    TRY(view->check_unchanged());
    reading.now = view->inventory();
    reading.facts = reader.take_facts();
    for (auto const* inventory : {&then.inventory, &std::as_const(reading.now)}) {
        for (auto const& table : inventory->tables) {
            reading.tables.push_back(table.plain_name());
        }
    }
    return reading;
}

} // namespace sluice::db_restore
