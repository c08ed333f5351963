#pragma once

#include "common/snapshot/manifest.hpp"
#include "common/store/store.hpp"
#include "common/time/clock.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sluice::snapshot {

enum class State { running, complete, failed };

/// What `status.json` says of one snapshot, from its first moment on.
struct Status {
    std::string id;
    State state = State::running;
    std::string started;
    std::string heartbeat; ///< written every `k_heartbeat_interval` while it runs
    std::string host;
    std::uint64_t bytes_done = 0;
    std::string error; ///< why it failed
    std::string log{}; ///< "HOST:/path" of what a run in the background writes; else empty

    /// Running by its own word, but silent for longer than `k_heartbeat_limit`: its process is gone.
    [[nodiscard]] bool is_stale(time::Wall now) const;
};

inline constexpr std::chrono::seconds k_heartbeat_interval{5};
/// Twelve missed heartbeats; a machine under load or a slow store may miss a few.
inline constexpr std::chrono::seconds k_heartbeat_limit{60};

/// A state as a person reads it: "running", "complete", "failed", or "dead" for a stale one.
[[nodiscard]] std::string state_text(Status const& status, time::Wall now);

[[nodiscard]] Result<void> check_name(std::string const& name);
/// "20261122T001530Z-3f9a": sorts by time, unique by its random end.
[[nodiscard]] std::string new_snapshot_id(time::Clock const& clock);
[[nodiscard]] bool is_snapshot_id(std::string_view text);
/// The second that is in an id; the beginning of time for what is none.
[[nodiscard]] time::Wall time_of_id(std::string const& id);

/// How much a store can say of a database. Only `never` is proof that there was nothing.
enum class History {
    never, ///< the store is sound and has never held a snapshot of this name, not even a begun one
    had,   ///< it has or had something of this name
};

/// Where the marks of runs that were given up lie. Not beside the run's own files, which are cleared away earlier.
inline constexpr char const* k_given_up = "given-up/";

/// What is in a store under one database's name.
class Catalog {
  public:
    Catalog(store::Store& store, std::string name) : m_store(store), m_name(std::move(name)) {}

    [[nodiscard]] store::Store& store() const { return m_store; }
    [[nodiscard]] std::string const& name() const { return m_name; }

    /// Ids of all snapshots, begun ones too, oldest first.
    [[nodiscard]] Result<std::vector<std::string>> ids() const;
    [[nodiscard]] Result<History> history() const;

    /// Nothing when there is no such file.
    [[nodiscard]] Result<std::optional<Status>> status(std::string const& id) const;
    [[nodiscard]] Result<void> write_status(Status const& status) const;

    /// Nothing when the snapshot has no manifest, or was given up before it was complete, that is, does not exist as a
    /// snapshot. Errors: bad_data.
    [[nodiscard]] Result<std::optional<Manifest>> manifest(std::string const& id) const;
    /// Makes a snapshot exist, unless it was given up meanwhile: common/DECISIONS.md, 60. Errors: temporary then, and
    /// there is no manifest.
    [[nodiscard]] Result<void> publish(Manifest const& manifest) const;

    /// Notes that every chunk of the snapshot was read and is sound; `restored`: and that a restore of it was equal.
    [[nodiscard]] Result<void> note_verified(std::string const& id, time::Wall when, bool restored) const;
    /// Whether that was noted. Errors: bad_data.
    [[nodiscard]] Result<bool> is_verified(std::string const& id) const;

    /// A pinned snapshot is never pruned.
    [[nodiscard]] Result<void> pin(std::string const& id, time::Wall when) const;
    [[nodiscard]] Result<void> unpin(std::string const& id) const;
    [[nodiscard]] Result<bool> is_pinned(std::string const& id) const;

    /// Says for good that a silent run is over: should it wake up, it cannot publish. A run that had published before
    /// is not touched by it. True when the run is over and left no snapshot, false when there is one after all.
    [[nodiscard]] Result<bool> give_up(std::string const& id, time::Wall when) const;
    /// Whether that was said of a run that is not complete.
    [[nodiscard]] Result<bool> is_given_up(std::string const& id) const;

    /// For prunes, see common/DECISIONS.md, 60: whoever pins looks for these marks after pinning, whoever removes looks
    /// for the pin after marking, so at least one of the two sees the other. `by` is the prune's own id.
    [[nodiscard]] Result<void> mark_for_removal(std::string const& id, std::string const& by) const;
    [[nodiscard]] Result<void> unmark_for_removal(std::string const& id, std::string const& by) const;
    /// The prunes that have marked it.
    [[nodiscard]] Result<std::vector<std::string>> removal_marks(std::string const& id) const;
    /// Removes all that is stored under the id, the manifest after the rest and the marks last. Chunks stay.
    [[nodiscard]] Result<void> remove_files(std::string const& id) const;

    /// The promoted id, or nothing.
    [[nodiscard]] Result<std::optional<std::string>> latest() const;
    /// Never goes back to an older one.
    [[nodiscard]] Result<void> promote(std::string const& id) const;

    /// `latest` or an id, to an id that has the form of one. Errors: not_found, naming what there is.
    [[nodiscard]] Result<std::string> resolve(std::string const& wanted) const;
    /// As `resolve`, then its manifest. Errors: not_found, with the state of a snapshot that has no manifest; usage for
    /// the snapshot of a stream.
    [[nodiscard]] Result<Manifest> find(std::string const& wanted, time::Wall now) const;
    /// The same, of whatever it is a snapshot.
    [[nodiscard]] Result<Manifest> find_any(std::string const& wanted, time::Wall now) const;
    /// The newest sound manifest under this name, whatever `latest` says; nothing where there is none among the last
    /// few.
    [[nodiscard]] Result<std::optional<Manifest>> newest() const;

  private:
    [[nodiscard]] std::string folder() const { return "snapshots/" + m_name + "/"; }
    [[nodiscard]] std::string key(std::string const& id, char const* file) const { return folder() + id + "/" + file; }
    [[nodiscard]] std::string given_up_key(std::string const& id) const { return k_given_up + m_name + "/" + id; }
    [[nodiscard]] Result<void> check_not_given_up(std::string const& id) const;

    store::Store& m_store;
    std::string m_name;
};

/// Names of the databases that the store knows.
[[nodiscard]] Result<std::vector<std::string>> database_names(store::Store& store);

/// Reads every chunk of the manifest once and proves it. `workers` threads. Errors: bad_data for the first bad one.
[[nodiscard]] Result<void> verify_chunks(store::Store& store, Manifest const& manifest, std::size_t workers,
                                         std::function<void(std::uint64_t bytes)> const& progress);

} // namespace sluice::snapshot
