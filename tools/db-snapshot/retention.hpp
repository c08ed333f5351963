#pragma once

#include "common/time/clock.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace sluice::db_snapshot {

/// What a snapshot, or an attempt at one, has come to.
enum class Outcome {
    complete,
    running,      ///< its heartbeat is fresh
    failed,       ///< by its own word
    dead,         ///< silent
    half_removed, ///< a prune was killed while it removed it; there is no manifest any more
};

/// What retention looks at. All snapshots of one name are judged together.
struct SnapshotFacts {
    std::string id;
    Outcome outcome = Outcome::complete;
    time::Wall taken{};     ///< when it began
    time::Wall last_sign{}; ///< of a run: when it was last heard of
    std::string purpose{};  ///< its label of that name
    bool pinned = false;
    std::optional<bool> verified{}; ///< nothing: it cannot be told
    bool latest = false;            ///< what `latest` points to
    bool proven = true;             ///< false for a stream whose producer nobody checked: it may be half
};

/// How many to keep. Days, weeks (from Monday) and months are those of UTC; of each the newest snapshot is kept, and
/// those without a snapshot do not count.
struct KeepRules {
    unsigned last = 0;
    unsigned daily = 0;
    unsigned weekly = 0;
    unsigned monthly = 0;
    std::chrono::milliseconds within{
        0}; ///< before the newest one, so that nothing is lost where snapshots stopped coming

    [[nodiscard]] bool any() const {
        return last > 0 || daily > 0 || weekly > 0 || monthly > 0 || within > std::chrono::milliseconds{0};
    }
};

struct Verdict {
    bool keep = true;
    std::vector<std::string> reasons{}; ///< never empty: "daily 2026-11-21", "pinned", "no rule keeps it", …
};

/// One verdict for each of `snapshots`, which are in order of their ids. The rules count complete snapshots, those of
/// each purpose for themselves, and what is not proven for itself: protections of a busy day must not push out the
/// nightly ones, nor streams that may be half those that are whole. Whatever the rules say it
/// keeps the newest complete snapshot, which is proven where there is one, the newest verified one, what `latest`
/// points to, what is pinned, what is running, and for `grace` what failed or died.
[[nodiscard]] std::vector<Verdict> decide_retention(std::vector<SnapshotFacts> const& snapshots, KeepRules const& rules,
                                                    std::chrono::milliseconds grace, time::Wall now);

} // namespace sluice::db_snapshot
