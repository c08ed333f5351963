#include "tools/db-snapshot/mask_plan.hpp"

#include "tests/support/must.hpp"
#include "tools/db-snapshot/mask_suspicion.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace sluice::db_snapshot {
namespace {

using test::must;

SourceColumn column(std::string const& name, std::string const& base, std::string const& decided_at,
                    bool not_null = false) {
    SourceColumn one{name, decided_at, {}, not_null, {}};
    one.type.base = base;
    one.type.name = base;
    return one;
}

/// person (id, email unique, born) and login (id, email references person).
MaskSource shop() {
    MaskSource source;
    source.tables = {
        {"s",
         "person",
         true,
         100,
         {column("id", "int8", "s.person", true), column("email", "text", "s.person"),
          column("born", "date", "s.person")}},
        {"s", "login", true, 100, {column("id", "int8", "s.login", true), column("email", "text", "s.login")}}};
    source.indexes = {{"s.person", "person_email_key", false, false, {"email"}}};
    source.foreign_keys = {{"login_email_fkey", "s.login", "s.person", {"email"}, {"email"}}};
    return source;
}

MaskPlan plan_of(std::string const& tables, MaskSource const& source = shop(), std::string const& more = {}) {
    return plan_masks(must(parse_mask_file(R"({"version": 1, "key": "env:K", "tables": )" + tables + more +
                                               R"(, "patterns": [{"columns": "*.*.id", "mask": "keep"}]})",
                                           "mask.json")),
                      source);
}

constexpr char const* k_good = R"({"s.person": {"email": {"mask": "email", "domain": "p"}, "born": "keep"},
                                   "s.login": {"email": {"mask": "email", "domain": "p"}}})";

std::vector<std::string> undecided(MaskPlan const& plan) {
    std::vector<std::string> names;
    for (auto const& one : plan.undecided) {
        names.push_back(one.what);
    }
    return names;
}

TEST(PlanMasks, is_content_when_all_is_decided_and_fits) {
    MaskPlan const plan = plan_of(k_good);
    EXPECT_TRUE(plan.undecided.empty());
    EXPECT_TRUE(plan.problems.empty()) << plan.problems.front();
    ASSERT_EQ(plan.masking.columns.size(), 2U);
    EXPECT_EQ(plan.masking.columns[0].table + plan.masking.columns[0].column, "s.personemail");
    EXPECT_EQ(plan.masking.columns[0].domain, "p");
    EXPECT_EQ(plan.tables.at(0).expressions.size(), 3U);
}

TEST(PlanMasks, leaves_a_table_alone_where_all_is_kept) {
    MaskPlan const plan = plan_of(R"({"s.person": {"email": "keep", "born": "keep"}, "s.login": {"email": "keep"}})");
    EXPECT_TRUE(plan.problems.empty());
    EXPECT_TRUE(plan.tables.at(0).expressions.empty());
    EXPECT_TRUE(plan.masking.columns.empty());
}

TEST(PlanMasks, finds_a_column_that_came_yesterday) {
    MaskSource source = shop();
    source.tables[0].columns.push_back(column("nickname", "text", "s.person"));
    MaskPlan const plan = plan_of(k_good, source);
    EXPECT_EQ(undecided(plan), (std::vector<std::string>{"s.person.nickname"}));
    EXPECT_EQ(plan.undecided.at(0).line, "\"nickname\": \"name\"   in \"s.person\"");
}

TEST(PlanMasks, wants_comments_large_objects_and_literals_decided_where_there_are_any) {
    MaskSource source = shop();
    source.has_comments = true;
    source.large_objects = 3;
    source.literals = {"view s.v", "default of s.person.email"};
    source.tables[0].columns[1].default_sql = "'a@b.org'::text";
    MaskPlan const plan = plan_of(k_good, source);
    EXPECT_EQ(undecided(plan), (std::vector<std::string>{"comments", "large objects", "view s.v"}));
    EXPECT_EQ(plan.dropped_defaults.at(0).plain_name(), "s.person.email");
    MaskPlan const decided =
        plan_of(k_good, source, R"(, "comments": "keep", "large_objects": "drop", "literals": ["view s.v"])");
    EXPECT_TRUE(decided.undecided.empty());
    EXPECT_TRUE(decided.masking.comments_kept);
    EXPECT_FALSE(decided.masking.large_objects_kept);
}

TEST(PlanMasks, needs_nothing_for_a_table_whose_rows_stay_behind) {
    MaskSource source = shop();
    source.tables.push_back({"s", "log", false, 0, {column("line", "text", "s.log")}});
    EXPECT_TRUE(plan_of(k_good, source).undecided.empty());
}

