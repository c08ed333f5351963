#include "common/postgres/connection.hpp"

#include "common/log/redact.hpp"
#include "tests/support/must.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <memory>

namespace sluice::postgres {
namespace {

using test::must;

class Connection : public testing::Test {
  protected:
    void TearDown() override { log::forget_secrets(); }
};

ConnectionParameters resolve(std::string const& reference, std::map<std::string, std::string> variables = {}) {
    return must(resolve_connection(reference, ci::Environment{std::move(variables)}));
}

Error refusal(std::string const& reference, std::map<std::string, std::string> variables = {}) {
    auto const outcome = resolve_connection(reference, ci::Environment{std::move(variables)});
    EXPECT_FALSE(outcome) << reference;
    return outcome ? Error{} : outcome.error();
}

TEST_F(Connection, is_read_from_a_variable_that_holds_a_uri) {
    auto const parameters =
        resolve("env:SHOP", {{"SHOP", "postgresql://reader:p%40ss@db.example:5433/shop?sslmode=require"}});
    EXPECT_EQ(parameters.get("host"), "db.example");
    EXPECT_EQ(parameters.get("port"), "5433");
    EXPECT_EQ(parameters.get("user"), "reader");
    EXPECT_EQ(parameters.get("password"), "p@ss");
    EXPECT_EQ(parameters.get("dbname"), "shop");
    EXPECT_EQ(parameters.get("sslmode"), "require");
}

TEST_F(Connection, is_read_from_a_variable_that_holds_keywords) {
    auto const parameters = resolve("env:SHOP", {{"SHOP", "host=/run/pg dbname='my shop' password='it\\'s'"}});
    EXPECT_EQ(parameters.get("host"), "/run/pg");
    EXPECT_EQ(parameters.get("dbname"), "my shop");
    EXPECT_EQ(parameters.get("password"), "it's");
}

// Variables and files made with echo end in a line break.
TEST_F(Connection, ignores_blanks_and_line_breaks_around_the_text) {
    EXPECT_EQ(resolve("env:SHOP", {{"SHOP", " postgresql://u@h/shop\r\n"}}).get("dbname"), "shop");
}

TEST_F(Connection, is_read_from_the_first_line_of_a_file) {
    test::TemporaryDirectory const folder;
    test::write_text(folder.path() / "url", "postgresql://u:secret-in-file@h/shop\r\nsecond line\n");
    auto const parameters = resolve("file:" + folder.file("url"));
    EXPECT_EQ(parameters.get("dbname"), "shop");
    EXPECT_EQ(log::redact("secret-in-file"), "***");
}

TEST_F(Connection, is_left_to_a_service) {
    EXPECT_EQ(resolve("service:shop-production").keywords(),
              (std::map<std::string, std::string>{{"service", "shop-production"}}));
}

TEST_F(Connection, is_left_to_libpq_s_own_variables) {
    EXPECT_TRUE(resolve("", {{"PGHOST", "db"}, {"PGPASSWORD", "hush-hush"}}).keywords().empty());
    EXPECT_EQ(log::redact("hush-hush"), "***");
    EXPECT_TRUE(resolve("", {{"PGDATABASE", "shop"}}).keywords().empty());
    EXPECT_TRUE(resolve("", {{"PGSERVICE", "shop"}}).keywords().empty());
}

TEST_F(Connection, may_be_spelt_without_a_password) {
    EXPECT_EQ(resolve("postgresql://reader@db/shop").get("user"), "reader");
    EXPECT_EQ(resolve("host=db dbname=shop").get("dbname"), "shop");
}

TEST_F(Connection, remembers_the_password_for_redaction) {
    resolve("env:SHOP", {{"SHOP", "postgresql://u:very%2Fhidden@h/d"}});
    EXPECT_EQ(log::redact("very/hidden very%2Fhidden"), "*** ***");
}

TEST_F(Connection, is_refused_with_a_password_on_the_command_line) {
    for (char const* text : {"postgresql://u:topsecret@h/d", "host=h password=topsecret",
                             "postgresql://h/d?password=topsecret", "host=h sslpassword=topsecret"}) {
        Error const error = refusal(text);
        EXPECT_EQ(error.kind, Errc::usage);
        EXPECT_EQ(error.message.find("topsecret"), std::string::npos);
        EXPECT_NE(error.hint.find("env:"), std::string::npos);
    }
}

TEST_F(Connection, is_refused_when_nothing_names_it) {
    EXPECT_EQ(refusal("").kind, Errc::usage);
    EXPECT_EQ(refusal("", {{"PGUSER", "u"}}).kind, Errc::usage);
    EXPECT_EQ(refusal("", {{"PGHOST", ""}}).kind, Errc::usage);
}

TEST_F(Connection, is_refused_when_the_variable_is_unset_or_empty) {
    EXPECT_EQ(refusal("env:SHOP").message, "environment variable 'SHOP' is not set");
    EXPECT_EQ(refusal("env:SHOP", {{"SHOP", ""}}).message, "environment variable 'SHOP' is not set");
    EXPECT_EQ(refusal("env:SHOP").kind, Errc::usage);
}

TEST_F(Connection, is_refused_when_the_file_is_missing_or_empty) {
    test::TemporaryDirectory const folder;
    test::write_text(folder.path() / "empty", "");
    EXPECT_EQ(refusal("file:" + folder.file("none")).kind, Errc::usage);
    EXPECT_EQ(refusal("file:" + folder.file("empty")).kind, Errc::usage);
}

TEST_F(Connection, never_shows_a_text_that_is_malformed) {
    for (char const* text : {"postgresql://u:top%zzsecret@h/d", "hots=h password=topsecret",
                             "host=h password='topsecret", "mysql://u:topsecret@h/d"}) {
        Error const error = refusal("env:SHOP", {{"SHOP", text}});
        EXPECT_EQ(error.kind, Errc::usage);
        EXPECT_EQ(error.message, "environment variable 'SHOP' holds no valid connection string");
        EXPECT_EQ(refusal(text).message.find("secret"), std::string::npos);
    }
}

TEST_F(Connection, is_refused_when_the_reference_is_of_no_known_kind) {
    EXPECT_EQ(refusal("evn:SHOP").message, "'evn:SHOP' is not a connection reference");
    EXPECT_EQ(refusal("shop").kind, Errc::usage);
    EXPECT_EQ(refusal("reader:topsecret@db/shop").message.find("topsecret"), std::string::npos);
}

TEST_F(Connection, writes_a_string_that_libpq_reads_back) {
    std::string const odd = "a b'c\\d\"e=f ";
    std::string const text = ConnectionParameters{{{"password", odd}, {"dbname", "x y"}, {"user", ""}}}.conninfo();
    std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> const options(PQconninfoParse(text.c_str(), nullptr),
                                                                               &PQconninfoFree);
    ASSERT_TRUE(options) << text;
    std::map<std::string, std::string> found;
    for (auto const* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val != nullptr) {
            found[option->keyword] = option->val;
        }
    }
    EXPECT_EQ(found["password"], odd);
    EXPECT_EQ(found["dbname"], "x y");
    EXPECT_EQ(found["user"], "");
}

TEST_F(Connection, describes_itself_without_the_password) {
    ConnectionParameters const full{
        {{"host", "db"}, {"port", "5433"}, {"dbname", "shop"}, {"user", "reader"}, {"password", "topsecret"}}};
    EXPECT_EQ(full.description(), "database 'shop' on db:5433 as 'reader'");
    EXPECT_EQ(ConnectionParameters{}.description(), "the default database on the default host");
    EXPECT_EQ((ConnectionParameters{{{"service", "shop"}}}.description()), "database of service 'shop'");
}

TEST_F(Connection, changes_one_keyword_in_a_copy) {
    ConnectionParameters const before{{{"dbname", "a"}, {"host", "h"}}};
    auto const after = before.with("dbname", "b");
    EXPECT_EQ(before.get("dbname"), "a");
    EXPECT_EQ(after.get("dbname"), "b");
    EXPECT_EQ(after.get("host"), "h");
}

// The names are those of the manual, "Environment Variables" of libpq.
TEST_F(Connection, becomes_variables_for_pg_dump) {
    ConnectionParameters const parameters{{{"host", "db"},
                                           {"port", "5433"},
                                           {"dbname", "shop"},
                                           {"user", "reader"},
                                           {"password", "topsecret"},
                                           {"sslmode", "require"},
                                           {"options", "-c work_mem=1MB"}}};
    EXPECT_EQ(must(tool_environment(parameters)),
              (std::map<std::string, std::string>{{"PGHOST", "db"},
                                                  {"PGPORT", "5433"},
                                                  {"PGDATABASE", "shop"},
                                                  {"PGUSER", "reader"},
                                                  {"PGPASSWORD", "topsecret"},
                                                  {"PGSSLMODE", "require"},
                                                  {"PGOPTIONS", "-c work_mem=1MB"}}));
}

TEST_F(Connection, refuses_to_pass_on_what_has_no_variable) {
    EXPECT_EQ(tool_environment(ConnectionParameters{{{"sslpassword", "x"}}}).error().kind, Errc::usage);
}

} // namespace
} // namespace sluice::postgres
