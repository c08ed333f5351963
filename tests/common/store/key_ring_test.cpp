#include "common/store/key_ring.hpp"

#include "common/crypto/digest.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/must.hpp"
#include "tests/support/scripted_store.hpp"

#include <gtest/gtest.h>

namespace sluice::store {
namespace {

using test::must;

class KeyRings : public testing::Test {
  protected:
    KeyRings() { must(KeyRing::create(m_store, m_ci, "ci", m_clock)); }
    Result<KeyRing> open(RecipientKey const& key) { return KeyRing::open(m_store, m_store.objects["store.json"], key); }
    std::string only_key_file() {
        for (auto const& [key, text] : m_store.objects) {
            if (key.starts_with("keys/")) {
                return key;
            }
        }
        return {};
    }

    test::MemoryStore m_store{};
    test::FakeClock m_clock{};
    RecipientKey m_ci = must(RecipientKey::generate());
    RecipientKey m_escrow = must(RecipientKey::generate());
    RecipientKey m_thief = must(RecipientKey::generate());
};

TEST_F(KeyRings, open_with_the_first_recipient_s_key_and_no_other) {
    auto const ring = must(open(m_ci));
    EXPECT_EQ(ring.own_name(), "ci");
    EXPECT_EQ(ring.keys().sealing.size(), 1U);
    EXPECT_EQ(ring.keys().sealing.count(ring.keys().current), 1U);
    auto const refused = open(m_escrow);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::usage);
    EXPECT_NE(refused.error().message.find("its recipients are: ci"), std::string::npos) << refused.error().message;
}

TEST_F(KeyRings, hold_no_secret_in_plain) {
    auto const keys = must(open(m_ci)).keys();
    for (auto const& [key, text] : m_store.objects) {
        auto const shown = [&text = text](std::string const& secret) {
            return text.find(secret) != std::string::npos || text.find(crypto::hex(secret)) != std::string::npos;
        };
        EXPECT_FALSE(shown(m_ci.secret()) || shown(m_ci.pair_secret()) || shown(keys.naming)) << key;
        EXPECT_FALSE(shown(keys.sealing.at(keys.current))) << key;
    }
}

TEST_F(KeyRings, let_an_added_key_open_everything) {
    auto ring = must(open(m_ci));
    must(ring.rotate(m_store, m_clock));
    must(ring.add(m_store, "escrow", m_escrow));
    auto const seen = must(open(m_escrow));
    EXPECT_EQ(seen.own_name(), "escrow");
    EXPECT_EQ(seen.keys().sealing, ring.keys().sealing);
    EXPECT_EQ(seen.keys().sealing.size(), 2U);
    EXPECT_EQ(seen.keys().naming, ring.keys().naming);
}

TEST_F(KeyRings, rotate_for_all_recipients_with_one_key_alone) {
    must(must(open(m_ci)).add(m_store, "escrow", m_escrow));
    auto const before = must(open(m_escrow)).keys();
    must(must(open(m_ci)).rotate(m_store, m_clock));
    auto const after = must(open(m_escrow)).keys();
    EXPECT_EQ(after.sealing.size(), 2U);
    EXPECT_NE(after.current, before.current);
    EXPECT_EQ(after.sealing.at(before.current), before.sealing.at(before.current));
    EXPECT_EQ(after.naming, before.naming) << "or no chunk would be found again";
}

// What removal is worth: the removed key opens neither the new list nor, with all that it learned before, a new key.
TEST_F(KeyRings, keep_what_comes_after_a_rotation_from_a_removed_key) {
    must(must(open(m_ci)).add(m_store, "thief", m_thief));
    std::string const old_list = m_store.objects["store.json"];
    auto ring = must(open(m_ci));
    must(ring.remove(m_store, "thief"));
    EXPECT_FALSE(open(m_thief));
    must(ring.rotate(m_store, m_clock));
    auto const with_old_list = KeyRing::open(m_store, old_list, m_thief);
    ASSERT_FALSE(with_old_list);
    EXPECT_NE(with_old_list.error().message.find("was not given to recipient 'thief'"), std::string::npos)
        << with_old_list.error().message;
    EXPECT_TRUE(open(m_ci));
}

TEST_F(KeyRings, never_lose_the_last_recipient) {
    auto ring = must(open(m_ci));
    auto const refused = ring.remove(m_store, "ci");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::refused);
    EXPECT_EQ(ring.remove(m_store, "cj").error().kind, Errc::not_found);
    must(ring.add(m_store, "escrow", m_escrow));
    must(ring.remove(m_store, "ci"));
    EXPECT_TRUE(open(m_escrow));
    EXPECT_FALSE(open(m_ci));
}

