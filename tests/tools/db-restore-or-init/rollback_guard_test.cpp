#include "tools/db-restore-or-init/rollback_guard.hpp"

#include "tools/db-restore-or-init/markers.hpp"
#include "tools/db-restore-or-init/provenance.hpp"
#include "tools/db-restore-or-init/rollback_marker.hpp"

#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

constexpr char const* k_server = "7700000000000000001";
constexpr char const* k_other_server = "7700000000000000002";
constexpr char const* k_id = "20261122T001530Z-3f9a";

TargetFacts target(Json const& marker, std::string const& setting = {}) {
    ExistingTarget existing;
    existing.oid = 5000;
    existing.ours = true;
    existing.properties.owner = "shop_owner";
    existing.environment_setting = setting;
    existing.comment = snapshot::split_comment(marker.is_null() ? "Ours" : snapshot::join_comment("Ours", marker));
    return {"shop", k_server, {"stage", false, true}, existing};
}

TargetFacts production() { return target(environment_marker("production", k_server)); }
TargetFacts stage(std::string const& made_from = "20261101T000000Z-aaaa") {
    Provenance provenance;
    provenance.stage = "acceptance";
    provenance.origin = "snapshot";
    provenance.snapshot = made_from;
    return target(to_marker(provenance));
}
TargetFacts recovered() {
    Provenance provenance;
    provenance.stage = "production";
    provenance.origin = "snapshot";
    return target(to_marker(provenance));
}

snapshot::Manifest taken_of(std::string const& database, std::string const& server = k_server, std::uint32_t oid = 4000,
                            std::string const& pipeline = "17") {
    snapshot::Manifest manifest;
    manifest.id = k_id;
    manifest.started = "2026-11-22T00:15:30.000Z";
    manifest.inventory.source.database = database;
    manifest.inventory.source.system_identifier = server;
    manifest.inventory.source.database_oid = oid;
    manifest.pipeline = {"gitlab", pipeline, "", ""};
    return manifest;
}

RollbackRequest asked(std::string to, std::string identifier, std::string const& pipeline = "17") {
    return {std::move(to), std::move(identifier), {"gitlab", pipeline, "", ""}};
}

struct Case {
    char const* what;
    TargetFacts facts;
    snapshot::Manifest snapshot;
    RollbackRequest request;
    std::string fact; ///< why not; empty: allowed
};

class Guarding : public testing::TestWithParam<Case> {};

