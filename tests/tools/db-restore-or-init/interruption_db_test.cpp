#include "tests/support/background_tool.hpp"
#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"
#include "tests/tools/db-restore-or-init/shop.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <gtest/gtest.h>
#include <thread>

namespace sluice::db_restore {
namespace {

using std::chrono::milliseconds;
using test::must;
using test::Shop;
using Arguments = std::vector<std::string>;

TEST(Interruption, ends_sessions_only_for_the_swap) {
    auto& shop = Shop::shared();
    shop.server().execute("GRANT app TO stage");
    shop.make_own("in_use");
    auto const application = must(postgres::connect(shop.server().connection("in_use", "app"), "application"));
    must(application->execute("BEGIN"));
    std::string const file =
        shop.file("look.sql", "SELECT 1/(count(*)) FROM pg_stat_activity WHERE datname = 'in_use';");
    auto const outcome = shop.restore("in_use", {"--adopt", "--after-restore", file, "--json"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.error_output;
    EXPECT_EQ(application->query("SELECT 1").error().kind, Errc::temporary);
    EXPECT_EQ(shop.fingerprint("in_use"), shop.fingerprint("shop"));
    shop.server().execute("REVOKE app FROM stage");
}

// An application that comes back at once, again and again, must neither stop the swap nor see anything but the old
// database or the new one.
TEST(Interruption, swaps_under_an_application_that_reconnects) {
    auto& shop = Shop::shared();
    shop.server().execute("GRANT app TO stage");
    ASSERT_EQ(shop.restore("hammered").exit_code, 0);
    std::atomic<bool> stop{false};
    std::atomic<int> answers{0};
    std::atomic<int> wrong{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
        clients.emplace_back([&] {
            while (!stop) {
                auto session = postgres::connect(shop.server().connection("hammered", "app"), "application");
                auto const count = session ? (*session)->number("SELECT count(*) FROM shop.items")
                                           : Result<std::int64_t>(tl::unexpected<Error>(session.error()));
                answers += count ? 1 : 0;
                wrong += count && *count != 20000 ? 1 : 0;
            }
        });
    }
    for (int i = 0; i < 3; ++i) {
        auto const outcome = shop.restore("hammered");
        EXPECT_EQ(outcome.exit_code, 0) << outcome.error_output;
    }
    stop = true;
    for (auto& client : clients) {
        client.join();
    }
    EXPECT_GT(answers, 10);
    EXPECT_EQ(wrong, 0);
    shop.server().execute("REVOKE app FROM stage");
}

TEST(Interruption, by_a_signal_cleans_up_and_says_so) {
    auto& shop = Shop::shared();
    std::string const file = shop.file("wait.sql", "SELECT pg_sleep(120);");
    for (int const number : {SIGTERM, SIGINT, SIGHUP}) {
        std::string const target = "signalled" + std::to_string(number);
        shop.make_own(target);
        std::string const before = shop.fingerprint(target);
        test::BackgroundTool tool("db-restore-or-init", shop.arguments({"--adopt", "--after-restore", file}),
                                  shop.environment(target));
        ASSERT_TRUE(test::eventually([&] {
            return shop.text("SELECT count(*) FROM pg_stat_activity WHERE datname LIKE '" + target +
                             "\\_\\_new%' AND query LIKE '%pg_sleep(120)%'") == "1";
        })) << tool.error_output();
        tool.signal(number);
        EXPECT_EQ(tool.wait(), 128 + number) << tool.error_output();
        EXPECT_NE(tool.error_output().find("stopped by signal"), std::string::npos) << tool.error_output();
        EXPECT_TRUE(shop.side_databases(target).empty());
        EXPECT_EQ(shop.fingerprint(target), before);
    }
}

TEST(Interruption, during_the_load_cleans_up) {
    auto& shop = Shop::shared();
    shop.make_own("loading");
    std::string const before = shop.fingerprint("loading");
    test::BackgroundTool tool("db-restore-or-init", shop.arguments({"--adopt"}), shop.environment("loading"));
    ASSERT_TRUE(test::eventually([&] { return !shop.side_databases("loading").empty(); })) << tool.error_output();
    tool.signal(SIGTERM);
    EXPECT_EQ(tool.wait(), 128 + SIGTERM) << tool.error_output();
    EXPECT_TRUE(shop.side_databases("loading").empty());
    EXPECT_EQ(shop.fingerprint("loading"), before);
}

// Either the old database stands as it was, or the swap is complete and the old one stands beside it as it was.
void expect_whole(Shop& shop, std::string const& target, std::string const& own, std::string const& restored) {
    std::string const now = shop.fingerprint(target);
    if (now == own) {
        return;
    }
    EXPECT_EQ(now, restored);
    bool kept = false;
    for (auto const& name : shop.side_databases(target)) {
        kept = kept || (name.find("__old_") != std::string::npos && shop.fingerprint(name) == own);
    }
    EXPECT_TRUE(kept) << "the old database is gone";
}

milliseconds time_of_a_restore(Shop& shop) {
    auto const begin = std::chrono::steady_clock::now();
    EXPECT_EQ(shop.restore("timed").exit_code, 0);
    return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
}

TEST(Interruption, by_sigkill_at_any_moment_leaves_the_target_whole) {
    auto& shop = Shop::shared();
    auto const whole = time_of_a_restore(shop);
    std::string const restored = shop.fingerprint("shop");
    constexpr int points = 24;
    int with_leftovers = 0;
    for (int point = 1; point <= points; ++point) {
        SCOPED_TRACE(point);
        std::string const target = "killed" + std::to_string(point);
        shop.make_own(target);
        std::string const own = shop.fingerprint(target);
        {
            test::BackgroundTool tool("db-restore-or-init", shop.arguments({"--adopt"}), shop.environment(target));
            std::this_thread::sleep_for(whole * point / points);
            tool.signal(SIGKILL);
            tool.wait();
        }
        expect_whole(shop, target, own, restored);
        auto const before = shop.side_databases(target);
        bool const leftover = std::any_of(before.begin(), before.end(),
                                          [](auto const& name) { return name.find("__new_") != std::string::npos; });
        with_leftovers += leftover ? 1 : 0;
        // What a dead tool's backends still do ends by itself; until then its lock may be held.
        EXPECT_TRUE(test::eventually([&] {
            return shop.run(target, {"cleanup", "--target", "env:TARGET"}).exit_code == 0;
        }));
        for (auto const& name : shop.side_databases(target)) {
            EXPECT_EQ(name.find("__new_"), std::string::npos) << name;
        }
        expect_whole(shop, target, own, restored);
        auto const next = shop.restore(target, {"--adopt", "--keep-old", "0"});
        EXPECT_EQ(next.exit_code, 0) << next.error_output;
        EXPECT_EQ(shop.fingerprint(target), restored);
        shop.server().execute("DROP DATABASE " + target);
    }
    EXPECT_GT(with_leftovers, points / 3) << "the kills did not fall into the work";
}

bool waits(Shop& shop, std::string const& statement) {
    return shop.text(
               "SELECT count(*) FROM pg_stat_activity WHERE usename = 'stage' AND state = 'active' AND query LIKE '" +
               statement + "%'") != "0";
}

// The worst moment, held still: a session that cannot leave keeps the first rename waiting, and then a lock keeps the
// last statement of the transaction waiting, when both names have changed already.
TEST(Interruption, by_sigkill_inside_the_swap_leaves_the_target_whole) {
    auto& shop = Shop::shared();
    shop.server().execute("GRANT app TO stage");
    for (bool const both_renamed : {false, true}) {
        SCOPED_TRACE(both_renamed);
        std::string const target = both_renamed ? "swapping_late" : "swapping_early";
        shop.make_own(target);
        shop.server().execute("GRANT CONNECT ON DATABASE " + target + " TO app");
        std::string const own = shop.fingerprint(target);
        auto const stuck = must(postgres::connect(shop.server().connection(target, "app"), "application"));
        kill(stuck->backend_pid(), SIGSTOP);
        test::BackgroundTool tool("db-restore-or-init", shop.arguments({"--adopt"}), shop.environment(target));
        EXPECT_TRUE(test::eventually([&] { return waits(shop, "ALTER DATABASE \"" + target + "\" RENAME"); }));
        auto const holder = shop.server().session();
        if (both_renamed) {
            must(holder->execute("BEGIN; LOCK TABLE pg_shdepend IN SHARE MODE"));
            kill(stuck->backend_pid(), SIGCONT);
            EXPECT_TRUE(test::eventually([&] { return waits(shop, "REVOKE "); })) << tool.error_output();
        }
        tool.signal(SIGKILL);
        tool.wait();
        kill(stuck->backend_pid(), SIGCONT);
        must(holder->execute("ROLLBACK"));
        EXPECT_TRUE(test::eventually([&] {
            return shop.run(target, {"cleanup", "--target", "env:TARGET"}).exit_code == 0;
        }));
        EXPECT_EQ(shop.fingerprint(target), own);
        EXPECT_TRUE(shop.side_databases(target).empty());
    }
    shop.server().execute("REVOKE app FROM stage");
}

TEST(Interruption, by_the_servers_death_leaves_the_target_whole) {
    Shop shop;
    auto const whole = time_of_a_restore(shop);
    std::string const restored = shop.fingerprint("shop");
    for (int const percent : {20, 45, 70, 95}) {
        SCOPED_TRACE(percent);
        std::string const target = "crashed" + std::to_string(percent);
        shop.make_own(target);
        shop.server().execute("CHECKPOINT");
        std::string const own = shop.fingerprint(target);
        test::BackgroundTool tool("db-restore-or-init", shop.arguments({"--adopt"}), shop.environment(target));
        std::this_thread::sleep_for(whole * percent / 100);
        shop.server().kill();
        int const code = tool.wait();
        EXPECT_TRUE(code == 75 || code == 0) << code << tool.error_output();
        shop.server().restart();
        expect_whole(shop, target, own, restored);
        EXPECT_EQ(shop.run(target, {"cleanup", "--target", "env:TARGET"}).exit_code, 0);
        EXPECT_EQ(shop.restore(target, {"--adopt"}).exit_code, 0);
        EXPECT_EQ(shop.fingerprint(target), restored);
    }
}

} // namespace
} // namespace sluice::db_restore
