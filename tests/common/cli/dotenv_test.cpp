#include "common/cli/dotenv.hpp"

#include "tests/support/must.hpp"
#include "tests/support/ordinary_user.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

TEST(Dotenv, replaces_the_whole_file) {
    test::TemporaryDirectory const folder;
    std::string const file = folder.file("sluice.env");
    test::must(write_dotenv(file, {{"SLUICE_A", "a much longer value than the next"}}));
    test::must(write_dotenv(file, {{"SLUICE_A", "1 = one"}, {"SLUICE_B", ""}}));
    EXPECT_EQ(test::read_text(file), "SLUICE_A=1 = one\nSLUICE_B=\n");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

// A line break would let a value set variables of the next job.
TEST(Dotenv, refuses_what_is_not_one_line) {
    test::TemporaryDirectory const folder;
    std::string const file = folder.file("sluice.env");
    for (char const* value : {"a\nPATH=/tmp", "a\r", "a\tb", "\x7f"}) {
        EXPECT_EQ(write_dotenv(file, {{"SLUICE_A", value}}).error().kind, Errc::bad_data);
    }
    for (char const* name : {"", "A B", "1A", "A=B", "A\n"}) {
        EXPECT_EQ(write_dotenv(file, {{name, "x"}}).error().kind, Errc::bad_data);
    }
    EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(Dotenv, says_why_it_cannot_write) {
    test::TemporaryDirectory const folder;
    EXPECT_EQ(write_dotenv(folder.file("none/sluice.env"), {}).error().kind, Errc::not_found);
    test::OrdinaryUser const somebody;
    EXPECT_EQ(write_dotenv(folder.file("sluice.env"), {}).error().kind, Errc::denied);
}

} // namespace
} // namespace sluice::cli
