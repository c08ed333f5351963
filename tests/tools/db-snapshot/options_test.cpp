#include "tools/db-snapshot/options.hpp"

#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::db_snapshot {
namespace {

using namespace std::chrono_literals;
using test::must;

Options parsed(std::vector<std::string> const& arguments, std::map<std::string, std::string> variables = {}) {
    return std::get<Options>(must(parse_options(arguments, ci::Environment{std::move(variables)})));
}

Error refused(std::vector<std::string> const& arguments) {
    auto const outcome = parse_options(arguments, ci::Environment{std::map<std::string, std::string>{}});
    return outcome ? Error{Errc::internal, "taken", {}, {}, {}} : outcome.error();
}

TEST(DbSnapshotOptions, takes_a_snapshot_when_no_verb_is_given) {
    Options const options = parsed({"--source", "env:URL", "--store", "/backups"});
    EXPECT_EQ(options.verb, Verb::take);
    EXPECT_EQ(options.source, "env:URL");
    EXPECT_EQ(options.store, "/backups");
    EXPECT_EQ(options.lock_timeout, 10s);
    EXPECT_GE(options.jobs, 1U);
    EXPECT_LE(options.jobs, 4U);
}

TEST(DbSnapshotOptions, reads_everything_that_take_knows) {
    Options const options = parsed({"--source",       "service:prod", "--store",        "s",
                                    "--name",         "shop",         "--jobs",         "7",
                                    "--label",        "release=2.4",  "--label",        "note=a=b",
                                    "--label",        "empty=",       "--exclude-data", "audit.*",
                                    "--exclude-data", "public.log",   "--lock-timeout", "2m",
                                    "--dotenv",       "out.env",      "--json"});
    EXPECT_EQ(options.name, "shop");
    EXPECT_EQ(options.jobs, 7U);
    EXPECT_EQ(options.labels, (std::map<std::string, std::string>{{"release", "2.4"}, {"note", "a=b"}, {"empty", ""}}));
    EXPECT_EQ(options.exclude_data, (std::vector<std::string>{"audit.*", "public.log"}));
    EXPECT_EQ(options.lock_timeout, 120s);
    EXPECT_EQ(options.dotenv, "out.env");
    EXPECT_TRUE(options.common.json);
}

TEST(DbSnapshotOptions, lints_masks_without_a_store) {
    Options const options =
        parsed({"mask", "lint", "--source", "env:URL", "--mask", "m.json", "--exclude-data", "a.*"});
    EXPECT_EQ(options.verb, Verb::mask_lint);
    EXPECT_EQ(options.mask, "m.json");
    EXPECT_EQ(options.source, "env:URL");
    EXPECT_EQ(options.exclude_data, (std::vector<std::string>{"a.*"}));
    EXPECT_EQ(refused({"mask", "lint", "--source", "env:URL"}).kind, Errc::usage);
    EXPECT_EQ(refused({"mask"}).kind, Errc::usage);
    EXPECT_EQ(refused({"--mask", "", "--store", "s"}).kind, Errc::usage);
    EXPECT_EQ(parsed({"--mask", "m.json", "--store", "s"}).mask, "m.json");
}

TEST(DbSnapshotOptions, knows_its_verbs) {
    for (auto const& [name, verb] :
         std::vector<std::pair<std::string, Verb>>{{"init", Verb::init}, {"list", Verb::list}}) {
        EXPECT_EQ(parsed({name, "--store", "s"}).verb, verb);
    }
    for (auto const& [name, verb] : std::vector<std::pair<std::string, Verb>>{
             {"show", Verb::show}, {"status", Verb::status}, {"verify", Verb::verify}}) {
        Options const options = parsed({name, "latest", "--store", "s"});
        EXPECT_EQ(options.verb, verb);
        EXPECT_EQ(options.id, "latest");
    }
    Options const files = parsed({"export", "latest", "/tmp/x", "--store", "s"});
    EXPECT_EQ(files.verb, Verb::export_files);
    EXPECT_EQ(files.directory, "/tmp/x");
    EXPECT_EQ(parsed({"verify", "latest", "--store", "s", "--restore-to", "env:X"}).restore_to, "env:X");
}

TEST(DbSnapshotOptions, takes_the_store_from_the_environment_unless_it_is_given) {
    EXPECT_EQ(parsed({"list"}, {{"SLUICE_STORE", "/from/env"}}).store, "/from/env");
    EXPECT_EQ(parsed({"list", "--store", "/given"}, {{"SLUICE_STORE", "/from/env"}}).store, "/given");
}

TEST(DbSnapshotOptions, wants_a_store) {
    Error const error = refused({"--source", "env:URL"});
    EXPECT_EQ(error.kind, Errc::usage);
    EXPECT_EQ(error.message, "no store named");
    EXPECT_EQ(error.hint, "Give --store DIRECTORY or set SLUICE_STORE.");
}

TEST(DbSnapshotOptions, refuses_what_cannot_be_meant) {
    for (std::vector<std::string> const& arguments :
         std::vector<std::vector<std::string>>{{"--store", "s", "--label", "novalue"},
                                               {"--store", "s", "--label", "=value"},
                                               {"--store", "s", "--jobs", "0"},
                                               {"--store", "s", "--jobs", "-1"},
                                               {"--store", "s", "--jobs", "65"},
                                               {"--store", "s", "--jobs", "many"},
                                               {"--store", "s", "--lock-timeout", "10"},
                                               {"--store", "s", "--lock-timeout", "-1s"},
                                               {"--store", "s", "--name", "a/b"},
                                               {"--store", "s", "--nonsense"},
                                               {"verify", "latest", "--store", "s", "--restore-to", ""},
                                               {"--store", "s", "--source", ""},
                                               {"--store", "s", "--name", ""},
                                               {"--store", "s", "--dotenv", ""},
                                               {"show", "--store", "s"},
                                               {"export", "latest", "--store", "s"},
                                               {"list", "extra", "--store", "s"},
                                               {"list", "--store", "s", "--restore-to", "env:X"}}) {
        EXPECT_EQ(refused(arguments).kind, Errc::usage) << testing::PrintToString(arguments);
    }
}

TEST(DbSnapshotOptions, asks_whether_a_near_name_was_meant) {
    EXPECT_EQ(refused({"--store", "s", "--exclude-date", "x"}).hint, "did you mean '--exclude-data'?");
    EXPECT_EQ(refused({"verfy", "latest", "--store", "s"}).hint, "did you mean 'verify'?");
}

} // namespace
} // namespace sluice::db_snapshot
