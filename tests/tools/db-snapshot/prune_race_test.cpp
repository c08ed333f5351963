// What prune, snapshots and other prunes can do to each other, with every interleaving of a small store played through:
// no snapshot that exists may ever miss a chunk, whoever is killed or held up wherever. common/DECISIONS.md, 60.
#include "tests/support/scripted_store.hpp"
#include "tests/tools/db-snapshot/store_lab.hpp"
#include "tools/db-snapshot/pin.hpp"

#include <gtest/gtest.h>

namespace sluice::db_snapshot {
namespace {

using namespace std::chrono_literals;
using test::must;
using test::ScriptedStore;
using test::StoreLab;

PruneRules keep_last(unsigned count, std::chrono::milliseconds grace = 0h) {
    return {.keep = {.last = count}, .grace = grace};
}

/// Three snapshots a day apart with chunks in common, and a run that died.
struct Scene {
    explicit Scene(bool two_step) {
        lab.two_step = two_step;
        for (int i = 0; i < 3; ++i) {
            ids.push_back(lab.take({"own " + std::to_string(i), "between " + std::to_string(i),
                                    "between " + std::to_string(i + 1), "all"}));
            lab.clock.advance(24h);
        }
        lab.die({"of a dead run", "own 0"});
        lab.clock.advance(24h);
    }
    StoreLab lab{};
    std::vector<std::string> ids{};
};

/// Two undisturbed prunes later, with time between them, the store holds what is needed and nothing else.
void expect_tidy_end(Scene& scene, std::set<std::string> const& complete, std::size_t chunks) {
    for (int i = 0; i < 3; ++i) {
        scene.lab.clock.advance(48h);
        scene.lab.prune(keep_last(1, 12h));
        EXPECT_EQ(scene.lab.first_loss(), "");
    }
    EXPECT_EQ(scene.lab.complete(), complete);
    EXPECT_EQ(scene.lab.count("trash/"), 0U);
    EXPECT_EQ(scene.lab.count("chunks/"), chunks);
}

class PruneRace : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Moves, PruneRace, testing::Bool(),
                         [](auto const& chosen) { return chosen.param ? "in_two_steps" : "at_once"; });

std::size_t operations_of_a_prune(bool two_step) {
    Scene scene(two_step);
    ScriptedStore counted = scene.lab.scripted();
    must(scene.lab.prune_with(counted, keep_last(1)));
    return counted.operations;
}

TEST_P(PruneRace, loses_nothing_when_killed_at_any_operation) {
    for (auto const grace : {0h, 12h}) {
        std::size_t deaths = 0;
        for (std::size_t n = 0;; ++n) {
            Scene scene(GetParam());
            ScriptedStore store = scene.lab.scripted();
            store.dies_at = n;
            auto const report = scene.lab.prune_with(store, keep_last(1, grace));
            ASSERT_EQ(scene.lab.first_loss(), "") << "killed at operation " << n;
            ASSERT_TRUE(scene.lab.complete().contains(scene.ids[2])) << n;
            expect_tidy_end(scene, {scene.ids[2]}, 4);
            if (store.operations <= n) {
                ASSERT_TRUE(report);
                break;
            }
            ++deaths;
        }
        EXPECT_GT(deaths, 40U);
    }
}

TEST_P(PruneRace, loses_nothing_to_another_prune_at_any_operation) {
    for (unsigned const other : {1U, 2U, 9U}) {
        for (std::size_t n = 0; n < operations_of_a_prune(GetParam()); ++n) {
            Scene scene(GetParam());
            ScriptedStore store = scene.lab.scripted();
            store.before = [&](std::size_t operation) {
                if (operation == n) {
                    scene.lab.prune(keep_last(other));
                }
            };
            must(scene.lab.prune_with(store, keep_last(1)));
            ASSERT_EQ(scene.lab.first_loss(), "") << "beside a prune to " << other << " at operation " << n;
            expect_tidy_end(scene, {scene.ids[2]}, 4);
        }
    }
}

TEST_P(PruneRace, loses_nothing_to_another_prune_that_is_killed_midway) {
    std::size_t const operations = operations_of_a_prune(GetParam());
    for (std::size_t n = 0; n < operations; n += 7) {
        for (std::size_t death = n % 5; death < operations; death += 5) {
            Scene scene(GetParam());
            ScriptedStore store = scene.lab.scripted();
            store.before = [&](std::size_t operation) {
                if (operation == n) {
                    ScriptedStore other = scene.lab.scripted();
                    other.dies_at = death;
                    [[maybe_unused]] auto const dead = scene.lab.prune_with(other, keep_last(1));
                }
            };
            must(scene.lab.prune_with(store, keep_last(1)));
            ASSERT_EQ(scene.lab.first_loss(), "") << n << " " << death;
            expect_tidy_end(scene, {scene.ids[2]}, 4);
        }
    }
}

/// A snapshot that begins, stores and publishes before these operations of a prune, or after the prune.
void play_a_writer(std::size_t begin, std::size_t put, std::size_t publish, bool two_step) {
    Scene scene(two_step);
    auto writer = scene.lab.writer();
    int done = 0;
    auto const step = [&](std::size_t now) {
        if (done == 0 && now >= begin) {
            writer.begin();
            ++done;
        }
        if (done == 1 && now >= put) {
            writer.put({"own 0", "between 1", "of a dead run", "new"});
            ++done;
        }
        if (done == 2 && now >= publish) {
            must(writer.publish());
            ++done;
        }
    };
    ScriptedStore store = scene.lab.scripted();
    store.before = step;
    must(scene.lab.prune_with(store, keep_last(1)));
    step(static_cast<std::size_t>(-1));
    EXPECT_EQ(scene.lab.first_loss(), "");
    expect_tidy_end(scene, {writer.id()}, 4);
}

// The snapshot begins, stores and publishes at any three points of the prune, or after it. It reuses chunks of what is
// being removed, and what a dead run left.
TEST_P(PruneRace, loses_nothing_of_a_snapshot_that_is_written_meanwhile) {
    std::size_t const after = operations_of_a_prune(GetParam());
    std::size_t played = 0;
    auto const next = [after](std::size_t now, std::size_t step) {
        return now == after ? after + 1 : std::min(now + step, after);
    };
    for (std::size_t begin = 0; begin < after; begin = next(begin, 8)) {
        for (std::size_t put = begin; put <= after; put = next(put, 9)) {
            for (std::size_t publish = put; publish <= after; publish = next(publish, 13)) {
                play_a_writer(begin, put, publish, GetParam());
                ASSERT_FALSE(HasFailure()) << begin << " " << put << " " << publish;
                ++played;
            }
        }
    }
    EXPECT_GT(played, 100U);
}

// It sleeps in the middle of a prune, while others prune, snapshot and reuse; then it goes on.
void play_a_sleeper(std::size_t operation_to_sleep_at, std::chrono::milliseconds nap, bool two_step) {
    Scene scene(two_step);
    ScriptedStore store = scene.lab.scripted();
    std::string later;
    store.before = [&](std::size_t operation) {
        if (operation != operation_to_sleep_at) {
            return;
        }
        auto writer = scene.lab.writer();
        writer.begin();
        writer.put({"own 0", "between 1"});
        scene.lab.prune(keep_last(1));
        scene.lab.clock.advance(1s);
        writer.beat();
        writer.put({"of a dead run"});
        must(writer.publish());
        scene.lab.clock.advance(nap);
        scene.lab.prune(keep_last(1));
        later = scene.lab.take({"own 0", "between 2", "all", "of a dead run"});
        scene.lab.prune(keep_last(1));
    };
    must(scene.lab.prune_with(store, keep_last(1)));
    EXPECT_EQ(scene.lab.first_loss(), "");
    expect_tidy_end(scene, {later}, 4);
}

TEST_P(PruneRace, loses_nothing_to_a_prune_that_wakes_up_later) {
    for (auto const nap : std::vector<std::chrono::milliseconds>{10min, 48h}) {
        for (std::size_t n = 0; n < operations_of_a_prune(GetParam()); ++n) {
            play_a_sleeper(n, nap, GetParam());
            ASSERT_FALSE(HasFailure()) << "asleep at operation " << n;
        }
    }
}

// The run is silent from its beginning on, and tries to publish at any point of the prune that gives it up, or after
// it.
TEST_P(PruneRace, loses_nothing_to_a_run_that_wakes_up_and_publishes) {
    std::size_t published = 0;
    std::size_t refused = 0;
    for (std::size_t n = 0; n <= operations_of_a_prune(GetParam()); ++n) {
        Scene scene(GetParam());
        auto zombie = scene.lab.writer();
        zombie.begin();
        zombie.put({"own 0", "between 1", "of a dead run"});
        scene.lab.clock.advance(24h);
        ScriptedStore store = scene.lab.scripted();
        auto const wake = [&] {
            auto const outcome = zombie.publish();
            ++(outcome ? published : refused);
            EXPECT_EQ(scene.lab.complete().contains(zombie.id()), outcome.has_value());
        };
        bool awake = false;
        store.before = [&](std::size_t operation) {
            if (operation == n) {
                awake = true;
                wake();
            }
        };
        must(scene.lab.prune_with(store, keep_last(2)));
        if (!awake) {
            wake();
        }
        ASSERT_EQ(scene.lab.first_loss(), "") << n;
        scene.lab.clock.advance(48h);
        scene.lab.prune(keep_last(9));
        ASSERT_EQ(scene.lab.first_loss(), "") << n;
    }
    EXPECT_GT(published, 5U);
    EXPECT_GT(refused, 5U);
}

TEST_P(PruneRace, removes_no_snapshot_that_pin_called_pinned) {
    std::size_t pinned = 0;
    for (std::size_t n = 0; n < operations_of_a_prune(GetParam()); ++n) {
        Scene scene(GetParam());
        ScriptedStore store = scene.lab.scripted();
        bool done = false;
        store.before = [&](std::size_t operation) {
            if (operation == n) {
                done = pin_snapshot({scene.lab.store, "shop"}, scene.ids[0], scene.lab.clock).has_value();
            }
        };
        must(scene.lab.prune_with(store, keep_last(1)));
        ASSERT_TRUE(!done || scene.lab.complete().contains(scene.ids[0])) << n;
        ASSERT_EQ(scene.lab.first_loss(), "");
        pinned += done ? 1 : 0;
    }
    EXPECT_GT(pinned, 5U);
}

// A restore that began before the prune reads on for as long as the grace lasts.
TEST_P(PruneRace, leaves_a_snapshot_readable_to_a_restore_that_has_begun) {
    Scene scene(GetParam());
    auto const manifest = *must(snapshot::Catalog(scene.lab.store, "shop").manifest(scene.ids[0]));
    scene.lab.prune(keep_last(1, 12h));
    EXPECT_FALSE(scene.lab.complete().contains(scene.ids[0]));
    EXPECT_TRUE(snapshot::verify_chunks(scene.lab.store, manifest, 1, [](std::uint64_t) {}));
    scene.lab.clock.advance(11h);
    scene.lab.prune(keep_last(1, 12h));
    EXPECT_TRUE(snapshot::verify_chunks(scene.lab.store, manifest, 1, [](std::uint64_t) {}));
    scene.lab.clock.advance(1h);
    scene.lab.prune(keep_last(1, 12h));
    EXPECT_FALSE(snapshot::verify_chunks(scene.lab.store, manifest, 1, [](std::uint64_t) {}));
}

} // namespace
} // namespace sluice::db_snapshot
