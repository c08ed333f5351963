#include "common/store/recipient_key.hpp"

#include "common/log/redact.hpp"
#include "tests/support/must.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace sluice::store {
namespace {

using test::must;

std::string fresh() { return must(RecipientKey::generate()).text(); }

Error refusal(std::string const& text) {
    auto const key = RecipientKey::parse(text, "VAR");
    EXPECT_FALSE(key) << text;
    return key ? Error{} : key.error();
}

TEST(RecipientKeyText, goes_there_and_back) {
    auto const key = must(RecipientKey::generate());
    auto const again = must(RecipientKey::parse(" " + key.text() + "\r\n", "VAR"));
    EXPECT_EQ(again.secret(), key.secret());
    EXPECT_EQ(again.public_key(), key.public_key());
    EXPECT_EQ(again.text(), key.text());
    EXPECT_NE(fresh(), key.text());
}

TEST(RecipientKeyText, says_of_each_mistake_what_it_is) {
    std::string const good = fresh();
    std::string mistyped = good;
    mistyped[20] = mistyped[20] == '0' ? '1' : '0';
    std::string other_end = good;
    other_end.back() = other_end.back() == '0' ? '1' : '0';
    std::string capital = good;
    capital[20] = 'G';
    std::string unjoined = good;
    unjoined[77] = '_';
    std::vector<std::pair<std::string, std::string>> const cases{
        {"correct horse battery staple", "does not begin with"},
        {"", "does not begin with"},
        {"AGE-SECRET-KEY-1QQQQ", "does not begin with"},
        {good.substr(11), "does not begin with"},
        {"sluice-key-2-" + good.substr(13), "a kind that this version does not know"},
        {"sluice-key-", "cut short, to 11 of 86"},
        {good.substr(0, 85), "cut short, to 85 of 86"},
        {good + "0", "87 characters instead of 86"},
        {good + "\n" + good, "173 characters instead of 86"},
        {mistyped, "mistyped"},
        {other_end, "mistyped"},
        {capital, "mistyped"},
        {unjoined, "mistyped"},
    };
    for (auto const& [text, said] : cases) {
        Error const error = refusal(text);
        EXPECT_EQ(error.kind, Errc::usage) << text;
        EXPECT_NE(error.message.find(said), std::string::npos) << error.message;
        EXPECT_TRUE(error.message.starts_with("VAR holds no store key")) << error.message;
        EXPECT_FALSE(error.hint.empty());
        if (text.size() > 20) {
            EXPECT_EQ(error.message.find(text.substr(13)), std::string::npos) << "the text may be a secret";
        }
    }
}

class ReadRecipientKey : public testing::Test {
  protected:
    using Variables = std::map<std::string, std::string>;
    static Result<std::optional<RecipientKey>> read(Variables variables, std::string const& reference = {}) {
        return read_recipient_key(reference, ci::Environment(std::move(variables)));
    }
    std::string with_file(std::string const& text, std::filesystem::perms mode) {
        std::string path = m_folder.file("key");
        test::write_text(path, text);
        std::filesystem::permissions(path, mode);
        return path;
    }
    static constexpr auto k_own = std::filesystem::perms::owner_read;

    test::TemporaryDirectory m_folder{};
    std::string m_text = fresh();
};

TEST_F(ReadRecipientKey, finds_it_where_it_is_named) {
    std::string const path = with_file(m_text + "\nsecond line\n", k_own | std::filesystem::perms::group_read);
    for (auto const& found : {read({{"SLUICE_STORE_KEY", m_text}}), read({{"SLUICE_STORE_KEY_FILE", path}}),
                              read({{"SLUICE_STORE_KEY", "x"}, {"OTHER", m_text}}, "env:OTHER"),
                              read({{"SLUICE_STORE_KEY_FILE", "/x"}, {"SLUICE_STORE_KEY", "x"}}, "file:" + path)}) {
        ASSERT_TRUE(found && *found) << found.error().message;
        EXPECT_EQ((*found)->text(), m_text);
    }
    EXPECT_EQ(must(read({{"SLUICE_STORE_KEY", m_text}}))->where(), "SLUICE_STORE_KEY");
    EXPECT_FALSE(must(read({})));
    EXPECT_FALSE(must(read({{"SLUICE_STORE_KEY", ""}}))) << "as CI systems expand a variable that is not set";
}

TEST_F(ReadRecipientKey, says_what_is_wrong_with_where_it_is_named) {
    struct Case {
        Variables variables;
        std::string reference;
        Errc kind;
        char const* said;
    };
    std::string const readable = with_file(m_text, k_own | std::filesystem::perms::others_read);
    std::vector<Case> const cases{
        {{{"SLUICE_STORE_KEY", m_text}, {"SLUICE_STORE_KEY_FILE", readable}}, "", Errc::usage, "both SLUICE_STORE_KEY"},
        {{{"SLUICE_STORE_KEY_FILE", readable}}, "", Errc::denied, "read by everybody"},
        {{{"SLUICE_STORE_KEY_FILE", "/no/such/file"}}, "", Errc::usage, "cannot read the store key's file"},
        {{{"SLUICE_STORE_KEY_FILE", "/tmp"}}, "", Errc::usage, "cannot read the store key's file"},
        {{{"SLUICE_STORE_KEY", m_text}}, "env:OTHER", Errc::usage, "'OTHER' is not set"},
        {{}, m_text, Errc::usage, "neither by env:VAR nor by file:PATH"},
        {{{"SLUICE_STORE_KEY", "hunter2hunter2"}}, "", Errc::usage, "SLUICE_STORE_KEY holds no store key"},
    };
    for (auto const& one : cases) {
        auto const outcome = read(one.variables, one.reference);
        ASSERT_FALSE(outcome) << one.said;
        EXPECT_EQ(outcome.error().kind, one.kind) << one.said;
        EXPECT_NE(outcome.error().message.find(one.said), std::string::npos) << outcome.error().message;
        EXPECT_EQ(outcome.error().message.find(m_text.substr(13)), std::string::npos);
    }
}

TEST_F(ReadRecipientKey, remembers_it_for_redaction_even_when_it_is_refused) {
    must(read({{"SLUICE_STORE_KEY", m_text}}));
    EXPECT_FALSE(read({{"SLUICE_STORE_KEY", "hunter2hunter2"}}));
    EXPECT_EQ(log::redact("echo " + m_text + " hunter2hunter2"), "echo *** ***");
}

} // namespace
} // namespace sluice::store
