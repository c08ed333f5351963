#include "common/result/error.hpp"

#include <gtest/gtest.h>

namespace sluice::result {
namespace {

TEST(ErrorText, is_one_line_when_there_is_only_a_message) {
    EXPECT_EQ(to_text({Errc::not_found, "cannot read 'x'", {}, {}, {}}, "smoke"), "smoke: error: cannot read 'x'\n");
}

TEST(ErrorText, shows_context_outermost_first_and_the_hint_last) {
    Error const error{Errc::bad_data, "no digits", "Write a number.", {"reading 'inner'", "reading 'outer'"}, {}};
    EXPECT_EQ(to_text(error, "db-snapshot"), "db-snapshot: error: no digits\n"
                                             "  while reading 'outer'\n"
                                             "  while reading 'inner'\n"
                                             "  hint: Write a number.\n");
}

TEST(ErrorText, points_at_the_column_with_a_caret) {
    Error const error{
        Errc::bad_data, "unknown key 'jbos'", {}, {}, SourcePosition{"gate.json", 12, 5, "    \"jbos\": 4"}};
    EXPECT_EQ(to_text(error, "gate-wait"), "gate-wait: error: gate.json:12:5: unknown key 'jbos'\n"
                                           "  12 |     \"jbos\": 4\n"
                                           "     |     ^\n");
}

TEST(ErrorText, keeps_tabs_before_the_caret_so_that_it_lines_up) {
    Error const error{Errc::bad_data, "m", {}, {}, SourcePosition{"f", 1, 3, "\tab"}};
    EXPECT_EQ(to_text(error, "t"), "t: error: f:1:3: m\n  1 | \tab\n    | \t ^\n");
}

TEST(ErrorText, counts_a_letter_of_two_bytes_once_before_the_caret) {
    Error const error{Errc::bad_data,
                      "m",
                      {},
                      {},
                      SourcePosition{"f", 1, 4,
                                     "\xC3\xA4"
                                     "b!"}};
    EXPECT_EQ(to_text(error, "t"), "t: error: f:1:4: m\n  1 | \xC3\xA4"
                                   "b!\n    |   ^\n");
}

TEST(ErrorText, survives_a_column_beyond_the_line) {
    Error const error{Errc::bad_data, "m", {}, {}, SourcePosition{"f", 1, 9, "ab"}};
    EXPECT_EQ(to_text(error, "t"), "t: error: f:1:9: m\n  1 | ab\n    |   ^\n");
}

TEST(ErrorKind, has_a_name_for_each_value) {
    EXPECT_EQ(name_of(Errc::usage), "usage");
    EXPECT_EQ(name_of(Errc::bad_data), "bad_data");
    EXPECT_EQ(name_of(Errc::denied), "denied");
    EXPECT_EQ(name_of(Errc::not_found), "not_found");
    EXPECT_EQ(name_of(Errc::refused), "refused");
    EXPECT_EQ(name_of(Errc::unknown), "unknown");
    EXPECT_EQ(name_of(Errc::temporary), "temporary");
    EXPECT_EQ(name_of(Errc::timed_out), "timed_out");
    EXPECT_EQ(name_of(Errc::interrupted), "interrupted");
    EXPECT_EQ(name_of(Errc::internal), "internal");
}

} // namespace
} // namespace sluice::result
