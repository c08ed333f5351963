#include "common/log/log.hpp"
#include "common/postgres/session.hpp"
#include "common/process/signals.hpp"
#include "common/time/deadline.hpp"
#include "common/time/duration_text.hpp"
#include "tools/gate-wait/commands.hpp"
#include "tools/gate-wait/held_command.hpp"

#include <algorithm>

namespace sluice::gate_wait {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds k_timeout = 1h;
// Asked for again and again rather than waited for: a waiting statement holds a snapshot, and CREATE INDEX CONCURRENTLY
// of whoever has the lock would wait for that for ever.
constexpr milliseconds k_try_again = 200ms;
constexpr milliseconds k_heartbeat = 30s;
constexpr milliseconds k_look_at_lock = 1s;
constexpr milliseconds k_look_at_command = 20ms;
constexpr char const* k_default_key = "gate-wait";

// Keys of other programs are numbers of their own; ours come from a text that nobody else has.
std::string lock_name(std::string const& key) { return "sluice gate-wait " + key; }

struct Lock {
    std::unique_ptr<postgres::Session> session;
    std::string name;

    // A pooler may give our session's server to somebody else, or its lock to nobody.
    [[nodiscard]] Result<void> check_direct() const {
        TRY_ASSIGN(auto const pid, session->number("SELECT pg_backend_pid()"));
        if (pid != session->backend_pid()) {
            return fail(Errc::unknown,
                        "the connection goes through a pooler, where a session's lock may be held by nobody",
                        "Name the server itself. The command was NOT run.");
        }
        return {};
    }
    [[nodiscard]] Result<bool> attempt() const {
        return session->truth("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", {name});
    }
    [[nodiscard]] Result<bool> is_held() const {
        return session->truth("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = "
                              "pg_backend_pid() AND objsubid = 1 AND ((classid::bigint << 32) | objid::bigint) = "
                              "hashtextextended($1, 0))",
                              {name});
    }
};

Result<bool> obtain(Lock const& lock, milliseconds limit, time::Clock& clock) {
    time::Deadline const deadline(clock, limit);
    auto told = clock.steady_now();
    while (true) {
        TRY_ASSIGN(bool const held, lock.attempt());
        if (held || deadline.passed()) {
            return held;
        }
        if (clock.steady_now() - told >= k_heartbeat) {
            log::info("still waiting for the lock", {{"left", time::duration_text(deadline.left())}});
            told = clock.steady_now();
        }
        clock.sleep_for(std::min(k_try_again, std::max(deadline.left(), milliseconds{1})));
        TRY(process::check_not_stopped());
    }
}

// Looks after lock and command until the command ends; says once, loudly, when the lock is gone.
struct Guarding {
    Lock const& lock;
    HeldCommand const& command;
    time::Clock& clock;
    std::string lost{};

    int run() {
        auto looked = clock.steady_now();
        while (true) {
            if (auto const code = command.poll()) {
                // Whatever happened since the last look counts too.
                look();
                return *code;
            }
            if (clock.steady_now() - looked >= k_look_at_lock) {
                look();
                looked = clock.steady_now();
            }
            clock.sleep_for(k_look_at_command);
        }
    }

    void look() {
        if (!lost.empty()) {
            return;
        }
        auto const held = lock.is_held();
        if (!held || !*held) {
            lost = held ? "the server says that we don't hold it" : held.error().message;
            log::warning("THE LOCK IS LOST while the command runs: another may run beside it", {{"why", lost}});
        }
    }
};

cli::ExitCode verdict_of(int code, std::string const& lost) {
    if (!lost.empty()) {
        log::warning("the command ran for some time without the lock",
                     {{"its exit code", std::to_string(code)}, {"why", lost}});
    }
    return !lost.empty() && code == 0 ? cli::ExitCode::unknown : static_cast<cli::ExitCode>(code);
}

} // namespace

Result<cli::ExitCode> hold(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const connection, postgres::resolve_connection(options.hold.target, context.environment));
    std::string const key = options.hold.key.empty() ? k_default_key : options.hold.key;
    TRY_ASSIGN(auto session, postgres::connect(connection, "gate-wait hold"));
    Lock const lock{std::move(session), lock_name(key)};
    TRY(lock.check_direct());
    TRY_ASSIGN(bool const held, obtain(lock, options.timeout.value_or(k_timeout), context.clock));
    if (!held) {
        return fail(Errc::temporary, "somebody else holds the lock '" + key + "' on " + connection.description(),
                    "The command was NOT run. Wait longer with --timeout, or see who holds it in pg_locks.");
    }
    log::info("lock held", {{"key", key}});
    TRY_ASSIGN(auto const command, HeldCommand::start(options.hold.command));
    Guarding guarding{lock, command, context.clock};
    int const code = guarding.run();
    return verdict_of(code, guarding.lost);
}

} // namespace sluice::gate_wait
