#include "common/log/progress.hpp"
#include "common/time/duration_text.hpp"
#include "tools/gate-wait/database_reader.hpp"

namespace sluice::gate_wait {

namespace {

struct Standby {
    std::string state;
    std::optional<std::int64_t> lag_bytes;
    std::optional<Milliseconds> lag;
};

std::optional<std::int64_t> whole(postgres::Cell const& cell) {
    return cell ? std::optional(postgres::number_of(cell)) : std::nullopt;
}

// The times of an idle primary are empty or old, so they count only while there are bytes to replay.
Observation judge(std::string const& name, Standby const& standby, ReplicationCondition const& spec) {
    if (standby.state != "streaming") {
        return saw_closed(name + " is " + (standby.state.empty() ? "in an unknown state" : standby.state));
    }
    if (!standby.lag_bytes) {
        return saw_nothing(name + " has not said how far it is");
    }
    auto const bytes = std::max<std::int64_t>(0, *standby.lag_bytes);
    std::string const behind = name + " is " + log::size_text(static_cast<std::uint64_t>(bytes)) + " behind";
    if (bytes > spec.max_lag_bytes) {
        return saw_closed(behind);
    }
    if (bytes > 0 && !standby.lag) {
        return saw_nothing(behind + ", and has not said for how long");
    }
    if (bytes > 0 && *standby.lag > spec.max_lag) {
        return saw_closed(behind + ", for " + time::duration_text(*standby.lag));
    }
    return saw_open(behind);
}

Result<std::optional<Standby>> read_standby(postgres::Session& session, std::string const& name) {
    TRY_ASSIGN(
        auto const rows,
        session.query("SELECT state, pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::bigint, (extract(epoch FROM "
                      "replay_lag) * 1000)::bigint FROM pg_stat_replication WHERE application_name = $1",
                      {name}));
    if (rows.size() != 1) {
        return std::optional<Standby>{};
    }
    auto const& row = rows.front();
    auto const lag = whole(row.at(2));
    return std::optional(Standby{postgres::text_of(row.at(0)), whole(row.at(1)),
                                 lag ? std::optional(Milliseconds{*lag}) : std::nullopt});
}

Result<Observation> look(postgres::Session& session, ReplicationCondition const& spec) {
    TRY_ASSIGN(auto doubt, doubt_of_sight(session));
    if (doubt) {
        return *std::move(doubt);
    }
    TRY_ASSIGN(bool const is_standby, session.truth("SELECT pg_is_in_recovery()"));
    if (is_standby) {
        return for_good(saw_nothing("this server is itself a standby", "Name the primary."));
    }
    std::string good;
    for (auto const& name : spec.standbys) {
        TRY_ASSIGN(auto const standby, read_standby(session, name));
        Observation const one = standby
                                    ? judge(name, *standby, spec)
                                    : saw_nothing("standby '" + name + "' is not connected, or several have that name");
        if (one.truth != Truth::open) {
            return one;
        }
        good += (good.empty() ? "" : "; ") + one.observed;
    }
    return saw_open(good);
}

} // namespace

std::unique_ptr<Asker> asker_of(ReplicationCondition const& spec, Condition const& all, Surroundings&) {
    return asking_database(spec.connection, all.timeout,
                           [spec](postgres::Session& session) { return look(session, spec); });
}

} // namespace sluice::gate_wait
