#include "tools/db-snapshot/mask_file.hpp"

#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tools/db-snapshot/mask_key.hpp"

#include <gtest/gtest.h>

namespace sluice::db_snapshot {
namespace {

using test::must;

Error refused(std::string const& text) {
    auto const outcome = parse_mask_file(text, "mask.json");
    return outcome ? Error{Errc::internal, "taken", {}, {}, {}} : outcome.error();
}

// A file with one column.
std::string with_rule(std::string const& rule) {
    return R"({"version": 1, "key": "env:K", "tables": {"s.t": {"c": )" + rule + "}}}";
}

MaskRule rule_of(std::string const& rule) {
    return must(parse_mask_file(with_rule(rule), "mask.json")).tables.at("s.t").at("c");
}

TEST(MaskFile, takes_its_example) {
    auto const path = test::source_folder() / "tools/db-snapshot/mask.example.json";
    MaskFile const file = must(read_mask_file(path.string()));
    EXPECT_EQ(file.key, "env:MASK_KEY");
    EXPECT_EQ(file.keep_comments, false);
    EXPECT_EQ(file.keep_large_objects, false);
    EXPECT_EQ(file.tables.at("people.person").at("email").domain, "person");
    EXPECT_EQ(file.patterns.at(0).columns, "*.*.id");
    EXPECT_EQ(file.sha256.size(), 64U);
    EXPECT_TRUE(file.uses_key());
}

TEST(MaskFile, reads_each_mask_with_its_own_keys) {
    EXPECT_EQ(rule_of(R"("keep")").kind, MaskKind::keep);
    EXPECT_EQ(rule_of(R"("email")").domain, "email");
    EXPECT_EQ(rule_of(R"({"mask": "hash", "domain": "person"})").domain, "person");
    EXPECT_EQ(rule_of(R"({"mask": "fixed", "value": 7})").text, "7");
    EXPECT_EQ(rule_of(R"({"mask": "fixed", "value": "x"})").text, "x");
    EXPECT_EQ(rule_of(R"({"mask": "name", "part": "last"})").part, NamePart::last);
    EXPECT_EQ(rule_of(R"({"mask": "date_shift", "days": 9, "by": "id"})").by, "id");
    EXPECT_TRUE(rule_of(R"({"mask": "sql", "expression": "1", "unique": true})").unique);
    EXPECT_TRUE(rule_of(R"({"mask": "hash", "default": "keep"})").keep_default);
    MaskRule const json = rule_of(R"({"mask": "json", "rest": "keep", "paths": {"$.a.b[*].c": "hash"}})");
    EXPECT_TRUE(json.keep_rest);
    EXPECT_EQ(json.paths.at(0).first, (JsonPath{"a", "b", "*", "c"}));
}

TEST(MaskFile, is_refused_with_what_is_wrong) {
    struct Case {
        std::string text;
        char const* message;
    };
    for (Case const& one : std::vector<Case>{
             {with_rule(R"("emial")"), "'/tables/s.t/c': there is no mask 'emial'"},
             {with_rule(R"({"mask": "hash", "domian": "x"})"), "unknown key '/tables/s.t/c/domian'"},
             {with_rule(R"({"mask": "keep", "domain": "x"})"), "unknown key '/tables/s.t/c/domain'"},
             {with_rule(R"({"mask": "hash", "domain": "a'b"})"), "'/tables/s.t/c/domain' is no name for a domain"},
             {with_rule(R"({"domain": "x"})"), "'/tables/s.t/c/mask' is missing"},
             {with_rule("7"), "'/tables/s.t/c' must be an object, not number"},
             {with_rule(R"({"mask": "fixed"})"),
              "'/tables/s.t/c/value' must be the text, number or truth value to put in"},
             {with_rule(R"({"mask": "fixed", "value": null})"),
              "'/tables/s.t/c/value' must be the text, number or truth value to put in"},
             {with_rule(R"({"mask": "name", "part": "middle"})"),
              R"('/tables/s.t/c/part' must be "full", "first" or "last")"},
             {with_rule(R"({"mask": "date_shift", "days": 0})"), "'/tables/s.t/c/days' must be from 1 to 36500"},
             {with_rule(R"({"mask": "sql"})"), "'/tables/s.t/c/expression' is missing"},
             {with_rule(R"({"mask": "json", "paths": {"$.a": "hash"}})"), "'/tables/s.t/c/rest' is missing"},
             {with_rule(R"({"mask": "json", "rest": "drop", "paths": {}})"),
              "'/tables/s.t/c/paths' must be an object of paths and masks"},
             {with_rule(R"({"mask": "json", "rest": "drop", "paths": {"a": "hash"}})"),
              "'/tables/s.t/c/paths/a' is no path into a JSON document"},
             {with_rule(R"({"mask": "json", "rest": "drop", "paths": {"$.a": "keep", "$.a.b": "hash"}})"),
              "'/tables/s.t/c/paths/$.a.b' lies inside another path of this column"},
             {with_rule(R"({"mask": "json", "rest": "drop", "paths": {"$.a": {"mask": "sql", "expression": "1"}}})"),
              "'/tables/s.t/c/paths/$.a': sql is not possible inside a document"},
             {R"({"version": 2, "tables": {}})", "'/version' is 2; this program reads 1"},
             {R"({"tables": {}})", "'/version' is missing"},
             {R"({"version": 1})", "'/tables' must be an object of tables"},
             {R"({"version": 1, "tables": {"s.t": []}})", "'/tables/s.t' must be an object of columns and masks"},
             {R"({"version": 1, "tables": {}, "comments": "maybe"})", "'/comments' must be \"keep\" or \"drop\""},
             {R"({"version": 1, "tables": {}, "comment": "drop"})", "unknown key '/comment'"},
             {R"({"version": 1, "tables": {"s.t": {"c": "hash"}}})", "'/key' is missing"},
             {R"({"version": 1, "patterns": [{"columns": "*.*.*", "mask": "keep"}]})",
              "'/patterns/0/columns' would keep columns that nobody has seen yet"},
             {R"({"version": 1, "patterns": [{"columns": "id", "mask": "keep"}]})",
              "'/patterns/0/columns': 'id' is no pattern for schema.table.column"},
             {R"({"version": 1, "patterns": [{"mask": "keep"}]})",
              "'/patterns/0' must be an object with \"columns\" and \"mask\""}}) {
        Error const error = refused(one.text);
        EXPECT_EQ(error.message, one.message);
        EXPECT_EQ(error.kind, Errc::usage) << one.message;
        EXPECT_TRUE(error.at.has_value()) << one.message;
    }
}

TEST(MaskFile, shows_the_place_and_what_was_meant) {
    Error const kind = refused("{\n  \"version\": 1,\n  \"tables\": {\"s.t\": {\"c\": \"emal\"}}\n}");
    EXPECT_EQ(kind.hint, "did you mean 'email'?");
    ASSERT_TRUE(kind.at);
    EXPECT_EQ(kind.at->line, 3U);
    EXPECT_EQ(kind.at->column, 22U);
    Error const broken = refused("{\"version\": 1,\n \"tables\": {,}}");
    ASSERT_TRUE(broken.at);
    EXPECT_EQ(broken.at->line, 2U);
    EXPECT_EQ(broken.kind, Errc::usage);
    EXPECT_EQ(broken.at->column, 13U);
}

TEST(MaskKey, is_stretched_into_what_does_not_show_it) {
    MaskKey const key = stretch_mask_key("a key of thirty-two bytes and some");
    EXPECT_EQ(key.hex.size(), 64U);
    EXPECT_EQ(key.fingerprint.size(), 16U);
    EXPECT_EQ(key.hex.find(key.fingerprint), std::string::npos);
    MaskKey const other = stretch_mask_key("a key of thirty-two bytes and samo");
    EXPECT_NE(other.hex, key.hex);
    EXPECT_NE(other.fingerprint, key.fingerprint);
}

TEST(MaskKey, is_refused_unless_it_is_named_there_and_long) {
    test::TemporaryDirectory const folder;
    test::write_text(folder.path() / "short", "too short\n");
    test::write_text(folder.path() / "good", std::string(32, 'k') + "\nsecond line\n");
    ci::Environment const environment{
        std::map<std::string, std::string>{{"SHORT", std::string(31, 'k')}, {"GOOD", std::string(32, 'k')}}};
    struct Case {
        std::string reference;
        std::string message;
    };
    for (Case const& one : std::vector<Case>{
             {"env:UNSET", "the mask key's variable 'UNSET' is not set"},
             {"env:SHORT", "the mask key in 'env:SHORT' has 31 bytes; it takes at least 32"},
             {"file:" + folder.file("gone"), "cannot read the mask key's file '" + folder.file("gone") + "'"},
             {"file:" + folder.file("short"),
              "the mask key in 'file:" + folder.file("short") + "' has 9 bytes; it takes at least 32"},
             {"0123456789abcdef0123456789abcdef", "the mask file's \"key\" is neither env:VAR nor file:PATH"}}) {
        auto const outcome = read_mask_key(one.reference, environment);
        ASSERT_FALSE(outcome) << one.reference;
        EXPECT_EQ(outcome.error().kind, Errc::usage);
        EXPECT_EQ(outcome.error().message, one.message);
    }
    EXPECT_EQ(must(read_mask_key("env:GOOD", environment)).hex,
              must(read_mask_key("file:" + folder.file("good"), environment)).hex);
}

} // namespace
} // namespace sluice::db_snapshot
