#include "common/store/open_store.hpp"

#include "tests/support/fake_clock.hpp"
#include "tests/support/must.hpp"
#include "tests/support/ordinary_user.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace sluice::store {
namespace {

using test::must;

class OpenStore : public testing::Test {
  protected:
    test::TemporaryDirectory m_folder{};
    test::FakeClock m_clock{};

    [[nodiscard]] std::string location() const { return m_folder.file("store"); }
    [[nodiscard]] Error refusal() const {
        auto const outcome = open_store(location());
        EXPECT_FALSE(outcome);
        return outcome ? Error{} : outcome.error();
    }
    void with_store_json(std::string const& text) const {
        std::filesystem::create_directory(location());
        test::write_text(location() + "/store.json", text);
    }
};

TEST_F(OpenStore, makes_a_store_and_opens_it_again) {
    auto const made = must(open_or_create_store(location(), m_clock));
    must(made->write("a/b", "x"));
    EXPECT_EQ(must(must(open_store(location()))->read("a/b")), "x");
    EXPECT_EQ(must(must(open_or_create_store(location(), m_clock))->read("a/b")), "x");
    EXPECT_EQ(made->description(), "store '" + location() + "'");
}

TEST_F(OpenStore, writes_format_and_time_into_store_json) {
    must(open_or_create_store(location(), m_clock));
    EXPECT_EQ(test::read_text(location() + "/store.json"),
              "{\n  \"created\": \"2026-11-22T00:00:00.000Z\",\n  \"version\": 1\n}\n");
}

TEST_F(OpenStore, uses_an_empty_directory_that_is_there) {
    std::filesystem::create_directory(location());
    EXPECT_TRUE(open_or_create_store(location(), m_clock));
}

TEST_F(OpenStore, does_not_take_a_missing_directory_for_an_empty_store) {
    Error const error = refusal();
    EXPECT_EQ(error.kind, Errc::not_found);
    EXPECT_NE(error.hint.find("mounted"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(location()));
}

TEST_F(OpenStore, does_not_take_a_directory_without_store_json_for_a_store) {
    std::filesystem::create_directory(location());
    EXPECT_EQ(refusal().kind, Errc::not_found);
}

TEST_F(OpenStore, refuses_to_settle_among_other_files) {
    std::filesystem::create_directory(location());
    test::write_text(location() + "/thesis.txt", "x");
    auto const outcome = open_or_create_store(location(), m_clock);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::refused);
    EXPECT_FALSE(std::filesystem::exists(location() + "/store.json"));
}

TEST_F(OpenStore, refuses_a_format_it_does_not_know) {
    with_store_json(R"({"version": 3, "created": "2030-01-01T00:00:00.000Z"})");
    Error const error = refusal();
    EXPECT_EQ(error.kind, Errc::bad_data);
    EXPECT_NE(error.message.find("format 3"), std::string::npos);
}

TEST_F(OpenStore, refuses_a_damaged_store_json) {
    for (char const* text :
         {"", "{", "[]", R"({"version": "1", "created": "x"})", R"({"created": "x"})",
          R"({"version": 1, "created": "x", "encrypted": true})", R"({"version": 2, "created": "x"})",
          R"({"version": 1, "created": "x", "recipients": [], "authentication": "00"})",
          R"({"version": 2, "created": "x", "recipients": {}, "authentication": "00"})",
          R"({"version": 2, "created": "x", "recipients": [{"name": "a"}], "authentication": "00"})",
          R"({"version": 2, "created": "x", "recipients": [{"name": "a", "public_key": "xy",
                                 "root": "00"}], "authentication": "00"})"}) {
        with_store_json(text);
        EXPECT_EQ(refusal().kind, Errc::bad_data) << text;
        EXPECT_EQ(open_or_create_store(location(), m_clock).error().kind, Errc::bad_data) << text;
        EXPECT_EQ(test::read_text(location() + "/store.json"), text);
    }
}

TEST_F(OpenStore, refuses_a_location_of_another_kind_and_none) {
    EXPECT_EQ(open_store("s3://bucket/prefix").error().kind, Errc::usage);
    EXPECT_EQ(open_store("").error().kind, Errc::usage);
    EXPECT_EQ(open_or_create_store("", m_clock).error().kind, Errc::usage);
}

TEST_F(OpenStore, does_not_make_the_folders_above_a_new_store) {
    auto const outcome = open_or_create_store(m_folder.file("not/mounted/store"), m_clock);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::not_found);
    EXPECT_FALSE(std::filesystem::exists(m_folder.file("not")));
}

TEST_F(OpenStore, says_which_right_is_missing) {
    must(open_or_create_store(location(), m_clock));
    std::filesystem::permissions(location(), std::filesystem::perms::none);
    {
        test::OrdinaryUser const somebody;
        EXPECT_EQ(refusal().kind, Errc::denied);
        EXPECT_EQ(open_or_create_store(location(), m_clock).error().kind, Errc::denied);
        EXPECT_EQ(open_or_create_store(m_folder.file("other"), m_clock).error().kind, Errc::denied);
    }
    std::filesystem::permissions(location(), std::filesystem::perms::owner_all);
}

