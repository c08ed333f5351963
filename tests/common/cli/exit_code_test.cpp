#include "common/cli/exit_code.hpp"

#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

// The table of DESIGN section 4.
TEST(ExitCode, has_the_numbers_of_the_contract) {
    EXPECT_EQ(static_cast<int>(ExitCode::ok), 0);
    EXPECT_EQ(static_cast<int>(ExitCode::no), 1);
    EXPECT_EQ(static_cast<int>(ExitCode::usage), 2);
    EXPECT_EQ(static_cast<int>(ExitCode::unknown), 3);
    EXPECT_EQ(static_cast<int>(ExitCode::refused), 4);
    EXPECT_EQ(static_cast<int>(ExitCode::own_no), 10);
    EXPECT_EQ(static_cast<int>(ExitCode::bad_data), 65);
    EXPECT_EQ(static_cast<int>(ExitCode::not_found), 69);
    EXPECT_EQ(static_cast<int>(ExitCode::internal), 70);
    EXPECT_EQ(static_cast<int>(ExitCode::temporary), 75);
    EXPECT_EQ(static_cast<int>(ExitCode::denied), 77);
    EXPECT_EQ(static_cast<int>(ExitCode::timed_out), 124);
}

TEST(ExitStatus, follows_from_the_kind_of_error) {
    EXPECT_EQ(exit_status_of(Errc::usage, 0), 2);
    EXPECT_EQ(exit_status_of(Errc::unknown, 0), 3);
    EXPECT_EQ(exit_status_of(Errc::refused, 0), 4);
    EXPECT_EQ(exit_status_of(Errc::bad_data, 0), 65);
    EXPECT_EQ(exit_status_of(Errc::not_found, 0), 69);
    EXPECT_EQ(exit_status_of(Errc::internal, 0), 70);
    EXPECT_EQ(exit_status_of(Errc::temporary, 0), 75);
    EXPECT_EQ(exit_status_of(Errc::denied, 0), 77);
    EXPECT_EQ(exit_status_of(Errc::timed_out, 0), 124);
}

TEST(ExitStatus, adds_128_to_the_signal) {
    EXPECT_EQ(exit_status_of(Errc::interrupted, 2), 130);
    EXPECT_EQ(exit_status_of(Errc::interrupted, 15), 143);
}

TEST(ExitStatus, keeps_the_error_s_own_code_when_a_signal_came_too_late) {
    EXPECT_EQ(exit_status_of(Errc::bad_data, 15), 65);
}

} // namespace
} // namespace sluice::cli