TEST(PlanMasks, decides_partitions_at_their_root) {
    MaskSource source = shop();
    source.tables.push_back({"s", "visit", false, 0, {column("who", "text", "s.visit")}});
    source.tables.push_back({"s", "visit_1", true, 9, {column("who", "text", "s.visit")}});
    std::string const good = k_good;
    std::string const with_root = good.substr(0, good.size() - 1) + R"(, "s.visit": {"who": "name"}})";
    MaskPlan const plan = plan_of(with_root, source);
    EXPECT_TRUE(plan.problems.empty());
    EXPECT_TRUE(plan.undecided.empty());
    EXPECT_FALSE(plan.tables.back().expressions.empty());
    std::string const with_child = good.substr(0, good.size() - 1) + R"(, "s.visit_1": {"who": "name"}})";
    EXPECT_EQ(plan_of(with_child, source).problems.at(0),
              "s.visit_1.who is inherited: its decision belongs at s.visit");
}

TEST(PlanMasks, names_what_does_not_fit) {
    struct Case {
        char const* tables;
        char const* problem;
    };
    for (
        Case const& one : std::vector<Case>{
            {R"({"s.persom": {"email": "keep"}})", "there is no table s.persom (did you mean 's.person'?)"},
            {R"({"s.person": {"emal": "keep"}})", "s.person has no column emal that is stored (did you mean 'email'?)"},
            {R"({"s.person": {"id": "null"}})", "s.person.id is NOT NULL and cannot be masked with null"},
            {R"({"s.person": {"born": "email"}})",
             "s.person.born: its type date does not take the mask email. It takes keep, null, fixed, date_shift, sql."},
            {R"({"s.person": {"born": {"mask": "date_shift", "days": 1, "by": "gone"}}})",
             "s.person.born: \"by\" names gone, and there is no such column"},
            {R"({"s.person": {"email": {"mask": "fixed", "value": "x"}}, "s.login": {"email": {"mask": "fixed", "value": "x"}}})",
             "s.person.email: the unique index person_email_key covers it, and fixed may make different values equal. "
             "Use hash or email on a type with room, or keep; for sql say \"unique\": true"},
            {R"({"s.person": {"email": "email"}, "s.login": {"email": {"mask": "email", "domain": "other"}}})",
             "foreign key login_email_fkey: s.login.email (text) has email in domain other and s.person.email (text) "
             "has "
             "email in domain email. Both ends need the same mask, domain and type"},
            {R"({"s.person": {"email": "email"}, "s.login": {"email": "keep"}})",
             "foreign key login_email_fkey: s.login.email (text) has keep and s.person.email (text) has email in "
             "domain "
             "email. Both ends need the same mask, domain and type"}}) {
        MaskPlan const plan = plan_of(one.tables);
        EXPECT_NE(std::find(plan.problems.begin(), plan.problems.end(), one.problem), plan.problems.end())
            << one.problem << "\n"
            << (plan.problems.empty() ? "no problem" : plan.problems.front());
    }
}

TEST(PlanMasks, lets_the_referencing_end_of_a_key_be_null) {
    EXPECT_TRUE(plan_of(R"({"s.person": {"email": "email"}, "s.login": {"email": "null"}})").problems.empty());
}

TEST(PlanMasks, refuses_a_hash_with_too_little_room_for_the_rows) {
    MaskSource source = shop();
    source.indexes = {{"s.person", "person_pkey", false, false, {"id"}}};
    std::string const tables = R"({"s.person": {"id": "hash"}})";
    source.tables[0].rows = 1e6;
    EXPECT_TRUE(plan_of(tables, source).problems.empty());
    source.tables[0].columns[0].type.base = "int4";
    EXPECT_EQ(plan_of(tables, source).problems.size(), 1U);
    source.tables[0].rows = 1000;
    EXPECT_TRUE(plan_of(tables, source).problems.empty());
}

TEST(ApplyMasks, fails_for_a_table_that_nobody_planned) {
    snapshot::Inventory inventory;
    inventory.tables = {{"s", "new", {"a"}, snapshot::TableKind::plain, "", false, {}}};
    EXPECT_EQ(apply_masks(plan_of(k_good), shop(), inventory).error().kind, Errc::internal);
    inventory.tables = {{"s", "login", {"id", "email"}, snapshot::TableKind::plain, "", false, {}}};
    must(apply_masks(plan_of(k_good), shop(), inventory));
    EXPECT_EQ(inventory.tables[0].masked_columns.size(), 2U);
    inventory.tables[0].columns.emplace_back("more");
    EXPECT_FALSE(apply_masks(plan_of(k_good), shop(), inventory));
}

TEST(PersonalName, knows_the_usual_words_and_not_their_lookalikes) {
    for (char const* name : {"email", "customer_email", "FirstName", "last_name", "phone", "mobile_number", "dob",
                             "birth_date", "iban", "password_hash", "api_key", "client_ip", "Name"}) {
        EXPECT_FALSE(personal_name(name).empty()) << name;
    }
    for (char const* name : {"id", "description", "zipped", "created_at", "capacity", "kind", "recipient_count"}) {
        EXPECT_TRUE(personal_name(name).empty()) << name;
    }
}

} // namespace
} // namespace sluice::db_snapshot
