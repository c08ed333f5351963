// The format, byte by byte, against what an independent implementation made: encryption_vectors.json.
#include "common/store/sealed_object.hpp"

#include "common/crypto/cipher.hpp"
#include "common/crypto/digest.hpp"
#include "common/json/json.hpp"
#include "common/store/key_ring.hpp"
#include "common/store/sealed_store.hpp"
#include "tests/support/json_schema.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace sluice::store {
namespace {

using test::must;

Json vectors() {
    return must(json::parse(test::read_text(test::source_folder() / "tests/common/store/encryption_vectors.json"),
                            "encryption_vectors.json"));
}

std::string bytes(Json const& digits) { return crypto::from_hex(digits.get<std::string>()).value(); }

/// The store of the vectors, of which Python wrote every byte.
class EncryptionVectors : public testing::Test {
  protected:
    EncryptionVectors() {
        for (auto const& [name, document] : m_vectors["documents"].items()) {
            m_store.objects[name] = json::dump_indented(document);
        }
    }
    KeyRing ring(std::size_t recipient) {
        auto const key =
            must(RecipientKey::parse(m_vectors["recipients"][recipient]["text"].get<std::string>(), "vectors"));
        return must(KeyRing::open(m_store, m_store.objects["store.json"], key));
    }

    Json m_vectors = vectors();
    test::MemoryStore m_store{};
};

TEST_F(EncryptionVectors, keys_have_the_public_half_that_is_stated) {
    for (auto const& one : m_vectors["recipients"]) {
        auto const key = must(RecipientKey::parse(one["text"].get<std::string>(), "vectors"));
        EXPECT_EQ(crypto::hex(key.public_key()), one["public_key"]);
        EXPECT_EQ(key.text(), one["text"]);
    }
}

TEST_F(EncryptionVectors, every_recipient_opens_the_store) {
    EXPECT_EQ(ring(0).own_name(), "ci");
    EXPECT_EQ(ring(1).own_name(), "escrow");
    EXPECT_EQ(ring(0).keys().sealing, ring(1).keys().sealing);
    EXPECT_EQ(ring(0).keys().naming, ring(1).keys().naming);
    EXPECT_EQ(ring(0).keys().current, "00000000000000b2") << "the higher generation is in use";
}

TEST_F(EncryptionVectors, objects_are_sealed_to_the_very_bytes) {
    auto keys = ring(0).keys();
    ASSERT_GE(m_vectors["objects"].size(), 10U);
    for (auto const& one : m_vectors["objects"]) {
        keys.current = one["number"].get<std::string>();
        auto const key = one["key"].get<std::string>();
        EXPECT_EQ(crypto::hex(must(seal_object(keys, key, bytes(one["plain"])))), one["sealed"]) << key;
        EXPECT_EQ(must(open_object(keys, key, bytes(one["sealed"]), "store")), bytes(one["plain"])) << key;
    }
}

TEST_F(EncryptionVectors, chunks_have_the_name_that_is_stated) {
    auto const keys = ring(1).keys();
    SealedStore const store(std::make_unique<test::MemoryStore>(), keys);
    EXPECT_EQ(store.content_name(bytes(m_vectors["naming"]["plain"])), m_vectors["naming"]["name"]);
}

TEST_F(EncryptionVectors, documents_keep_to_their_schemas) {
    for (auto const& [name, document] : m_vectors["documents"].items()) {
        bool const is_key = name.starts_with("keys/");
        EXPECT_EQ(test::schema_violations(document,
                                          is_key ? "common/store/key.schema.json" : "common/store/store.schema.json"),
                  "")
            << name;
    }
}

class SealedObject : public testing::Test {
  protected:
    SealedObject() {
        m_keys.sealing["00000000000000a1"] = std::string(32, 'a');
        m_keys.sealing["00000000000000b2"] = std::string(32, 'b');
        m_keys.current = "00000000000000a1";
    }
    std::string sealed(std::string const& key, std::string const& plain) {
        return must(seal_object(m_keys, key, plain));
    }
    Error refusal(std::string const& key, std::string const& object) {
        auto const outcome = open_object(m_keys, key, object, "store 's'");
        EXPECT_FALSE(outcome);
        return outcome ? Error{} : outcome.error();
    }

