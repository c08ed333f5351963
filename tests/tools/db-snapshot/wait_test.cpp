#include "tools/db-snapshot/wait.hpp"

#include "tests/tools/db-snapshot/store_lab.hpp"

#include <gtest/gtest.h>

namespace sluice::db_snapshot {
namespace {

using namespace std::chrono_literals;
using test::must;

class WaitTest : public testing::Test {
  protected:
    Result<Stand> wait_for(std::string const& id, std::optional<std::chrono::milliseconds> limit = std::nullopt) {
        return wait_for_end(m_shop, id, limit, m_lab.clock);
    }
    void write(std::string const& id, snapshot::State state, time::Wall heartbeat) {
        must(m_shop.write_status({id, state, "", time::timestamp_text(heartbeat), "lab", 0, "the disk is full", {}}));
    }

    test::StoreLab m_lab{};
    snapshot::Catalog m_shop{m_lab.store, "shop"};
};

TEST_F(WaitTest, ends_at_once_with_what_has_ended) {
    auto const complete = m_lab.take({"a"});
    EXPECT_EQ(must(wait_for(complete)).standing, Standing::complete);
    auto const failed = m_lab.id_now();
    write(failed, snapshot::State::failed, m_lab.clock.wall_now());
    auto const stand = must(wait_for(failed));
    EXPECT_EQ(stand.standing, Standing::failed);
    EXPECT_EQ(stand.problem, "the disk is full");
    auto const lost = m_lab.id_now();
    write(lost, snapshot::State::complete, m_lab.clock.wall_now());
    EXPECT_EQ(must(wait_for(lost)).standing, Standing::failed);
    EXPECT_EQ(m_lab.clock.sleeps().size(), 0U);
}

TEST_F(WaitTest, waits_for_a_run_that_ends) {
    auto writer = m_lab.writer();
    writer.begin();
    int looks = 0;
    m_lab.clock.while_asleep = [&] {
        writer.beat();
        if (++looks == 100) {
            must(writer.publish());
        }
    };
    EXPECT_EQ(must(wait_for(writer.id())).standing, Standing::complete);
    EXPECT_EQ(looks, 100);
}

TEST_F(WaitTest, gives_up_at_its_deadline) {
    auto writer = m_lab.writer();
    writer.begin();
    m_lab.clock.while_asleep = [&] { writer.beat(); };
    auto const begin = m_lab.clock.steady_now();
    EXPECT_EQ(wait_for(writer.id(), 31s).error().kind, Errc::timed_out);
    EXPECT_EQ(m_lab.clock.steady_now() - begin, 31s);
    EXPECT_EQ(wait_for(writer.id(), 0s).error().kind, Errc::timed_out);
}

TEST_F(WaitTest, takes_a_still_heartbeat_for_death) {
    struct Case {
        std::chrono::seconds age; ///< of the heartbeat at the first look, by the two clocks
        std::chrono::seconds patience;
    };
    for (auto const& one : {Case{0s, 60s}, Case{1h, 16s}, Case{-1h, 60s}}) {
        auto const id = m_lab.id_now();
        write(id, snapshot::State::running, m_lab.clock.wall_now() - one.age);
        auto const begin = m_lab.clock.steady_now();
        EXPECT_EQ(must(wait_for(id)).standing, Standing::dead);
        EXPECT_EQ(m_lab.clock.steady_now() - begin, one.patience) << one.age.count();
    }
}

// Its machine's clock is an hour behind ours.
TEST_F(WaitTest, believes_a_heartbeat_that_moves) {
    auto const id = m_lab.id_now();
    write(id, snapshot::State::running, m_lab.clock.wall_now() - 1h);
    m_lab.clock.while_asleep = [&] { write(id, snapshot::State::running, m_lab.clock.wall_now() - 1h); };
    EXPECT_EQ(wait_for(id, 10min).error().kind, Errc::timed_out);
}

TEST_F(WaitTest, knows_what_was_given_up_and_what_never_was) {
    auto const id = m_lab.die({"a"});
    EXPECT_TRUE(must(m_shop.give_up(id, m_lab.clock.wall_now())));
    EXPECT_EQ(must(wait_for(id)).standing, Standing::dead);
    EXPECT_EQ(wait_for("20200101T000000Z-0000").error().kind, Errc::not_found);
}

} // namespace
} // namespace sluice::db_snapshot
