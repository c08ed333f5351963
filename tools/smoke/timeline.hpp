#pragma once

#include "tools/smoke/probe_result.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice::smoke {

/// Since the first probe was planned.
using Instant = std::chrono::microseconds;

/// One probe of one lane. Small, since a long deployment has millions.
struct Sample {
    Instant planned{};
    Instant started{};
    Instant ended{};
    std::uint32_t number = 0;
    std::uint32_t revision = 0; ///< in the timeline's texts; 0: none
    std::uint32_t why = 0;      ///< likewise
    Verdict verdict = Verdict::unknown;
    Kind kind = Kind::none;
};

/// Probes of one check at a fixed rate: with a connection of its own for each, or all with one that is kept.
struct Lane {
    Check const* check = nullptr;
    bool kept = false;
    Instant offset{}; ///< of the first probe
    std::vector<Sample> samples{};
    [[nodiscard]] std::string name() const { return check->id + (kept ? " (kept alive)" : ""); }
};

struct PhaseChange {
    Instant at{};
    std::string name{};
};

/// The schema's version as it was at some moment between the two.
struct SchemaReading {
    Instant started{};
    Instant ended{};
    std::string version{};
};

/// What a database was doing; nothing for what this role may not see.
struct DatabaseReading {
    Instant at{};
    std::optional<std::int64_t> locks_held{};      ///< on relations, by other sessions
    std::optional<std::int64_t> exclusive_locks{}; ///< among them: ACCESS EXCLUSIVE, which stops even reads
    std::optional<std::int64_t> locks_awaited{};
    std::optional<double> longest_blocked_seconds{};
    std::optional<std::int64_t>
        replication_lag_bytes{};                 ///< of the standby furthest behind; nothing where there is none
    std::optional<std::int64_t> written_bytes{}; ///< WAL since the first reading
    std::optional<std::int64_t> free_bytes{};    ///< where the data lies; only on this machine
};

/// Texts by number, each kept once.
class Texts {
  public:
    [[nodiscard]] std::uint32_t number_of(std::string const& text);
    [[nodiscard]] std::string const& text(std::uint32_t number) const { return m_texts.at(number); }

  private:
    std::vector<std::string> m_texts{std::string{}};
    std::map<std::string, std::uint32_t> m_numbers{{std::string{}, 0}};
};

/// All that was seen while a command ran.
struct Timeline {
    time::Wall started{};
    std::vector<Lane> lanes{};
    std::vector<PhaseChange> phases{};
    std::vector<SchemaReading> schema{};
    std::vector<DatabaseReading> database{};
    Texts texts{};
    std::optional<Instant> command_began{};
    std::optional<Instant> command_ended{};
    std::optional<int> command_exit{};
    std::optional<Instant> aborted{}; ///< when an outage made us send SIGTERM to the command
    Instant ended{};

    [[nodiscard]] std::string const& phase_at(Instant when) const;
    [[nodiscard]] time::Wall wall(Instant when) const {
        return started + std::chrono::duration_cast<time::Wall::duration>(when);
    }
};

} // namespace sluice::smoke
