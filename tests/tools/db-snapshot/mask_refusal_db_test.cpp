// When db-snapshot --mask must not begin, or must stop, and what mask lint says.
#include "tests/support/json_schema.hpp"
#include "tests/support/must.hpp"
#include "tests/tools/db-snapshot/personal_database.hpp"

#include <functional>
#include <gtest/gtest.h>

namespace sluice::test {
namespace {

class DbSnapshotMaskRefusal : public testing::Test {
  protected:
    [[nodiscard]] PersonalDatabase const& people() const { return m_people; }
    static Json changed(std::function<void(Json&)> const& change) {
        Json masks = PersonalDatabase::masks();
        change(masks);
        return masks;
    }
    static Json& columns(Json& masks, char const* table) { return masks["tables"][table]; }

  private:
    PersonalDatabase m_people{};
};

TEST_F(DbSnapshotMaskRefusal, ends_with_4_and_writes_nothing_where_a_column_is_undecided) {
    auto const masks = changed([](Json& file) { columns(file, "people.person").erase("phone"); });
    auto const outcome = people().take_masked({}, masks);
    EXPECT_EQ(outcome.exit_code, 4) << outcome.error_output;
    EXPECT_EQ(outcome.output, "");
    EXPECT_NE(outcome.error_output.find("people.person.phone (character varying(20))   \"phone\": \"phone\"   in "
                                        "\"people.person\""),
              std::string::npos)
        << outcome.error_output;
    EXPECT_FALSE(std::filesystem::exists(people().tool().store()));
}

TEST_F(DbSnapshotMaskRefusal, sees_a_new_column_at_the_next_run) {
    EXPECT_EQ(people().lint(PersonalDatabase::masks()).exit_code, 0);
    people().database().execute("ALTER TABLE people.visit ADD nickname text");
    auto const linted = people().lint(PersonalDatabase::masks());
    auto const taken = people().take_masked({});
    people().database().execute("ALTER TABLE people.visit DROP nickname");
    EXPECT_EQ(linted.exit_code, 1);
    EXPECT_NE(linted.output.find(
                  "undecided       people.visit.nickname (text)   \"nickname\": \"name\"   in \"people.visit\"\n"),
              std::string::npos)
        << linted.output;
    EXPECT_EQ(taken.exit_code, 4);
}

TEST_F(DbSnapshotMaskRefusal, wants_a_decision_for_what_is_no_column) {
    auto const masks = changed([](Json& file) {
        file.erase("comments");
        file.erase("large_objects");
        columns(file, "people.person")["remark"] = "keep";
    });
    Json const found = must(json::parse(people().lint(masks, {"--json"}).output, "output"));
    std::vector<std::string> undecided;
    for (auto const& one : found["undecided"]) {
        undecided.push_back(one["what"].get<std::string>());
    }
    EXPECT_EQ(undecided, (std::vector<std::string>{"comments", "large objects", "default of people.person.remark"}));
    EXPECT_EQ(people().take_masked({}, masks).exit_code, 4);
}

TEST_F(DbSnapshotMaskRefusal, prints_json_by_its_schema) {
    auto const masks = changed([](Json& file) {
        file.erase("comments");
        columns(file, "people.person").erase("phone");
        columns(file, "people.person")["emal"] = "keep";
        columns(file, "people.login")["agent"] = "keep";
        columns(file, "people.ticket")["body"] = "keep";
    });
    for (auto const& file : {PersonalDatabase::masks(), masks}) {
        Json const found = must(json::parse(people().lint(file, {"--json"}).output, "output"));
        EXPECT_EQ(schema_violations(found, "tools/db-snapshot/mask-lint.schema.json"), "") << found;
        // Or the schema of a list that is always empty would pass.
        bool const faulty = file == masks;
        EXPECT_EQ(found["undecided"].empty(), !faulty);
        EXPECT_EQ(found["problems"].empty(), !faulty);
        EXPECT_EQ(found["looks_personal"].empty(), !faulty);
    }
}

TEST_F(DbSnapshotMaskRefusal, points_out_what_looks_personal_and_shows_no_value) {
    auto const masks = changed([](Json& file) {
        columns(file, "people.person")["phone"] = "keep";
        columns(file, "people.visit")["payload"] = "keep";
        columns(file, "people.login")["agent"] = "keep";
        columns(file, "people.ticket")["body"] = "keep";
        columns(file, "people.person")["papers"] = "keep";
    });
    auto const outcome = people().lint(masks);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    EXPECT_NE(outcome.output.find("looks personal  people.person.phone   its name"), std::string::npos);
    EXPECT_NE(outcome.output.find("looks personal  people.person.papers   "), std::string::npos) << outcome.output;
    EXPECT_NE(outcome.output.find("sampled values hold a token"), std::string::npos);
    EXPECT_EQ(outcome.output.find("people.login.agent"), std::string::npos);
    EXPECT_EQ(SecretFinder(people().secrets()).found_in(outcome.output + outcome.error_output), "");
}

TEST_F(DbSnapshotMaskRefusal, names_what_does_not_fit_and_ends_with_2) {
    struct Case {
        std::function<void(Json&)> change;
        char const* message;
    };
    for (Case const& one : std::vector<Case>{
             {[](Json& file) { columns(file, "people.persons") = Json::object(); }, "there is no table people.persons"},
             {[](Json& file) { columns(file, "people.person")["emal"] = "keep"; },
              "people.person has no column emal that is stored (did you mean 'email'?)"},
             {[](Json& file) { columns(file, "people.person")["search"] = "keep"; },
              "people.person has no column search that is stored"},
             {[](Json& file) { columns(file, "people.person")["born"] = "email"; },
              "people.person.born: its type date does not take the mask email"},
             {[](Json& file) { columns(file, "people.person")["mood"] = "hash"; },
              "people.person.mood: its type people.mood does not take the mask hash"},
             {[](Json& file) { columns(file, "people.login")["email"] = "email"; },
              "foreign key login_email_fkey: people.login.email (character varying(60)) has email in domain email and"},
             {[](Json& file) {
                  columns(file, "people.person")["email"] = {{"mask", "fixed"}, {"value", "a@b.org"}};
                  columns(file, "people.login")["email"] = {{"mask", "fixed"}, {"value", "a@b.org"}};
              },
              "people.person.email: the unique index person_email_key covers it, and fixed may make"},
             {[](Json& file) { columns(file, "people.person")["full_name"] = "null"; },
              "people.person.full_name is NOT NULL and cannot be masked with null"},
             {[](Json& file) { columns(file, "people.visit_new")["email"] = "email"; },
              "people.visit_new.email is inherited: its decision belongs at people.visit"},
             {[](Json& file) {
                  columns(file, "people.person")["customer"] = {{"mask", "fixed"}, {"value", "many"}};
              },
              "the mask of people.person.customer gives no bigint (SQLSTATE 22P02)"},
             {[](Json& file) {
                  columns(file, "people.ticket")["body"] = {{"mask", "sql"}, {"expression", "bodi"}};
              },
              "the mask of people.ticket.body gives no text (SQLSTATE 42703)"},
             {[](Json& file) { file["key"] = "env:NOT_SET_ANYWHERE"; },
              "the mask key's variable 'NOT_SET_ANYWHERE' is not set"},
             {[](Json& file) { file["version"] = 7; }, "'/version' is 7"}}) {
        auto const outcome = people().take_masked({}, changed(one.change));
        EXPECT_EQ(outcome.exit_code, 2) << outcome.error_output;
        EXPECT_NE(outcome.error_output.find(one.message), std::string::npos) << one.message << "\n"
                                                                             << outcome.error_output;
        EXPECT_FALSE(std::filesystem::exists(people().tool().store()));
    }
    EXPECT_EQ(people().tool().run({"--mask", "/nowhere/mask.json"}).exit_code, 2);
    EXPECT_EQ(people().take_masked({}, PersonalDatabase::masks(), "short").exit_code, 2);
}

// The value that a mask stumbles over is in no message of ours; the server's own log, on the server, may say it.
TEST(DbSnapshotMaskFailure, names_the_column_and_never_the_value) {
    PersonalDatabase const people;
    Json masks = PersonalDatabase::masks();
    masks["tables"]["people.ticket"]["body"] = {{"mask", "sql"}, {"expression", "body::integer::text"}};
    auto const outcome = people.take_masked({"--verbose"}, masks);
    EXPECT_EQ(outcome.exit_code, 65) << outcome.error_output;
    EXPECT_NE(outcome.error_output.find("the mask of people.ticket.body failed on the server (SQLSTATE 22P02)"),
              std::string::npos)
        << outcome.error_output;
    EXPECT_EQ(SecretFinder(people.secrets()).found_in(outcome.error_output), "");
    EXPECT_NE(people.tool().run({"show", "latest"}).exit_code, 0);
}

} // namespace
} // namespace sluice::test
