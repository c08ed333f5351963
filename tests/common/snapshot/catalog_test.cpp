#include "common/snapshot/catalog.hpp"

#include "common/snapshot/chunk.hpp"
#include "common/snapshot/chunk_writer.hpp"
#include "common/time/timestamp.hpp"
#include "tests/common/snapshot/example_manifest.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::snapshot {
namespace {

using namespace std::chrono_literals;
using test::must;

constexpr char const* k_older = "20261120T000000Z-aaaa";
constexpr char const* k_old = "20261121T000000Z-aaaa";
constexpr char const* k_new = "20261122T000000Z-aaaa";

class CatalogTest : public testing::Test {
  protected:
    [[nodiscard]] Status status_of(std::string const& id, State state) const {
        std::string const now = time::timestamp_text(m_clock.wall_now());
        return {id, state, now, now, "host-1", 7, state == State::failed ? "the disk is full" : ""};
    }
    void put_complete(std::string const& id) {
        must(m_catalog.write_status(status_of(id, State::complete)));
        auto manifest = test::example_manifest();
        manifest.id = id;
        must(m_catalog.publish(manifest));
    }
    Error not_found(std::string const& wanted) {
        auto const outcome = m_catalog.find(wanted, m_clock.wall_now());
        return outcome ? Error{Errc::internal, "found", {}, {}, {}} : outcome.error();
    }

    test::FakeClock m_clock{};
    test::MemoryStore m_store{};
    Catalog m_catalog{m_store, "shop"};
};

TEST_F(CatalogTest, gives_back_a_status_as_it_was_written) {
    for (State const state : {State::running, State::complete, State::failed}) {
        must(m_catalog.write_status(status_of(k_new, state)));
        Status const back = *must(m_catalog.status(k_new));
        EXPECT_EQ(back.state, state);
        EXPECT_EQ(back.id, k_new);
        EXPECT_EQ(back.host, "host-1");
        EXPECT_EQ(back.bytes_done, 7U);
        EXPECT_EQ(back.error, state == State::failed ? "the disk is full" : "");
    }
}

TEST_F(CatalogTest, has_no_status_for_what_never_began) { EXPECT_EQ(must(m_catalog.status(k_new)), std::nullopt); }

TEST_F(CatalogTest, refuses_a_status_it_does_not_understand) {
    must(m_catalog.write_status(status_of(k_new, State::running)));
    std::string& text = m_store.objects.at("snapshots/shop/" + std::string(k_new) + "/status.json");
    std::string const sound = text;
    for (auto const& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"running", "resting"}, {"\"version\": 1", "\"version\": 2"}, {"\"host\"", "\"ghost\""}, {"}", ""}}) {
        text = sound;
        text.replace(text.find(from), from.size(), to);
        EXPECT_EQ(m_catalog.status(k_new).error().kind, Errc::bad_data) << to;
    }
}

TEST_F(CatalogTest, calls_a_silent_run_dead_only_after_a_minute) {
    Status const status = status_of(k_new, State::running);
    EXPECT_EQ(state_text(status, m_clock.wall_now()), "running");
    EXPECT_EQ(state_text(status, m_clock.wall_now() + 60s), "running");
    EXPECT_EQ(state_text(status, m_clock.wall_now() + 60s + 1ms), "dead");
}

// The machine that looks may be behind the one that writes.
TEST_F(CatalogTest, takes_a_heartbeat_from_the_future_for_alive) {
    EXPECT_EQ(state_text(status_of(k_new, State::running), m_clock.wall_now() - 1h), "running");
}

TEST_F(CatalogTest, never_calls_an_ended_run_dead) {
    auto const much_later = m_clock.wall_now() + 24h * 365;
    EXPECT_EQ(state_text(status_of(k_new, State::complete), much_later), "complete");
    EXPECT_EQ(state_text(status_of(k_new, State::failed), much_later), "failed");
}

