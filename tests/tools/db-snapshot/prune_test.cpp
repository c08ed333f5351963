#include "tools/db-snapshot/prune.hpp"

#include "tests/support/scripted_store.hpp"
#include "tests/tools/db-snapshot/store_lab.hpp"
#include "tools/db-snapshot/pin.hpp"

#include <gtest/gtest.h>

namespace sluice::db_snapshot {
namespace {

using namespace std::chrono_literals;
using snapshot::Catalog;
using test::LabWriter;
using test::must;

PruneRules keep_last(unsigned count, std::chrono::milliseconds grace = 12h) {
    return {.keep = {.last = count}, .grace = grace};
}

class PruneTest : public testing::Test {
  protected:
    /// Three snapshots, a day apart: each shares a chunk with the next one and has one of its own.
    void take_three() {
        for (int i = 0; i < 3; ++i) {
            std::string const n = std::to_string(i);
            std::string const next = std::to_string(i + 1);
            m_ids.push_back(m_lab.take({"own " + n, "between " + n, "between " + next}));
            m_lab.clock.advance(24h);
        }
    }
    [[nodiscard]] Catalog shop() { return {m_lab.store, "shop"}; }

    test::StoreLab m_lab{};
    std::vector<std::string> m_ids{};
};

TEST_F(PruneTest, removes_snapshots_and_frees_their_chunks_after_the_grace) {
    take_three();
    ASSERT_EQ(m_lab.count("chunks/"), 7U);
    auto const first = m_lab.prune(keep_last(1));
    EXPECT_EQ(m_lab.complete(), (std::set<std::string>{m_ids[2]}));
    EXPECT_EQ(first.sweep.set_aside.chunks, 4U);
    EXPECT_EQ(first.sweep.freed.chunks, 0U);
    EXPECT_EQ(first.sweep.in_trash.chunks, 4U);
    EXPECT_EQ(m_lab.count("chunks/"), 3U);
    EXPECT_EQ(m_lab.first_loss(), "");

    m_lab.clock.advance(11h);
    EXPECT_EQ(m_lab.prune(keep_last(1)).sweep.freed.chunks, 0U);
    m_lab.clock.advance(1h);
    auto const last = m_lab.prune(keep_last(1));
    EXPECT_EQ(last.sweep.freed.chunks, 4U);
    EXPECT_EQ(last.sweep.freed.bytes, first.sweep.set_aside.bytes);
    EXPECT_EQ(m_lab.count("trash/"), 0U);
    EXPECT_EQ(m_lab.first_loss(), "");
    EXPECT_EQ(m_lab.count("snapshots/shop/" + m_ids[0] + "/"), 0U);
}

// Two hundred lines, of which one is of that version.
std::string lines(std::string const& version) {
    std::string text;
    for (int i = 0; i < 200; ++i) {
        text += "line " + std::to_string(i * 7919) + (i == 100 ? " of version " + version : " as ever") + "\n";
    }
    return text;
}

TEST_F(PruneTest, keeps_what_a_difference_is_made_to) {
    for (auto const* const version : {"one", "two", "three"}) {
        m_ids.push_back(m_lab.take({lines(version)}));
        m_lab.clock.advance(24h);
    }
    ASSERT_EQ(must(shop().manifest(m_ids[2]))->chunks.size(), 2U) << "the test means to have a difference";
    auto const report = m_lab.prune(keep_last(1, 0h));
    EXPECT_EQ(m_lab.complete(), (std::set<std::string>{m_ids[2]}));
    EXPECT_EQ(report.sweep.set_aside.chunks, 1U) << "the difference of the second";
    EXPECT_EQ(m_lab.first_loss(), "");
    EXPECT_EQ(m_lab.count("chunks/"), 2U);
}

// The run has read the base in its place, and relies on it; only its manifest will say so.
TEST_F(PruneTest, brings_back_what_a_running_snapshot_makes_a_difference_to) {
    m_lab.take({lines("one")});
    LabWriter run = m_lab.writer();
    run.begin();
    run.put({lines("two")});
    m_lab.clock.advance(1min);
    m_lab.take({"something else"});
    EXPECT_EQ(m_lab.prune(keep_last(1, 0h)).sweep.freed.chunks, 0U);
    EXPECT_EQ(m_lab.count("trash/"), 2U) << "the base and the record";
    must(run.publish());
    EXPECT_EQ(m_lab.first_loss(), "");
    EXPECT_EQ(m_lab.prune(keep_last(2, 0h)).sweep.put_back.chunks, 1U);
    EXPECT_EQ(m_lab.first_loss(), "");
    EXPECT_EQ(m_lab.count("trash/"), 0U);
}

TEST_F(PruneTest, frees_at_once_without_grace) {
    take_three();
    EXPECT_EQ(m_lab.prune(keep_last(2, 0h)).sweep.freed.chunks, 2U);
    EXPECT_EQ(m_lab.count("trash/"), 0U);
    EXPECT_EQ(m_lab.first_loss(), "");
}

TEST_F(PruneTest, counts_and_changes_nothing_in_a_dry_run) {
    take_three();
    m_lab.die({"of a dead run"});
    m_lab.clock.advance(48h);
    auto const before = m_lab.store.objects;
    auto rules = keep_last(1);
    rules.dry_run = true;
    auto const report = m_lab.prune(rules);
    EXPECT_EQ(m_lab.store.objects, before);
    EXPECT_EQ(report.released.chunks, 4U);
    for (std::size_t i = 0; i < report.snapshots.size(); ++i) {
        EXPECT_EQ(report.snapshots[i].removed, i != 2) << i;
    }
    // The chunk of the dead run, which no snapshot ever listed, is not among those that are released.
    EXPECT_EQ(m_lab.prune(keep_last(1)).sweep.set_aside.chunks, report.released.chunks + 1);
}

TEST_F(PruneTest, leaves_the_chunks_of_other_names) {
    take_three();
    std::string const other = m_lab.take({"own 0", "between 1"}, "other");
    must(prune_store(m_lab.store, {"shop"}, keep_last(1, 0h), m_lab.clock));
    EXPECT_EQ(m_lab.complete("other"), std::set<std::string>{other});
    EXPECT_EQ(m_lab.first_loss(), "");
    EXPECT_EQ(m_lab.count("chunks/"), 5U);
}

TEST_F(PruneTest, keeps_pinned_and_verified_snapshots) {
    take_three();
    must(shop().pin(m_ids[0], m_lab.clock.wall_now()));
    must(shop().note_verified(m_ids[1], m_lab.clock.wall_now(), false));
    m_lab.prune(keep_last(1, 0h));
    EXPECT_EQ(m_lab.complete().size(), 3U);
    must(shop().unpin(m_ids[0]));
    m_lab.prune(keep_last(1, 0h));
    EXPECT_EQ(m_lab.complete(), (std::set<std::string>{m_ids[1], m_ids[2]}));
    EXPECT_EQ(m_lab.first_loss(), "");
}

TEST_F(PruneTest, clears_what_a_dead_run_left_only_when_nothing_younger_runs) {
    take_three();
    std::string const dead = m_lab.die({"of a dead run"});
    EXPECT_EQ(m_lab.prune(keep_last(9, 0h)).sweep.set_aside.chunks, 0U) << "it still beats";
    m_lab.clock.advance(11h);
    EXPECT_EQ(m_lab.prune(keep_last(9)).sweep.set_aside.chunks, 0U) << "its retry may find what it stored";
    m_lab.clock.advance(1h);
    auto running = m_lab.writer();
    running.begin();
    auto const report = m_lab.prune(keep_last(9));
    EXPECT_EQ(report.sweep.set_aside.chunks, 0U) << "a snapshot is being written";
    EXPECT_EQ(m_lab.count("snapshots/shop/" + dead), 0U);
    running.put({"new"});
    must(running.publish());
    EXPECT_EQ(m_lab.prune(keep_last(9)).sweep.set_aside.chunks, 1U);
    m_lab.clock.advance(12h);
    EXPECT_EQ(m_lab.prune(keep_last(9)).sweep.freed.chunks, 1U);
    EXPECT_EQ(m_lab.first_loss(), "");
    EXPECT_EQ(m_lab.complete().size(), 4U);
}

TEST_F(PruneTest, removes_nothing_when_it_cannot_tell_what_is_needed) {
    take_three();
    std::string const manifest = "snapshots/shop/" + m_ids[0] + "/manifest.json";
    std::string const sound = m_lab.store.objects.at(manifest);
    for (bool const gone : {false, true}) {
        m_lab.store.objects[manifest] = sound.substr(1);
        if (gone) {
            m_lab.store.objects.erase(manifest);
        }
        auto const before = m_lab.store.objects;
        auto const report = m_lab.prune_with(m_lab.store, keep_last(1, 0h));
        ASSERT_FALSE(report);
        EXPECT_EQ(report.error().kind, Errc::bad_data);
        EXPECT_NE(report.error().hint.find("snapshots/shop/" + m_ids[0] + "/"), std::string::npos);
        EXPECT_EQ(m_lab.store.objects, before);
    }
    // A pruned name is not the only one that refers to chunks.
    m_lab.store.objects["snapshots/other/" + m_ids[0] + "/manifest.json"] = "{}";
    m_lab.store.objects[manifest] = sound;
    EXPECT_FALSE(prune_store(m_lab.store, {"shop"}, keep_last(1, 0h), m_lab.clock));
    EXPECT_EQ(m_lab.complete().size(), 3U);
}

TEST_F(PruneTest, finishes_what_a_killed_prune_began) {
    take_three();
    must(shop().mark_for_removal(m_ids[0], "20261122T000000Z-dead"));
    must(m_lab.store.remove("snapshots/shop/" + m_ids[0] + "/status.json"));
    m_lab.prune(keep_last(3, 0h));
    EXPECT_EQ(m_lab.complete().size(), 3U) << "its manifest is there, so the rules decide";
    EXPECT_EQ(must(shop().removal_marks(m_ids[0])).size(), 0U);

    must(shop().mark_for_removal(m_ids[1], "20261122T000000Z-dead"));
    must(m_lab.store.remove("snapshots/shop/" + m_ids[1] + "/status.json"));
    must(m_lab.store.remove("snapshots/shop/" + m_ids[1] + "/manifest.json"));
    m_lab.prune(keep_last(3, 0h));
    EXPECT_EQ(m_lab.count("snapshots/shop/" + m_ids[1]), 0U);
    EXPECT_EQ(m_lab.count("chunks/"), 6U);
    EXPECT_EQ(m_lab.first_loss(), "");
}

TEST_F(PruneTest, goes_on_after_what_cannot_be_removed) {
    take_three();
    test::ScriptedStore stubborn(m_lab.store);
    stubborn.refuses_to_remove = "snapshots/shop/" + m_ids[0];
    auto const report = must(m_lab.prune_with(stubborn, keep_last(1, 0h)));
    ASSERT_EQ(report.failures.size(), 1U);
    EXPECT_EQ(report.failures[0].kind, Errc::denied);
    EXPECT_FALSE(report.snapshots[0].removed);
    EXPECT_TRUE(report.snapshots[1].removed);
    EXPECT_EQ(m_lab.complete(), (std::set<std::string>{m_ids[0], m_ids[2]}));
    EXPECT_EQ(m_lab.first_loss(), "");
}

TEST_F(PruneTest, does_not_let_a_run_publish_that_it_took_for_dead) {
    take_three();
    auto zombie = m_lab.writer();
    zombie.begin();
    zombie.put({"own 0", "between 1", "new"});
    m_lab.clock.advance(24h);
    m_lab.prune(keep_last(1, 0h));
    EXPECT_EQ(m_lab.count("given-up/"), 1U);
    auto const published = zombie.publish();
    ASSERT_FALSE(published);
    EXPECT_EQ(published.error().kind, Errc::temporary);
    EXPECT_EQ(m_lab.complete(), (std::set<std::string>{m_ids[2]}));
    EXPECT_EQ(m_lab.first_loss(), "");
    m_lab.clock.advance(24h * 31);
    m_lab.prune(keep_last(1, 0h));
    EXPECT_EQ(m_lab.count("given-up/"), 0U);
    EXPECT_EQ(m_lab.count("snapshots/shop/" + zombie.id()), 0U);
}

// Its machine's clock is an hour behind: the heartbeat looks old, but it moves.
TEST_F(PruneTest, believes_a_heartbeat_that_moves_and_not_the_clock) {
    take_three();
    auto alive = m_lab.writer();
    alive.begin();
    alive.put({"own 0"});
    m_lab.clock.advance(1h);
    test::FakeClock behind(m_lab.clock.wall_now() - 1h);
    m_lab.clock.while_asleep = [&] {
        auto status = *must(shop().status(alive.id()));
        status.heartbeat = time::timestamp_text(behind.wall_now() + 5s);
        must(shop().write_status(status));
    };
    auto const report = m_lab.prune(keep_last(1, 0h));
    EXPECT_EQ(report.sweep.waiting, std::vector<std::string>{"shop " + alive.id()});
    EXPECT_EQ(m_lab.clock.sleeps().size(), 1U);
    must(alive.publish());
    EXPECT_EQ(m_lab.first_loss(), "");
    m_lab.prune(keep_last(2, 0h));
    EXPECT_EQ(m_lab.count("trash/"), 0U);
    EXPECT_EQ(m_lab.first_loss(), "");
}

TEST_F(PruneTest, pins_what_is_there) {
    take_three();
    must(pin_snapshot(shop(), m_ids[0], m_lab.clock));
    EXPECT_TRUE(must(shop().is_pinned(m_ids[0])));
    EXPECT_EQ(pin_snapshot(shop(), "20200101T000000Z-0000", m_lab.clock).error().kind, Errc::not_found);
    must(shop().mark_for_removal(m_ids[1], "20261122T000000Z-0000"));
    EXPECT_EQ(pin_snapshot(shop(), m_ids[1], m_lab.clock).error().kind, Errc::temporary);
    m_lab.prune(keep_last(1, 0h));
    EXPECT_EQ(m_lab.complete().size(), 3U);
}

} // namespace
} // namespace sluice::db_snapshot
