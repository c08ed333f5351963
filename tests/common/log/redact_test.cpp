#include "common/log/redact.hpp"

#include <gtest/gtest.h>

namespace sluice::log {
namespace {

class Redact : public testing::Test {
  protected:
    void TearDown() override { forget_secrets(); }
};

TEST_F(Redact, leaves_ordinary_text_alone) {
    EXPECT_EQ(redact("12 rows from public.orders at 10:30, 50% done"), "12 rows from public.orders at 10:30, 50% done");
}

TEST_F(Redact, hides_a_remembered_secret_wherever_it_stands) {
    remember_secret("s3cr3t!");
    EXPECT_EQ(redact("a s3cr3t! and s3cr3t!s3cr3t!"), "a *** and ******");
}

TEST_F(Redact, ignores_secrets_too_short_to_hide) {
    remember_secret("abc");
    remember_secret("");
    EXPECT_EQ(redact("abc abcd"), "abc abcd");
}

TEST_F(Redact, hides_the_longer_secret_when_one_contains_the_other) {
    remember_secret("pass");
    remember_secret("password123");
    EXPECT_EQ(redact("x password123 y"), "x *** y");
}

TEST_F(Redact, hides_the_url_encoded_form_in_both_cases) {
    remember_secret("p@ss/w\xC3\xB6rd");
    EXPECT_EQ(redact("u:p%40ss%2Fw%C3%B6rd@h"), "u:***@h");
    EXPECT_EQ(redact("u:p%40ss%2fw%c3%b6rd@h"), "u:***@h");
}

// printf 'open sesame' | base64 → b3BlbiBzZXNhbWU=
TEST_F(Redact, hides_the_base64_form) {
    remember_secret("open sesame");
    EXPECT_EQ(redact("Authorization: b3BlbiBzZXNhbWU=").find("b3BlbiBzZXNhb"), std::string::npos);
}

// HTTP basic authentication encodes "user:password", so a secret begins at any of the three places of a group:
// for u in u: me: you:; do printf "${u}open sesame" | base64; done
TEST_F(Redact, hides_the_base64_form_at_every_place_of_a_group) {
    remember_secret("open sesame");
    EXPECT_EQ(redact("dTpvcGVuIHNlc2FtZQ==").find("VuIHNlc2Ft"), std::string::npos);
    EXPECT_EQ(redact("bWU6b3BlbiBzZXNhbWU=").find("BlbiBzZXNh"), std::string::npos);
    EXPECT_EQ(redact("eW91Om9wZW4gc2VzYW1l").find("wZW4gc2VzY"), std::string::npos);
}

TEST_F(Redact, hides_the_forms_that_json_and_connection_strings_give_a_secret) {
    remember_secret("a\"b'c\\d");
    EXPECT_EQ(redact(R"({"message":"a\"b'c\\d"})"), R"({"message":"***"})");
    EXPECT_EQ(redact(R"(using 'a"b\'c\\d')"), "using '***'");
    EXPECT_EQ(redact(R"(using 'a"b''c\d')"), "using '***'");
}

TEST_F(Redact, hides_the_password_of_a_uri_never_seen_before) {
    EXPECT_EQ(redact("postgresql://reader:topsecret@db:5432/shop?sslmode=require"),
              "postgresql://reader:***@db:5432/shop?sslmode=require");
    EXPECT_EQ(redact("https://ci:tok@host/x and https://ci:other@host"),
              "https://ci:***@host/x and https://ci:***@host");
}

TEST_F(Redact, leaves_uris_without_a_password_alone) {
    EXPECT_EQ(redact("postgresql://reader@db:5432/shop"), "postgresql://reader@db:5432/shop");
    EXPECT_EQ(redact("see https://example.org:8080/a and mail me@example.org"),
              "see https://example.org:8080/a and mail me@example.org");
}

// libpq takes everything up to the @ or the first slash for user and password.
TEST_F(Redact, hides_uri_passwords_with_unescaped_signs) {
    EXPECT_EQ(redact("postgresql://u:to#p?se@host/db").find("se@"), std::string::npos);
    EXPECT_EQ(redact("postgresql://u:to#p?se@host/db").find("to#p"), std::string::npos);
    EXPECT_EQ(redact("postgresql://u:one@two@host/db").find("two"), std::string::npos);
}

TEST_F(Redact, hides_password_settings) {
    EXPECT_EQ(redact("host=h password=topsecret dbname=d"), "host=h password=*** dbname=d");
    EXPECT_EQ(redact("password='top secret' dbname=d"), "password='***' dbname=d");
    EXPECT_EQ(redact("PGPASSWORD=topsecret pg_dump"), "PGPASSWORD=*** pg_dump");
    EXPECT_EQ(redact("sslpassword=topsecret"), "sslpassword=***");
    EXPECT_EQ(redact("?user=u&password=topsecret&x=1"), "?user=u&password=***&x=1");
    EXPECT_EQ(redact("password = topsecret"), "password = ***");
}

TEST_F(Redact, finds_the_end_of_a_quoted_password_behind_escaped_quotes) {
    EXPECT_EQ(redact(R"(password='top\'secret\\' dbname=d)"), "password='***' dbname=d");
}

TEST_F(Redact, hides_an_unfinished_quoted_password_to_the_end) {
    EXPECT_EQ(redact("password='top secret"), "password='***'");
}

} // namespace
} // namespace sluice::log
