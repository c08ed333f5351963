#include "tools/db-restore-or-init/guard.hpp"

#include "tools/db-restore-or-init/markers.hpp"
#include "tools/db-restore-or-init/provenance.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

constexpr char const* k_server = "7700000000000000001";

TargetFacts target(ExistingTarget existing = {}) {
    existing.oid = 5000;
    existing.ours = true;
    existing.properties.owner = "shop_owner";
    return {"acceptance", k_server, {"stage", false, true}, existing};
}

TargetFacts marked(Json const& marker) {
    ExistingTarget existing;
    existing.comment = snapshot::split_comment(snapshot::join_comment("Ours", marker));
    return target(existing);
}

TargetFacts stage_called(std::string const& name) {
    Provenance provenance;
    provenance.stage = name;
    provenance.origin = "init";
    return marked(to_marker(provenance));
}

GuardRequest request(bool adopt = false) { return {"acceptance", adopt, {}}; }

KnownSource source(std::string const& database, std::string const& server = k_server, bool live = true) {
    KnownSource known{live ? "live:env:P" : "snapshot:latest", {}, live};
    known.source.system_identifier = server;
    known.source.database = database;
    known.source.database_oid = 4000;
    return known;
}

void expect_refused(TargetFacts const& facts, GuardRequest const& asked, std::string const& fact) {
    auto const outcome = check_guards(facts, asked);
    ASSERT_FALSE(outcome) << fact;
    EXPECT_EQ(outcome.error().kind, Errc::refused);
    EXPECT_NE(outcome.error().message.find(fact), std::string::npos) << outcome.error().message;
    EXPECT_FALSE(outcome.error().hint.empty());
}

TEST(Guard, lets_a_new_an_empty_and_a_stage_database_pass) {
    TargetFacts fresh = target();
    fresh.existing.reset();
    EXPECT_TRUE(check_guards(fresh, request()));
    ExistingTarget empty;
    empty.empty = true;
    EXPECT_TRUE(check_guards(target(empty), request()));
    EXPECT_TRUE(check_guards(stage_called("acceptance"), request()));
    EXPECT_TRUE(check_guards(marked(environment_marker("acceptance", k_server)), request()));
}

TEST(Guard, refuses_production_however_it_is_said) {
    for (bool const adopt : {false, true}) {
        expect_refused(marked(environment_marker("production", k_server)), request(adopt), "on this server");
        expect_refused(marked(environment_marker("PRODUCTION", k_server)), request(adopt), "on this server");
        expect_refused(marked(environment_marker("production", "77")), request(adopt), "made on another server");
        ExistingTarget set;
        set.empty = true;
        set.environment_setting = "production";
        expect_refused(target(set), request(adopt), "its setting sluice.environment");
    }
}

TEST(Guard, refuses_a_production_target_even_for_a_stage_of_that_name) {
    expect_refused(marked(environment_marker("production", k_server)), {"production", true, {}},
                   "marked as production");
}

// What a recovery brought back is production again, and has been written to since.
TEST(Guard, refuses_a_production_that_a_restore_made) {
    for (bool const adopt : {false, true}) {
        expect_refused(stage_called("production"), {"production", adopt, {}}, "is production: it was made as that");
        expect_refused(stage_called("Production"), request(adopt), "is production: it was made as that");
    }
}

TEST(Guard, concludes_nothing_from_a_damaged_mark) {
    for (char const* comment : {"sluice: {", "sluice: 1", "sluice: {}", R"(sluice: {"version":2,"environment":"x"})",
                                R"(sluice: {"version":1,"kind":"news"})", R"(sluice: {"version":1,"environment":""})",
                                R"(sluice: {"version":"1","environment":"acceptance"})"}) {
        ExistingTarget existing;
        existing.empty = true;
        existing.comment = snapshot::split_comment(comment);
        expect_refused(target(existing), request(true), "damaged");
    }
}

TEST(Guard, refuses_side_databases_as_targets) {
    expect_refused(marked(leftover_marker("acceptance", "now")), request(true), "side database");
    expect_refused(marked(template_marker("id", true)), request(true), "side database");
}

