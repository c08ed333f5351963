#include "common/config/variables.hpp"

#include "common/config/secrets.hpp"
#include "common/log/redact.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace sluice::config {
namespace {

class TheVariables : public testing::Test {
  protected:
    void TearDown() override { log::forget_secrets(); }
    ci::Environment const m_environment{
        {{"HOST", "shop.test"}, {"API_TOKEN", "tokentoken"}, {"EMPTY", ""}, {"LOGIN", "bG9naW4="}}};
    Variables const m_variables{m_environment, {{"base", "http://x"}}};
    [[nodiscard]] std::string expand(std::string const& text, Exposure exposure = Exposure::shown) const {
        auto const expanded = m_variables.expand(text, exposure);
        return expanded ? *expanded : "error: " + expanded.error().message;
    }
};

TEST_F(TheVariables, are_filled_in) {
    EXPECT_EQ(expand("http://${env:HOST}/${base}?x"), "http://shop.test/http://x?x");
    EXPECT_EQ(expand("nothing $ {} $x"), "nothing $ {} $x");
    EXPECT_EQ(expand("$${env:HOST}"), "${env:HOST}");
    EXPECT_EQ(expand("a$${b}${base}"), "a${b}http://x");
    EXPECT_EQ(expand(""), "");
}

TEST_F(TheVariables, are_errors_where_they_are_not_set) {
    for (char const* text : {"${env:NONE}", "${env:EMPTY}", "${none}", "${file:/no/such/file}", "${env:HOST", "${}"}) {
        EXPECT_TRUE(expand(text).starts_with("error: ")) << text;
    }
}

TEST_F(TheVariables, come_from_files_without_the_last_line_break) {
    test::TemporaryDirectory const folder;
    test::write_text(folder.path() / "secret", "from a file\n");
    EXPECT_EQ(expand("<${file:" + folder.file("secret") + "}>"), "<from a file>");
    EXPECT_EQ(log::redact("it is from a file."), "it is ***.");
}

TEST_F(TheVariables, are_hidden_by_where_they_go_and_by_their_name) {
    (void)expand("${env:HOST}");
    EXPECT_EQ(log::redact("shop.test"), "shop.test");
    (void)expand("${env:API_TOKEN}");
    EXPECT_EQ(log::redact("tokentoken"), "***");
    (void)expand("${env:HOST}", Exposure::hidden);
    EXPECT_EQ(log::redact("shop.test"), "***");
}

TEST_F(TheVariables, hide_the_password_inside_a_basic_login) {
    remember_basic_login({{"authorization", "basic dXNlcjpodW50ZXIyMg=="}}); // user:hunter22
    EXPECT_EQ(log::redact("it is hunter22!"), "it is ***!");
}

TEST_F(TheVariables, of_the_environment_are_hidden_when_their_name_speaks_of_a_secret) {
    remember_secrets_of(ci::Environment{
        {{"CI_JOB_TOKEN", "jobtoken1"}, {"DB_PASSWORD", "pass1234"}, {"TOKEN", "short"}, {"USER", "somebody"}}});
    EXPECT_EQ(log::redact("jobtoken1 pass1234 short somebody"), "*** *** short somebody");
}

} // namespace
} // namespace sluice::config