TEST_F(KeyRings, refuse_a_name_or_a_key_twice_and_take_the_same_pair_again) {
    auto ring = must(open(m_ci));
    must(ring.add(m_store, "escrow", m_escrow));
    EXPECT_EQ(ring.add(m_store, "escrow", m_thief).error().kind, Errc::refused);
    EXPECT_EQ(ring.add(m_store, "other", m_escrow).error().kind, Errc::refused);
    must(ring.add(m_store, "escrow", m_escrow));
    EXPECT_EQ(must(open(m_escrow)).document().recipients.size(), 2U);
    for (std::string const& name : {std::string(), std::string("a b"), std::string("a/b"), std::string(64, 'a')}) {
        EXPECT_EQ(ring.add(m_store, name, m_thief).error().kind, Errc::usage) << name;
    }
}

TEST_F(KeyRings, keep_both_keys_of_two_rotations_at_a_time) {
    auto one = must(open(m_ci));
    auto other = must(open(m_ci));
    must(one.rotate(m_store, m_clock));
    must(other.rotate(m_store, m_clock));
    auto const seen = must(open(m_ci)).keys().sealing;
    EXPECT_EQ(seen.size(), 3U);
    EXPECT_EQ(seen.at(one.keys().current), one.keys().sealing.at(one.keys().current));
    EXPECT_EQ(seen.at(other.keys().current), other.keys().sealing.at(other.keys().current));
}

// Killed after each operation in turn: those who could open the store still can, and a second attempt completes it.
TEST_F(KeyRings, are_whole_wherever_a_change_is_cut_short) {
    must(must(open(m_ci)).rotate(m_store, m_clock));
    for (std::size_t dies_at = 0; dies_at < 4; ++dies_at) {
        test::MemoryStore copy;
        copy.objects = m_store.objects;
        test::ScriptedStore mortal(copy);
        mortal.dies_at = dies_at;
        auto ring = must(open(m_ci));
        bool const done = ring.add(mortal, "escrow", m_escrow).has_value();
        auto again = must(KeyRing::open(copy, copy.objects["store.json"], m_ci));
        must(again.add(copy, "escrow", m_escrow));
        must(KeyRing::open(copy, copy.objects["store.json"], m_escrow));
        test::ScriptedStore mortal_too(copy);
        mortal_too.dies_at = dies_at;
        bool const removed = again.remove(mortal_too, "escrow").has_value();
        EXPECT_EQ(done, removed) << dies_at;
        auto last = must(KeyRing::open(copy, copy.objects["store.json"], m_ci));
        if (!removed) {
            must(last.remove(copy, "escrow"));
        }
        EXPECT_FALSE(KeyRing::open(copy, copy.objects["store.json"], m_escrow));
    }
}

TEST_F(KeyRings, betray_every_change_by_somebody_without_the_key) {
    must(must(open(m_ci)).add(m_store, "escrow", m_escrow));
    for (std::string const& key : {std::string("store.json"), only_key_file()}) {
        std::string const text = m_store.objects[key];
        for (std::size_t i = 0; i < text.size(); ++i) {
            std::string changed = text;
            changed[i] = changed[i] == '0' ? '1' : '0';
            m_store.objects[key] = changed;
            EXPECT_FALSE(open(m_ci)) << key << " byte " << i;
        }
        m_store.objects[key] = text;
        EXPECT_TRUE(open(m_ci));
    }
}

// Somebody who may write, and knows the public keys, makes a list of his own with a key that he knows.
TEST_F(KeyRings, do_not_take_a_store_that_was_made_for_them) {
    test::MemoryStore planted;
    must(must(KeyRing::create(planted, m_thief, "thief", m_clock)).add(planted, "ci", m_ci));
    auto document = must(json::parse(planted.objects["store.json"], "x"));
    auto const own = must(json::parse(m_store.objects["store.json"], "x"));
    // He cannot have added m_ci, whose secret he does not know: he has the public key, and what lies in the store.
    document["recipients"][1]["root"] = own["recipients"][0]["root"];
    auto const refused = KeyRing::open(planted, json::dump_indented(document), m_ci);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::bad_data);
    // And a key of his own among ours:
    auto const thief_s = planted.objects.lower_bound("keys/");
    m_store.objects[thief_s->first] = thief_s->second;
    EXPECT_FALSE(open(m_ci));
}

TEST_F(KeyRings, miss_a_key_that_was_put_under_another_name) {
    std::string const file = only_key_file();
    m_store.objects["keys/0000000000000000.json"] = m_store.objects[file];
    EXPECT_FALSE(open(m_ci));
}

} // namespace
} // namespace sluice::store