TEST(Guard, refuses_data_that_nobody_gave_up) {
    expect_refused(target(), request(), "holds data and is not marked");
    EXPECT_TRUE(check_guards(target(), request(true)));
}

TEST(Guard, holds_a_stage_to_its_name) {
    expect_refused(stage_called("union"), request(), "is the stage 'union'");
    EXPECT_TRUE(check_guards(stage_called("union"), request(true)));
    expect_refused(marked(environment_marker("union", k_server)), request(true), "is the stage 'union'");
}

TEST(Guard, refuses_the_source_itself) {
    GuardRequest asked = request(true);
    asked.sources = {source("acceptance")};
    expect_refused(target(), asked, "is the source itself");
    asked.sources = {source("renamed_meanwhile")};
    asked.sources[0].source.database_oid = 5000;
    expect_refused(target(), asked, "is the source itself");
    asked.sources = {source("acceptance", k_server, false)};
    expect_refused(target(), asked, "is the source itself");
    asked.sources = {source("acceptance")};
    expect_refused(stage_called("acceptance"), asked, "is the source itself");
    TargetFacts fresh = target();
    fresh.existing.reset();
    expect_refused(fresh, asked, "is the source itself");
}

// Disaster recovery: there is nothing that could be overwritten.
TEST(Guard, lets_a_production_that_is_gone_come_back_where_it_was) {
    TargetFacts gone = target();
    gone.existing.reset();
    GuardRequest asked{"production", false, {source("acceptance", k_server, false)}};
    EXPECT_TRUE(check_guards(gone, asked));
    asked.stage = "acceptance";
    expect_refused(gone, asked, "is the source itself");
    EXPECT_NE(check_guards(gone, asked).error().hint.find("--stage production"), std::string::npos);
    expect_refused(target(), {"production", true, asked.sources}, "is the source itself");
    asked = {"production", false, {source("acceptance")}};
    expect_refused(gone, asked, "is the source itself");
}

TEST(Guard, lets_a_stage_have_its_own_snapshot_back) {
    GuardRequest asked = request();
    asked.sources = {source("acceptance", k_server, false)};
    EXPECT_TRUE(check_guards(stage_called("acceptance"), asked));
}

TEST(Guard, does_not_mind_the_same_name_on_another_server) {
    GuardRequest asked = request();
    asked.sources = {source("acceptance", "77")};
    EXPECT_TRUE(check_guards(stage_called("acceptance"), asked));
}

TEST(Guard, refuses_prepared_transactions) {
    TargetFacts facts = stage_called("acceptance");
    facts.existing->prepared_transactions = 2;
    expect_refused(facts, request(), "has 2 prepared transactions");
}

void expect_denied(TargetFacts const& facts, std::string const& grant) {
    auto const outcome = check_guards(facts, request());
    ASSERT_FALSE(outcome) << grant;
    EXPECT_EQ(outcome.error().kind, Errc::denied);
    EXPECT_NE(outcome.error().hint.find(grant), std::string::npos) << outcome.error().hint;
}

TEST(Guard, says_which_right_is_missing) {
    TargetFacts facts = stage_called("acceptance");
    facts.role.may_create_databases = false;
    expect_denied(facts, "ALTER ROLE \"stage\" CREATEDB;");
    facts = stage_called("acceptance");
    facts.existing->ours = false;
    expect_denied(facts, R"(GRANT "shop_owner" TO "stage";)");
    facts = stage_called("acceptance");
    facts.existing->unendable = {"app"};
    expect_denied(facts, "GRANT pg_signal_backend TO \"stage\";");
    facts.existing->superuser_sessions = true;
    expect_denied(facts, "Only a superuser may end a superuser's session");
}

TEST(Guard, names_production_before_it_names_missing_rights) {
    TargetFacts facts = marked(environment_marker("production", k_server));
    facts.role.may_create_databases = false;
    facts.existing->ours = false;
    expect_refused(facts, request(), "marked as production");
}

} // namespace
} // namespace sluice::db_restore
