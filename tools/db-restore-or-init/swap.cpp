#include "tools/db-restore-or-init/swap.hpp"

#include "common/log/log.hpp"
#include "common/postgres/failure.hpp"
#include "common/postgres/quote.hpp"
#include "common/process/signals.hpp"
#include "common/snapshot/target.hpp"
#include "tools/db-restore-or-init/session_ender.hpp"

#include <algorithm>
#include <optional>

namespace sluice::db_restore {

namespace {

using postgres::quote_identifier;
using postgres::Session;

// Each costs the target up to RENAME's own five seconds.
constexpr int k_most_attempts = 5;
constexpr std::chrono::milliseconds k_pause_between_attempts{500};

std::string rename_sql(std::string const& from, std::string const& to) {
    return "ALTER DATABASE " + quote_identifier(from) + " RENAME TO " + quote_identifier(to);
}

bool is_in_the_way(Error const& error) {
    return postgres::has_sqlstate(error, "55006") || postgres::has_sqlstate(error, "55P03") ||
           postgres::has_sqlstate(error, "40P01");
}

// Under the lock of the rename nobody can mark it any more, so this is the last word.
Result<void> check_unchanged(Session& maintenance, TargetFacts const& facts, std::string const& now_called) {
    TRY_ASSIGN(
        auto const rows,
        maintenance.query("SELECT oid, coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE "
                          "datname = $1",
                          {now_called}));
    bool const same = rows.size() == 1 && postgres::number_of(rows[0].at(0)) == facts.existing->oid &&
                      postgres::text_of(rows[0].at(1)) == facts.existing->comment_as_read;
    if (!same) {
        return fail(Errc::refused, "database '" + facts.name + "' was replaced or marked while the new one was made",
                    "Look at it, then run the same command again.");
    }
    return {};
}

// Once the freeze is over, writers may have come back, and what was reported of them is no longer true.
Result<void> freeze_ended(Swap const& swap, std::string const& why) {
    if (auto problem = swap.freeze->problem()) {
        return tl::unexpected<Error>(*std::move(problem));
    }
    return fail(Errc::temporary, "could not swap the databases: " + why,
                "Nothing was changed: run the same command again.");
}

Result<void> check_nobody_wrote(Swap const& swap) {
    return swap.freeze == nullptr || swap.freeze->left_last()
               ? Result<void>{}
               : freeze_ended(swap, "the session that kept writers away was ended");
}

std::optional<LastToLeave> last_to_leave(Session const& maintenance, Swap const& swap) {
    if (swap.freeze == nullptr) {
        return std::nullopt;
    }
    return LastToLeave{swap.freeze->backend_pid(), maintenance.backend_pid(),
                       [freeze = swap.freeze] { freeze->leave(); }};
}

Result<void> move_old_away(Session& maintenance, TargetFacts const& facts, Swap const& swap) {
    TRY_ASSIGN(auto session, snapshot::connect_for_maintenance(maintenance.parameters(), "session ender"));
    {
        SessionEnder const ender(std::move(session), facts.existing->oid, last_to_leave(maintenance, swap));
        TRY(maintenance.execute(rename_sql(facts.name, swap.old)));
    }
    TRY(check_nobody_wrote(swap));
    return check_unchanged(maintenance, facts, swap.old);
}

Result<void> change_names(Session& maintenance, TargetFacts const& facts, Swap const& swap) {
    // 0 would mean to wait for ever.
    TRY(maintenance.execute("SET LOCAL lock_timeout = " +
                            std::to_string(std::max<std::int64_t>(swap.lock_timeout.count(), 1))));
    if (facts.existing) {
        TRY(move_old_away(maintenance, facts, swap));
    }
    TRY(maintenance.execute(rename_sql(swap.fresh, facts.name)));
    for (auto const& statement : swap.last_statements) {
        TRY(maintenance.execute(statement));
    }
    return process::check_not_stopped();
}

// The connection was lost during COMMIT: only the server knows what became of it.
Result<void> find_outcome(Session& maintenance, TargetFacts const& facts, Swap const& swap, Error lost) {
    auto fresh_look = snapshot::connect_for_maintenance(maintenance.parameters(), "outcome of the swap");
    if (fresh_look) {
        auto const still_there = snapshot::database_exists(**fresh_look, swap.fresh);
        if (still_there && !*still_there) {
            return {};
        }
        if (still_there) {
            return tl::unexpected<Error>(std::move(lost));
        }
    }
    lost.hint =
        "It is not known whether the swap was done. When the server is back, see: db-restore-or-init provenance "
        "--target … for '" +
        facts.name + "'.";
    return tl::unexpected<Error>(std::move(lost));
}

Result<void> attempt(Session& maintenance, TargetFacts const& facts, Swap const& swap) {
    TRY(maintenance.execute("BEGIN"));
    auto changed = change_names(maintenance, facts, swap);
    if (!changed) {
        auto const rolled_back = maintenance.execute("ROLLBACK");
        if (!rolled_back) {
            log::warning("could not roll back", {{"reason", rolled_back.error().message}});
        }
        return changed;
    }
    auto committed = maintenance.execute("COMMIT");
    return committed ? committed : find_outcome(maintenance, facts, swap, std::move(committed).error());
}

Result<void> check_sessions(Session& maintenance, TargetFacts const& facts) {
    if (!facts.existing) {
        return {};
    }
    TRY_ASSIGN(auto const unendable, find_unendable_sessions(maintenance, facts.existing->oid));
    return check_endable(facts.name, facts.role.name, unendable.roles, unendable.superuser);
}

tl::unexpected<Error> gave_up(TargetFacts const& facts, Error const& last) {
    return fail(Errc::temporary,
                "could not swap the databases in " + std::to_string(k_most_attempts) + " attempts: " + last.message,
                "Something keeps entering '" + facts.name +
                    "': stop it or try again when it is quiet. Nothing was "
                    "changed.");
}

} // namespace

Result<SwapReport> swap_names(Session& maintenance, TargetFacts const& facts, Swap const& swap, time::Clock& clock) {
    std::optional<Error> last;
    for (int number = 1; number <= k_most_attempts; ++number) {
        TRY(process::check_not_stopped());
        TRY(check_sessions(maintenance, facts));
        auto const begin = clock.steady_now();
        auto outcome = attempt(maintenance, facts, swap);
        if (outcome) {
            return SwapReport{std::chrono::duration_cast<std::chrono::milliseconds>(clock.steady_now() - begin),
                              number};
        }
        if (!is_in_the_way(outcome.error())) {
            return tl::unexpected<Error>(std::move(outcome).error());
        }
        if (swap.freeze != nullptr && !swap.freeze->holds()) {
            TRY(freeze_ended(swap, outcome.error().message));
        }
        log::info("somebody is in the way of the swap, trying again", {{"reason", outcome.error().message}});
        last = std::move(outcome).error();
        clock.sleep_for(k_pause_between_attempts);
    }
    return gave_up(facts, *last);
}

} // namespace sluice::db_restore