/// Encrypted for one key, with something in it.
class EncryptedStore : public OpenStore {
  protected:
    EncryptedStore() { must(must(create())->write("a/b", "secret")); }
    Result<std::unique_ptr<Store>> create() {
        return create_encrypted_store(location(), "ci", m_clock, with(m_key), "");
    }
    static ci::Environment with(std::string const& key) { return ci::Environment({{"SLUICE_STORE_KEY", key}}); }
    static std::string fresh_key() { return must(RecipientKey::generate()).text(); }
    std::string m_key = fresh_key();
};

TEST_F(EncryptedStore, opens_with_its_key_and_is_made_once) {
    EXPECT_EQ(must(must(open_store(location(), with(m_key)))->read("a/b")), "secret");
    EXPECT_EQ(must(must(open_or_create_store(location(), m_clock, with(m_key)))->read("a/b")), "secret");
    EXPECT_EQ(must(must(create())->read("a/b")), "secret");
    EXPECT_EQ(must(must(open_store(location(), ci::Environment({{"K", m_key}}), "env:K"))->read("a/b")), "secret");
    EXPECT_EQ(test::read_text(location() + "/a/b").find("secret"), std::string::npos);
}

TEST_F(EncryptedStore, says_before_any_work_which_key_is_wrong) {
    for (auto const& [key, said] : std::vector<std::pair<std::string, char const*>>{
             {"", "is encrypted, and no key is given"},
             {fresh_key(), "encrypted for other keys than the one in SLUICE_STORE_KEY"},
             {m_key.substr(0, 40), "cut short"},
             {"hunter2", "holds no store key"}}) {
        for (auto const& outcome :
             {open_store(location(), with(key)).map([](auto const&) {}),
              open_or_create_store(location(), m_clock, with(key)).map([](auto const&) {}),
              create_encrypted_store(location(), "ci", m_clock, with(key), "").map([](auto const&) {}),
              open_key_ring(location(), with(key), "").map([](auto const&) {})}) {
            ASSERT_FALSE(outcome) << said;
            EXPECT_EQ(outcome.error().kind, Errc::usage) << said;
            EXPECT_FALSE(outcome.error().hint.empty()) << said;
        }
        EXPECT_NE(open_store(location(), with(key)).error().message.find(said), std::string::npos) << said;
    }
}

// Whoever may write to the store turns it into a plain one, to read what we write or to hand us what he wrote.
TEST_F(EncryptedStore, never_falls_back_to_plain_where_a_key_is_set) {
    test::write_text(location() + "/store.json", R"({"version": 1, "created": "2026-11-22T00:00:00.000Z"})");
    for (auto const& outcome :
         {open_store(location(), with(m_key)).map([](auto const&) {}),
          open_or_create_store(location(), m_clock, with(m_key)).map([](auto const&) {}),
          create().map([](auto const&) {}), open_key_ring(location(), with(m_key), "").map([](auto const&) {})}) {
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().kind, Errc::refused);
    }
    std::filesystem::remove(location() + "/store.json");
    EXPECT_FALSE(open_or_create_store(location(), m_clock, with(m_key)));
    EXPECT_FALSE(std::filesystem::exists(location() + "/store.json"));
}

TEST_F(EncryptedStore, reads_nothing_plain) {
    test::write_text(location() + "/a/b", R"({"planted": true})");
    auto const outcome = must(open_store(location(), with(m_key)))->read("a/b");
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::bad_data);
    EXPECT_NE(outcome.error().message.find("is not encrypted"), std::string::npos);
}

TEST_F(EncryptedStore, misses_its_keys) {
    std::filesystem::remove_all(location() + "/keys");
    EXPECT_EQ(open_store(location(), with(m_key)).error().kind, Errc::bad_data);
    EXPECT_TRUE(create()) << "an init that was killed is completed by the next one";
    EXPECT_TRUE(open_store(location(), with(m_key)));
}

TEST_F(EncryptedStore, is_not_made_without_a_key_nor_a_plain_one_with_one) {
    auto const other = m_folder.file("other");
    EXPECT_EQ(create_encrypted_store(other, "ci", m_clock, ci::Environment{}, "").error().kind, Errc::usage);
    auto const plain = open_or_create_store(other, m_clock, with(m_key));
    ASSERT_FALSE(plain);
    EXPECT_NE(plain.error().hint.find("init --encrypt"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(other));
}

TEST(OpenOrCreateStore, makes_the_store_that_a_killed_run_began_to_make) {
    test::TemporaryDirectory const folder;
    test::write_text(folder.path() / ".tmp-host-1-0", "{");
    EXPECT_TRUE(open_or_create_store(folder.path().string(), time::real_clock()));
    EXPECT_TRUE(open_store(folder.path().string()));
}

} // namespace
} // namespace sluice::store
