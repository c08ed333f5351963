#include "common/log/log.hpp"

#include "common/log/redact.hpp"

#include <gtest/gtest.h>
#include <regex>

namespace sluice::log {
namespace {

class Log : public testing::Test {
  protected:
    void SetUp() override { configure("smoke", false); }
    void TearDown() override {
        configure("sluice", false);
        forget_secrets();
    }
};

template <class Work> std::string stderr_of(Work const& work) {
    testing::internal::CaptureStderr();
    work();
    return testing::internal::GetCapturedStderr();
}

TEST_F(Log, writes_time_level_tool_event_and_fields) {
    std::string const line = stderr_of([] { info("table read", {{"rows", "12"}, {"name", "public.orders"}}); });
    std::regex const shape(
        R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info smoke: table read rows=12 name=public\.orders\n)");
    EXPECT_TRUE(std::regex_match(line, shape)) << line;
}

TEST_F(Log, quotes_values_that_would_break_the_line_apart) {
    std::string const line = stderr_of([] {
        warning("x", {{"a", "two words"}, {"b", "say \"hi\""}, {"c", "1\n2"}, {"d", ""}});
    });
    EXPECT_NE(line.find(R"(a="two words" b="say \"hi\"" c="1\n2" d="")"), std::string::npos) << line;
}

// A name from a database may hold anything, and a terminal obeys escape sequences.
TEST_F(Log, writes_control_characters_as_numbers) {
    std::string const line = stderr_of([] { info("x", {{"name", "a\x1b[2Jb\r"}}); });
    EXPECT_NE(line.find(R"(name="a\x1b[2Jb\x0d")"), std::string::npos) << line;
}

TEST_F(Log, shows_debug_lines_only_when_verbose) {
    EXPECT_EQ(stderr_of([] { debug("sql", {{"sql", "SELECT 1"}}); }), "");
    configure("smoke", true);
    EXPECT_NE(stderr_of([] {
                  debug("sql", {{"sql", "SELECT 1"}});
              }).find(" debug smoke: sql sql=\"SELECT 1\""),
              std::string::npos);
}

TEST_F(Log, redacts_every_line) {
    remember_secret("hunter22");
    std::string const line = stderr_of([] { info("connect to hunter22", {{"url", "postgresql://u:pw@h/d"}}); });
    EXPECT_EQ(line.find("hunter22"), std::string::npos);
    EXPECT_NE(line.find("postgresql://u:***@h/d"), std::string::npos) << line;
}

TEST_F(Log, hides_a_secret_with_quotes_in_a_quoted_value) {
    remember_secret("pa\"ss wo\\rd");
    std::string const line = stderr_of([] { info("x", {{"value", "pa\"ss wo\\rd"}}); });
    EXPECT_NE(line.find("value=\"***\""), std::string::npos) << line;
}

TEST_F(Log, erases_the_progress_line_before_a_log_line) {
    std::string const text = stderr_of([] {
        show_progress_line("half done");
        write_text("next\n");
    });
    EXPECT_EQ(text, "half done\r\033[Knext\n");
}

TEST_F(Log, replaces_and_removes_the_progress_line) {
    std::string const text = stderr_of([] {
        show_progress_line("one");
        show_progress_line("two");
        show_progress_line("");
    });
    EXPECT_EQ(text, "one\r\033[Ktwo\r\033[K");
}

} // namespace
} // namespace sluice::log