TEST_P(Guarding, refuses_with_the_fact) {
    auto const& given = GetParam();
    auto const outcome = check_rollback(given.facts, given.snapshot, given.request);
    if (given.fact.empty()) {
        EXPECT_TRUE(outcome) << given.what << ": " << outcome.error().message;
        return;
    }
    ASSERT_FALSE(outcome) << given.what;
    EXPECT_EQ(outcome.error().kind, Errc::refused) << given.what;
    EXPECT_NE(outcome.error().message.find(given.fact), std::string::npos) << outcome.error().message;
    EXPECT_FALSE(outcome.error().hint.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Targets, Guarding,
    testing::Values(
        Case{"this pipeline's own", production(), taken_of("shop"), asked("latest", k_server), ""},
        Case{"named by id", production(), taken_of("shop", k_server, 4000, "9"), asked(k_id, k_server), ""},
        Case{"renamed since", production(), taken_of("old_shop", k_server, 5000), asked(k_id, k_server), ""},
        Case{"by setting", target({}, "production"), taken_of("shop"), asked(k_id, k_server), ""},
        Case{"another pipeline's latest", production(), taken_of("shop", k_server, 4000, "9"),
             asked("latest", k_server), "was not taken by this pipeline"},
        Case{"no pipeline is no pipeline", production(), taken_of("shop", k_server, 4000, ""),
             asked("latest", k_server, ""), "was not taken by this pipeline"},
        Case{"identifier not stated", production(), taken_of("shop"), asked(k_id, ""), "is production, and"},
        Case{"identifier not stated, by setting", target({}, "production"), taken_of("shop"), asked(k_id, ""),
             "is production, and"},
        Case{"another identifier", production(), taken_of("shop"), asked(k_id, k_other_server), "--production says"},
        Case{"mark of another server", target(environment_marker("production", k_other_server)), taken_of("shop"),
             asked(k_id, k_server), "made on another server"},
        Case{"another database's", production(), taken_of("blog"), asked(k_id, k_server), "is not one of"},
        Case{"another server's", production(), taken_of("shop", k_other_server), asked(k_id, k_server),
             "is not one of"},
        Case{"made as production", recovered(), taken_of("shop"), asked(k_id, k_server), ""},
        Case{"made as production, identifier not stated", recovered(), taken_of("shop"), asked(k_id, ""),
             "is production, and"},
        Case{"a stage's own", stage(), taken_of("shop"), asked("latest", "", "9"), ""},
        Case{"what a stage was made from", stage(k_id), taken_of("prod", k_other_server), asked(k_id, ""), ""},
        Case{"a stage marked by people", target(environment_marker("acceptance", k_server)), taken_of("shop"),
             asked("latest", ""), ""},
        Case{"other data for a stage", stage(), taken_of("prod", k_other_server), asked(k_id, ""), "is not one of"},
        Case{"a stage called production", stage(), taken_of("shop"), asked(k_id, k_server),
             "is not marked as production"},
        Case{"unmarked", target({}), taken_of("shop"), asked(k_id, ""), "nothing says what"},
        Case{"unmarked, called production", target({}), taken_of("shop"), asked(k_id, k_server), "nothing says what"},
        Case{"damaged mark", target({{"version", 9}}), taken_of("shop"), asked(k_id, k_server), "is damaged"},
        Case{"side database", target(leftover_marker("x", "y")), taken_of("shop"), asked(k_id, ""), "side database"}));

TEST(RollbackGuard, never_gives_production_masked_data) {
    auto masked = taken_of("shop");
    masked.masked = true;
    auto const outcome = check_rollback(production(), masked, asked(k_id, k_server));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::refused);
    EXPECT_NE(outcome.error().message.find("is masked"), std::string::npos);
}

TEST(RollbackGuard, has_nothing_to_put_back_where_there_is_nothing) {
    TargetFacts facts = stage();
    facts.existing.reset();
    EXPECT_EQ(check_rollback(facts, taken_of("shop"), asked(k_id, "")).error().kind, Errc::not_found);
}

TEST(RollbackMarker, keeps_a_mark_that_people_made_and_adds_what_happened) {
    RollbackRecord const record{"2026-11-22T02:00:00.000Z",
                                {{"shop.items", TableFate::kept, Certainty::exact, {1, 2, 3}, {}, {}}},
                                {"rescued in shop.orders: 4 inserted, 0 updated"},
                                {"gitlab", "17", "", ""}};
    auto const marker = test::must(marker_after_rollback(production(), taken_of("shop"), record));
    EXPECT_EQ(marker["environment"], "production");
    EXPECT_EQ(marker["system_identifier"], k_server);
    EXPECT_EQ(marker["put_back"]["by"], "17");
    EXPECT_EQ(marker["put_back"]["lines"][1], "accepted loss in shop.items: 1 inserted, 2 updated, 3 deleted, exact");
    auto const comment = snapshot::split_comment(snapshot::join_comment("", marker));
    EXPECT_EQ(kind_of(comment), MarkerKind::environment);
}

TEST(RollbackMarker, leaves_a_stage_the_origin_it_had_before_the_snapshot) {
    Provenance empty;
    empty.origin = "init";
    empty.stage = "acceptance";
    empty.restored = "2026-11-21T00:00:00.000Z";
    auto const earlier = test::must(marker_after_rollback(target(to_marker(empty)), taken_of("shop"), {}));
    EXPECT_EQ(test::must(from_marker(earlier)).origin, "init");
    empty.restored = "2026-11-23T00:00:00.000Z"; // restored after the snapshot: of what, the mark no longer says
    auto const later =
        test::must(from_marker(test::must(marker_after_rollback(target(to_marker(empty)), taken_of("shop"), {}))));
    EXPECT_EQ(later.origin, "snapshot");
    EXPECT_EQ(later.snapshot, k_id);
}

} // namespace
} // namespace sluice::db_restore