TEST_F(CatalogTest, calls_a_run_dead_whose_heartbeat_is_no_time) {
    Status status = status_of(k_new, State::running);
    status.heartbeat = "soon";
    EXPECT_TRUE(status.is_stale(m_clock.wall_now()));
}

TEST_F(CatalogTest, lists_ids_oldest_first_and_nothing_else) {
    for (char const* id : {k_new, k_older, k_old}) {
        must(m_catalog.write_status(status_of(id, State::running)));
    }
    must(m_store.write("snapshots/shop/lost+found/x", ""));
    must(m_store.write("snapshots/shop2/" + std::string(k_new) + "/status.json", ""));
    EXPECT_EQ(must(m_catalog.ids()), (std::vector<std::string>{k_older, k_old, k_new}));
    EXPECT_EQ(must(database_names(m_store)), (std::vector<std::string>{"shop", "shop2"}));
}

TEST_F(CatalogTest, never_held_what_was_never_begun) {
    EXPECT_EQ(must(m_catalog.history()), History::never);
    must(m_store.write("snapshots/other/" + std::string(k_new) + "/status.json", "{}"));
    EXPECT_EQ(must(m_catalog.history()), History::never);
}

TEST_F(CatalogTest, remembers_that_it_held_something_when_all_of_it_is_gone) {
    must(m_catalog.write_status(status_of(k_new, State::running)));
    EXPECT_EQ(must(m_catalog.history()), History::had);
    must(m_store.remove("snapshots/shop/" + std::string(k_new) + "/status.json"));
    EXPECT_TRUE(must(m_catalog.ids()).empty());
    EXPECT_EQ(must(m_catalog.history()), History::had);
}

TEST_F(CatalogTest, held_something_when_only_the_snapshot_itself_says_so) {
    must(m_store.write("snapshots/shop/" + std::string(k_new) + "/manifest.json", "damaged"));
    EXPECT_EQ(must(m_catalog.history()), History::had);
}

// The one answer that allows an empty database must not come from a store that did not answer.
TEST_F(CatalogTest, cannot_say_never_of_a_store_out_of_reach) {
    m_store.out_of_reach = true;
    EXPECT_EQ(m_catalog.history().error().kind, Errc::temporary);
    EXPECT_EQ(m_catalog.latest().error().kind, Errc::temporary);
    EXPECT_EQ(m_catalog.find("latest", m_clock.wall_now()).error().kind, Errc::temporary);
}

TEST_F(CatalogTest, has_no_latest_before_the_first_promotion) { EXPECT_EQ(must(m_catalog.latest()), std::nullopt); }

TEST_F(CatalogTest, never_takes_latest_back_to_an_older_one) {
    must(m_catalog.promote(k_old));
    must(m_catalog.promote(k_new));
    must(m_catalog.promote(k_old));
    EXPECT_EQ(must(m_catalog.latest()), k_new);
}

TEST_F(CatalogTest, writes_latest_anew_when_it_is_damaged) {
    must(m_store.write("snapshots/shop/latest", "garbage"));
    EXPECT_EQ(m_catalog.latest().error().kind, Errc::bad_data);
    must(m_catalog.promote(k_old));
    EXPECT_EQ(must(m_catalog.latest()), k_old);
}

TEST_F(CatalogTest, resolves_latest_and_full_ids) {
    put_complete(k_old);
    must(m_catalog.promote(k_old));
    EXPECT_EQ(must(m_catalog.resolve("latest")), k_old);
    EXPECT_EQ(must(m_catalog.resolve(k_new)), k_new);
    EXPECT_EQ(must(m_catalog.find("latest", m_clock.wall_now())).id, k_old);
}

TEST_F(CatalogTest, asks_whether_a_near_id_was_meant) {
    put_complete(k_old);
    auto const outcome = m_catalog.resolve("20261121T00000Z-aaaa");
    EXPECT_EQ(outcome.error().kind, Errc::usage);
    EXPECT_EQ(outcome.error().hint, "did you mean '" + std::string(k_old) + "'?");
    EXPECT_EQ(m_catalog.resolve("Latest").error().kind, Errc::usage);
    EXPECT_EQ(m_catalog.resolve("../shop2").error().kind, Errc::usage);
}

