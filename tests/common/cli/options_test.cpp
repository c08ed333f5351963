#include "common/cli/options.hpp"

#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

struct Parsed {
    std::string name;
    bool list = false;
    CommonOptions common;
};

Result<Parsed> parse(std::vector<std::string> const& arguments) {
    Parsed parsed;
    CLI::App app;
    describe(app, {"shelf", "keeps things", "  shelf --name a\n"});
    app.add_option("--name", parsed.name, "what it is called")->required();
    add_common_options(app, parsed.common);
    app.add_subcommand("list", "what is on it")->callback([&] { parsed.list = true; });
    app.add_subcommand("show", "one thing")->add_option("--colour", "which");
    TRY_ASSIGN(auto const done, parse_arguments(app, arguments));
    return done ? Result<Parsed>{fail(Errc::internal, "help")} : Result<Parsed>{parsed};
}

std::string hint(std::vector<std::string> const& arguments) {
    auto const outcome = parse(arguments);
    EXPECT_FALSE(outcome);
    return outcome ? "" : outcome.error().hint;
}

TEST(Options, fills_what_is_bound) {
    auto const parsed = parse({"--json", "--name", "a", "list"});
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->name, "a");
    EXPECT_TRUE(parsed->common.json);
    EXPECT_FALSE(parsed->common.verbose);
    EXPECT_TRUE(parsed->list);
}

TEST(Options, keeps_the_order_of_the_arguments) { EXPECT_EQ(parse({"--name=a", "list"})->name, "a"); }

TEST(Options, refuses_an_unknown_option_and_proposes_the_nearest) {
    auto const outcome = parse({"--name", "a", "--verbos"});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::usage);
    EXPECT_NE(outcome.error().message.find("--verbos"), std::string::npos);
    EXPECT_EQ(outcome.error().hint, "did you mean '--verbose'?");
}

TEST(Options, proposes_the_nearest_verb) { EXPECT_EQ(hint({"--name", "a", "lisst"}), "did you mean 'list'?"); }

TEST(Options, proposes_an_option_of_the_chosen_verb) {
    EXPECT_EQ(hint({"--name", "a", "show", "--color", "red"}), "did you mean '--colour'?");
}

TEST(Options, does_not_take_the_value_of_an_option_for_a_misspelt_verb) {
    EXPECT_EQ(hint({"--name", "shop", "--xyzzy"}), "See 'shelf --help'.");
}

TEST(Options, points_to_the_help_when_nothing_is_near) {
    EXPECT_EQ(hint({"--name", "a", "--xyzzy"}), "See 'shelf --help'.");
}

TEST(Options, says_what_is_missing) {
    auto const outcome = parse({});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::usage);
    EXPECT_EQ(outcome.error().message, "--name is required");
    EXPECT_FALSE(parse({"--name"}));
}

} // namespace
} // namespace sluice::cli
