#include "common/snapshot/bundle.hpp"

#include "tests/tools/db-snapshot/store_lab.hpp"

#include <gtest/gtest.h>

namespace sluice::db_snapshot {
namespace {

using namespace std::chrono_literals;
using snapshot::Bundle;
using snapshot::Catalog;
using snapshot::Member;
using test::must;

class BundleTest : public testing::Test {
  protected:
    void tie(std::string const& name, std::vector<Member> members) {
        must(snapshot::write_bundle(m_lab.store, {name, std::move(members)}, m_lab.clock.wall_now()));
    }
    [[nodiscard]] Result<void> check(std::string const& name, std::string const& id) {
        return Catalog(m_lab.store, name).find(id, m_lab.clock.wall_now()).map([](snapshot::Manifest const&) {});
    }

    test::StoreLab m_lab{};
};

TEST_F(BundleTest, comes_back_as_it_was_written) {
    std::string const shop = m_lab.take({"a"});
    std::string const files = m_lab.take({"b"}, "files");
    tie("release-42", {{"shop", shop}, {"files", files}});
    tie("release-42", {{"shop", shop}, {"files", files}});
    auto const back = must(snapshot::read_bundle(m_lab.store, "release-42"));
    EXPECT_EQ(back.members, (std::vector<Member>{{"shop", shop}, {"files", files}}));
    EXPECT_EQ(must(snapshot::bundles_of(m_lab.store, {"files", files})), std::vector<std::string>{"release-42"});
    EXPECT_EQ(snapshot::read_bundle(m_lab.store, "release-43").error().kind, Errc::not_found);
}

TEST_F(BundleTest, has_its_members_for_good) {
    std::string const shop = m_lab.take({"a"});
    tie("b", {{"shop", shop}});
    EXPECT_EQ(snapshot::write_bundle(m_lab.store, {"b", {{"shop", m_lab.take({"c"})}}}, {}).error().kind,
              Errc::refused);
    EXPECT_EQ(snapshot::write_bundle(m_lab.store, {"c", {{"shop", "20200101T000000Z-0000"}}}, {}).error().kind,
              Errc::not_found);
    EXPECT_EQ(snapshot::write_bundle(m_lab.store, {"../c", {{"shop", shop}}}, {}).error().kind, Errc::usage);
}

// What restores asks for its snapshot in this way.
TEST_F(BundleTest, is_not_restored_before_it_is_complete) {
    std::string const shop = m_lab.take({"a"});
    auto files = m_lab.writer("files");
    files.begin();
    tie("b", {{"shop", shop}, {"files", files.id()}});
    auto const early = check("shop", shop);
    ASSERT_FALSE(early);
    EXPECT_EQ(early.error().kind, Errc::refused);
    EXPECT_NE(early.error().message.find("files/" + files.id()), std::string::npos);
    files.put({"b"});
    must(files.publish());
    EXPECT_TRUE(check("shop", shop));
    must(m_lab.store.remove("bundles/b.json"));
    EXPECT_EQ(check("shop", shop).error().kind, Errc::refused) << "a mark without a list";
}

TEST_F(BundleTest, is_pruned_whole_or_not_at_all) {
    std::vector<std::string> shops;
    std::vector<std::string> files;
    for (int i = 0; i < 3; ++i) {
        std::string const n = std::to_string(i);
        shops.push_back(m_lab.take({"shop " + n}));
        files.push_back(m_lab.take({"files " + n}, "files"));
        tie("b" + n, {{"shop", shops.back()}, {"files", files.back()}});
        m_lab.clock.advance(24h);
    }
    must(Catalog(m_lab.store, "files").pin(files[0], {}));
    PruneRules const rules{.keep = {.last = 1}};
    must(prune_store(m_lab.store, {"shop"}, rules, m_lab.clock));
    EXPECT_EQ(m_lab.complete().size(), 3U) << "'files' is not pruned";
    auto const report = m_lab.prune(rules);
    EXPECT_EQ(m_lab.complete(), (std::set<std::string>{shops[0], shops[2]}));
    EXPECT_EQ(m_lab.complete("files"), (std::set<std::string>{files[0], files[2]}));
    EXPECT_EQ(m_lab.count("bundles/"), 2U);
    EXPECT_TRUE(check("shop", shops[0]));
    EXPECT_EQ(m_lab.first_loss(), "");
}

TEST(BundlesWhole, follow_ties_through_several_bundles) {
    auto const in = [](bool keep, std::vector<std::string> bundles) {
        PrunedSnapshot one;
        one.verdict.keep = keep;
        one.seen.bundles = std::move(bundles);
        return one;
    };
    std::vector<PrunedSnapshot> snapshots{in(false, {"a"}), in(false, {"a", "b"}), in(true, {"b"}),
                                          in(false, {"c"}), in(false, {}),         in(false, {"d"})};
    keep_bundles_whole(snapshots, {"d"});
    std::vector<bool> kept;
    for (auto const& one : snapshots) {
        kept.push_back(one.verdict.keep);
    }
    EXPECT_EQ(kept, (std::vector<bool>{true, true, true, false, false, true}));
}

} // namespace
} // namespace sluice::db_snapshot
