#include "common/postgres/copy.hpp"
#include "common/postgres/quote.hpp"
#include "common/postgres/session.hpp"
#include "tools/smoke/comparison.hpp"
#include "tools/smoke/database.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace sluice::smoke {

namespace {

// So much is read ahead of the merge, on each side, whatever a table's size.
constexpr std::size_t k_batch_bytes = std::size_t{256} * 1024;
constexpr std::size_t k_most_batches = 8;

// Rows cross from the thread that reads a side to the one that merges.
class RowQueue {
  public:
    using Batch = std::vector<KeyedRow>;

    // Never an empty batch. False once nobody reads any more.
    bool put(Batch batch) {
        std::unique_lock lock(m_guard);
        m_changed.wait(lock, [&] { return m_batches.size() < k_most_batches || m_abandoned; });
        m_batches.push_back(std::move(batch));
        m_changed.notify_all();
        return !m_abandoned;
    }
    void end(Result<void> outcome) {
        std::lock_guard const lock(m_guard);
        m_outcome = std::move(outcome);
        m_ended = true;
        m_changed.notify_all();
    }
    void abandon() {
        std::lock_guard const lock(m_guard);
        m_abandoned = true;
        m_changed.notify_all();
    }
    Result<std::optional<KeyedRow>> next() {
        if (m_at == m_current.size()) {
            std::unique_lock lock(m_guard);
            m_changed.wait(lock, [&] { return !m_batches.empty() || m_ended; });
            if (m_batches.empty()) {
                TRY(m_outcome);
                return std::optional<KeyedRow>{};
            }
            m_current = std::move(m_batches.front());
            m_batches.pop_front();
            m_at = 0;
            m_changed.notify_all();
        }
        return std::optional<KeyedRow>(std::move(m_current[m_at++]));
    }

  private:
    std::mutex m_guard{};
    std::condition_variable m_changed{};
    std::deque<Batch> m_batches{};
    bool m_abandoned = false;
    bool m_ended = false;
    Result<void> m_outcome{};
    Batch m_current{};
    std::size_t m_at = 0;
};

// Keys as text in the order of their bytes, which is the same on both sides whatever their types and collations are.
std::string copy_sql(QueryPair const& query) {
    std::string keys;
    std::string order;
    for (auto const& column : query.key) {
        std::string const text = "q." + postgres::quote_identifier(column) + "::pg_catalog.text";
        keys += text + ", ";
        order += (order.empty() ? "" : ", ") + text + " COLLATE pg_catalog.\"C\"";
    }
    std::string ignored;
    for (auto const& column : query.leniency.ignore) {
        ignored += (ignored.empty() ? "" : ", ") + postgres::quote_literal(column);
    }
    return "COPY (SELECT " + keys + "pg_catalog.to_jsonb(q) - ARRAY[" + ignored + "]::pg_catalog.text[] FROM (\n" +
           without_end(query.sql) + "\n) AS q ORDER BY " + order + ") TO STDOUT";
}

// COPY is sent by the simple protocol, which takes several statements; a parameter makes the server refuse them first.
Result<void> check_single(Side const& side, std::string const& sql) {
    TRY_ASSIGN(auto const session, open_read_only(*side.connection, "smoke compare", std::chrono::minutes{1}));
    return session
        ->query("SELECT FROM (\n" + without_end(sql) + "\n) AS q WHERE $1::pg_catalog.text IS NULL LIMIT 0",
                {"one statement"})
        .map([](postgres::Rows const&) {});
}

Result<void> read_side(QueryPair const& query, Side const& side, RowQueue& rows) {
    TRY(check_single(side, query.sql));
    TRY_ASSIGN(auto const connection, postgres::CopyConnection::open(*side.connection, "smoke compare"));
    TRY(connection->execute(
        "RESET ALL; SET client_encoding = 'UTF8'; SET default_transaction_read_only = on; BEGIN READ ONLY"));
    RowQueue::Batch batch;
    std::size_t bytes = 0;
    TRY(connection->copy_out(copy_sql(query), [&](std::string_view line) -> Result<void> {
        TRY_ASSIGN(auto row, parse_copy_row(line, query.key.size()));
        batch.push_back(std::move(row));
        bytes += line.size();
        if (bytes >= k_batch_bytes) {
            bytes = 0;
            return rows.put(std::exchange(batch, {})) ? Result<void>{} : fail(Errc::interrupted, "given up");
        }
        return {};
    }));
    if (!batch.empty()) {
        rows.put(std::move(batch));
    }
    return {};
}

std::thread start_reading(QueryPair const& query, Side const& side, RowQueue& rows) {
    return std::thread([&query, &side, &rows] {
        rows.end(read_side(query, side, rows).map_error(while_doing("reading the " + side.name)));
    });
}

std::string problem_of(Error const& error) {
    std::string const where = error.context.empty() ? "" : error.context.back() + ": ";
    return where + error.message.substr(0, error.message.find('\n'));
}

} // namespace

Comparison compare_query(QueryPair const& query, Side const& left, Side const& right, std::size_t most_shown) {
    Comparison comparison;
    comparison.id = query.id;
    RowQueue ours;
    RowQueue theirs;
    std::thread reading_left = start_reading(query, left, ours);
    std::thread reading_right = start_reading(query, right, theirs);
    auto const merged =
        merge_rows([&] { return ours.next(); }, [&] { return theirs.next(); }, query.leniency, most_shown, comparison);
    ours.abandon();
    theirs.abandon();
    reading_left.join();
    reading_right.join();
    if (!merged) {
        comparison.problem = problem_of(merged.error());
    } else if (comparison.left_rows + comparison.right_rows == 0 && !query.allow_empty) {
        comparison.problem = "no row on either side: nothing was compared";
    }
    return comparison;
}

} // namespace sluice::smoke