TEST_F(CatalogTest, says_what_became_of_a_snapshot_that_is_not_whole) {
    must(m_catalog.write_status(status_of(k_new, State::running)));
    EXPECT_EQ(not_found(k_new).kind, Errc::temporary);
    EXPECT_EQ(not_found(k_new).message, "snapshot '" + std::string(k_new) + "' is not complete: it is running");
    m_clock.advance(61s);
    EXPECT_EQ(not_found(k_new).kind, Errc::not_found);
    EXPECT_NE(not_found(k_new).message.find("it is dead"), std::string::npos);
    must(m_catalog.write_status(status_of(k_new, State::failed)));
    EXPECT_NE(not_found(k_new).message.find("it is failed (the disk is full)"), std::string::npos);
    EXPECT_EQ(not_found(k_old).kind, Errc::not_found);
}

// Only the manifest makes a snapshot; the status is for people who wait.
TEST_F(CatalogTest, does_not_find_a_complete_status_without_a_manifest) {
    must(m_catalog.write_status(status_of(k_new, State::complete)));
    must(m_catalog.promote(k_new));
    EXPECT_EQ(not_found("latest").kind, Errc::not_found);
}

TEST_F(CatalogTest, passes_on_that_a_manifest_is_damaged) {
    put_complete(k_new);
    m_store.objects.at("snapshots/shop/" + std::string(k_new) + "/manifest.json")[100] ^= 1;
    EXPECT_EQ(not_found(k_new).kind, Errc::bad_data);
}

TEST(CheckName, takes_what_is_safe_in_a_path) {
    for (char const* name : {"shop", "shop_2.old-one", "_x", "9"}) {
        EXPECT_TRUE(check_name(name)) << name;
    }
    for (std::string const& name :
         {std::string(""), std::string(".."), std::string(".hidden"), std::string("a/b"), std::string("ä"),
          std::string("a b"), std::string("-x"), std::string("a\n"), std::string(64, 'x')}) {
        EXPECT_EQ(check_name(name).error().kind, Errc::usage) << name;
    }
    EXPECT_TRUE(check_name(std::string(63, 'x')));
}

TEST(SnapshotId, begins_with_the_time_and_has_the_form_of_an_id) {
    test::FakeClock const clock;
    std::string const id = new_snapshot_id(clock);
    EXPECT_TRUE(id.starts_with("20261122T000000Z-")) << id;
    EXPECT_TRUE(is_snapshot_id(id));
    for (char const* wrong : {"", "latest", "20261122T000000Z", "20261122T000000Z-AAAA", "20261122T000000Z-aaaa/x"}) {
        EXPECT_FALSE(is_snapshot_id(wrong)) << wrong;
    }
}

TEST(VerifyChunks, reads_every_chunk_and_finds_the_bad_one) {
    test::MemoryStore store;
    ChunkWriter writer(store, {});
    Compressor compressor;
    for (int i = 0; i < 20; ++i) {
        must(writer.put("chunk " + std::to_string(i), compressor));
    }
    Manifest manifest;
    manifest.chunks = writer.take_chunks();
    std::uint64_t bytes = 0;
    must(verify_chunks(store, manifest, 1, [&](std::uint64_t size) { bytes += size; }));
    EXPECT_EQ(bytes, 10U * 7 + 10U * 8);
    store.objects.at(chunk_key(manifest.chunks[13].id)).back() ^= 1;
    auto const outcome = verify_chunks(store, manifest, 1, [](std::uint64_t) {});
    EXPECT_EQ(outcome.error().kind, Errc::bad_data);
    EXPECT_NE(outcome.error().message.find(manifest.chunks[13].id), std::string::npos);
}

} // namespace
} // namespace sluice::snapshot
