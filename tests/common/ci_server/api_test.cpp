#include "common/ci_server/api.hpp"

#include "common/ci_server/jenkins.hpp"
#include "common/time/timestamp.hpp"

#include <gtest/gtest.h>

namespace sluice::ci_server {
namespace {

std::string read(std::string const& text) {
    auto const when = parse_api_time(text);
    return when ? time::timestamp_text(*when) : "nothing";
}

TEST(ApiTime, is_read_with_every_offset) {
    EXPECT_EQ(read("2026-11-22T10:00:00Z"), "2026-11-22T10:00:00.000Z");
    EXPECT_EQ(read("2026-11-22T10:00:00.123456Z"), "2026-11-22T10:00:00.000Z");
    EXPECT_EQ(read("2026-11-22T10:00:00+01:00"), "2026-11-22T09:00:00.000Z");
    EXPECT_EQ(read("2026-11-22T10:00:00.123-03:30"), "2026-11-22T13:30:00.000Z");
    for (char const* text : {"", "soon", "2026-11-22", "2026-11-22T10:00:00", "2026-13-22T10:00:00Z",
                             "2026-11-22T10:00:00+0100", "+01:00", "2026-11-22T10:00:00 01:00", "Z"}) {
        EXPECT_EQ(read(text), "nothing") << text;
    }
}

TEST(ApiUrl, is_encrypted_or_local_and_holds_no_login) {
    for (char const* url :
         {"https://gitlab.example/api/v4", "http://127.0.0.1:8080/api", "http://localhost/x", "http://[::1]:80/x"}) {
        EXPECT_TRUE(check_url(url)) << url;
    }
    for (char const* url : {"", "gitlab.example", "http://gitlab.example/api", "ftp://127.0.0.1/",
                            "https://me:secret@gitlab.example/", "file:///etc/passwd", "http://127.evil.example/",
                            "http://localhost.evil.example/", "http://localhostess/", "http://[::2]/"}) {
        EXPECT_FALSE(check_url(url)) << url;
    }
}

TEST(JenkinsInput, has_a_capital_letter_first) {
    EXPECT_EQ(input_id("deploy"), "Deploy");
    EXPECT_EQ(input_id("Deploy"), "Deploy");
    EXPECT_EQ(input_id(""), "");
}

} // namespace
} // namespace sluice::ci_server
