#pragma once

#include "tools/db-snapshot/run_watch.hpp"
#include "tools/db-snapshot/store_survey.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace sluice::db_snapshot {

struct SweepReport {
    ChunkCount set_aside{}; ///< into the trash, by this prune
    ChunkCount put_back{};  ///< from the trash: needed after all
    ChunkCount freed{};
    ChunkCount in_trash{};              ///< what is left there
    std::vector<std::string> waiting{}; ///< "NAME ID": running since before chunks were set aside
    std::vector<Error> failures{};      ///< what could not be moved or removed
};

/// Removes chunks in two steps, see common/DECISIONS.md, 60: what no manifest needs is set aside in the trash; later,
/// when all runs have ended that could have taken it for stored, it is put back if a manifest needs it, and else freed.
/// No clock decides about losing a chunk; `grace` is only for readers.
class ChunkSweep {
  public:
    /// `id` is the prune's own, and names its folder in the trash. `workers` move and remove chunks at the same time.
    ChunkSweep(store::Store& store, time::Clock& clock, RunWatch& watch, std::string id, std::size_t workers)
        : m_store(store), m_clock(clock), m_watch(watch), m_id(std::move(id)), m_workers(workers) {}

    /// Sets aside the chunks that no manifest needs: those in `released` and, with `orphans`, those that none has ever
    /// listed or that an earlier prune left. Errors: where it cannot be told what is needed.
    [[nodiscard]] Result<void> set_aside(std::unordered_set<std::string> const& released, bool orphans);

    /// Puts back what is needed, and frees the rest where it has been in the trash for at least `grace`. Errors: as
    /// `set_aside`.
    [[nodiscard]] Result<void> empty_trash(std::chrono::milliseconds grace);

    [[nodiscard]] SweepReport take_report() { return std::move(m_report); }

  private:
    struct Batch {
        std::string id;
        std::vector<store::Object> chunks{};
        bool recorded = false; ///< all moves into it are done
        bool due = false;      ///< what is not needed may be freed
    };
    [[nodiscard]] Result<void> move_here(std::vector<store::Object> const& chunks);
    [[nodiscard]] Result<void> move_here(store::Object const& chunk);
    [[nodiscard]] Result<void> say_at_work();
    [[nodiscard]] Result<bool> is_abandoned(std::string const& batch);
    [[nodiscard]] Result<void> adopt(std::string const& batch);
    [[nodiscard]] Result<void> record_batch();
    [[nodiscard]] Result<bool> may_be_freed(std::string const& batch, std::chrono::milliseconds grace);
    [[nodiscard]] bool fails_too_often();
    void note(Error failure);
    void settle(Batch const& batch, std::unordered_set<std::string> const& needed);
    [[nodiscard]] Result<void> settle_chunk(Batch const& batch, store::Object const& chunk, bool needed);

    store::Store& m_store;
    time::Clock& m_clock;
    RunWatch& m_watch;
    std::string m_id;
    std::size_t m_workers;
    std::mutex m_guard{}; // of what follows
    std::optional<time::Steady> m_said_at_work{};
    SweepReport m_report{};
};

} // namespace sluice::db_snapshot