    StoreKeys m_keys{};
    std::string const m_chunk = std::string(64, 'c');
};

TEST_F(SealedObject, is_equal_for_equal_bytes_and_names_and_for_no_others) {
    std::string const object = sealed("a/b", "plain");
    EXPECT_EQ(sealed("a/b", "plain"), object);
    EXPECT_EQ(object.size(), 5 + k_seal_bytes);
    auto const head_and_body = [](std::string const& text) { return text.substr(13, 32) + text.substr(45); };
    for (auto const& other : {sealed("a/c", "plain"), sealed("a/b", "plaim"), sealed("a/b", "")}) {
        EXPECT_NE(head_and_body(other).substr(0, 32), head_and_body(object).substr(0, 32))
            << "other bytes or another name: another digest, so another key";
    }
    m_keys.current = "00000000000000b2";
    EXPECT_NE(sealed("a/b", "plain").substr(13), object.substr(13));
}

TEST_F(SealedObject, betrays_every_byte_that_was_changed) {
    std::string const object = sealed("snapshots/shop/latest", "20261122T001530Z-3f9a\n");
    for (std::size_t i = 0; i < object.size(); ++i) {
        for (unsigned const change : {1U, 128U, 255U}) {
            std::string changed = object;
            changed[i] = static_cast<char>(static_cast<unsigned char>(changed[i]) ^ change);
            EXPECT_EQ(refusal("snapshots/shop/latest", changed).kind, Errc::bad_data) << "byte " << i;
        }
    }
}

TEST_F(SealedObject, betrays_every_length_it_was_cut_to_and_what_was_added) {
    std::string const object = sealed("a", "plain");
    for (std::size_t length = 0; length < object.size(); ++length) {
        EXPECT_EQ(refusal("a", object.substr(0, length)).kind, Errc::bad_data) << length;
    }
    EXPECT_EQ(refusal("a", object + '\0').kind, Errc::bad_data);
}

TEST_F(SealedObject, is_good_under_its_own_name_alone) {
    std::string const object = sealed("snapshots/shop/1/status.json", "complete");
    EXPECT_EQ(refusal("snapshots/shop/2/status.json", object).kind, Errc::bad_data);
    EXPECT_EQ(refusal("snapshots/shop/1/pin", object).kind, Errc::bad_data);
    std::string const chunk = sealed("chunks/cc/" + m_chunk, "frame");
    EXPECT_EQ(refusal("chunks/dd/" + std::string(64, 'd'), chunk).kind, Errc::bad_data);
    EXPECT_EQ(must(open_object(m_keys, "trash/20261122T001530Z-3f9a/" + m_chunk, chunk, "")), "frame");
}

TEST_F(SealedObject, says_what_is_wrong) {
    std::string const object = sealed("a", "plain");
    std::string other_kind = object;
    other_kind[4] = 2;
    std::string other_key = object;
    other_key[5] = 7;
    std::string changed = object;
    changed.back() = static_cast<char>(changed.back() ^ 1);
    for (auto const& [text, said] : std::vector<std::pair<std::string, char const*>>{
             {R"({"version": 1, "state": "complete"})", "is not encrypted"},
             {"", "is not encrypted"},
             {object.substr(0, 60), "cut short"},
             {other_kind, "in a way that this version does not know"},
             {other_key, "the store does not have: 07000000000000a1"},
             {changed, "was changed after it was sealed"}}) {
        Error const error = refusal("a", text);
        EXPECT_NE(error.message.find(said), std::string::npos) << error.message;
        EXPECT_NE(error.message.find("'a' of store 's'"), std::string::npos) << error.message;
    }
}

TEST(BoundName, is_the_digest_of_chunks_and_the_whole_key_of_all_else) {
    std::string const digest(64, 'a');
    EXPECT_EQ(bound_name("chunks/aa/" + digest), digest);
    EXPECT_EQ(bound_name("trash/1/" + digest), digest);
    EXPECT_EQ(bound_name(digest), digest);
    std::string const difference = digest + "-" + std::string(64, 'b');
    EXPECT_EQ(bound_name("chunks/aa/" + difference), difference);
    EXPECT_EQ(bound_name("trash/1/" + difference), difference);
    EXPECT_EQ(bound_name("trash/1/" + difference + "-" + digest), "trash/1/" + difference + "-" + digest);
    EXPECT_EQ(bound_name("trash/1/" + digest + "/" + difference.substr(65)), difference.substr(65));
    EXPECT_EQ(bound_name("trash/1/" + digest + "_" + digest), "trash/1/" + digest + "_" + digest);
    for (std::string const& key : {"chunks/aa/" + digest + "0", "chunks/aa/" + digest.substr(1),
                                   "chunks/aa/G" + digest.substr(1), std::string("a/b"), std::string("latest")}) {
        EXPECT_EQ(bound_name(key), key);
    }
}

} // namespace
} // namespace sluice::store
