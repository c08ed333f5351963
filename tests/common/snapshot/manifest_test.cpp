#include "common/snapshot/manifest.hpp"

#include "common/json/json.hpp"
#include "common/snapshot/digest.hpp"
#include "tests/common/snapshot/example_manifest.hpp"
#include "tests/support/must.hpp"

#include <functional>
#include <gtest/gtest.h>
#include <limits>

namespace sluice::snapshot {
namespace {

using test::must;

std::string damaged_kind(std::string const& text) {
    auto const outcome = parse_manifest(text, "manifest.json");
    return outcome ? "taken for sound" : std::string(result::name_of(outcome.error().kind));
}

// A manifest that somebody changed and gave a right checksum.
std::string resealed(std::function<void(Json&)> const& change) {
    Json document = must(json::parse(to_text(test::example_manifest()), "manifest"));
    change(document);
    document.erase("sha256");
    document["sha256"] = sha256_hex(json::dump(document));
    return json::dump(document) + "\n";
}

std::string message_after(std::function<void(Json&)> const& change) {
    auto const outcome = parse_manifest(resealed(change), "manifest.json");
    if (outcome) {
        return "taken for sound";
    }
    EXPECT_EQ(outcome.error().kind, Errc::bad_data);
    return outcome.error().message;
}

TEST(Manifest, comes_back_as_it_was_written) {
    std::string const text = to_text(test::example_manifest());
    Manifest const back = must(parse_manifest(text, "manifest.json"));
    EXPECT_EQ(to_text(back), text);
    EXPECT_EQ(back.id, "20261122T001530Z-3f9a");
    EXPECT_EQ(back.labels, (std::map<std::string, std::string>{{"release", "2.4"}, {"ä \"q\"", "x=y\n"}}));
    ASSERT_EQ(back.inventory.tables.size(), 2U);
    EXPECT_EQ(back.inventory.tables[0].kind, TableKind::extension_config);
    EXPECT_EQ(back.inventory.tables[0].condition, "WHERE dump");
    EXPECT_EQ(back.inventory.tables[1].columns, (std::vector<std::string>{"id", "new\nline"}));
    EXPECT_TRUE(back.inventory.tables[1].data_excluded);
    EXPECT_EQ(back.inventory.sequences.at(0).last_value, std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(back.inventory.large_objects.at(0).oid, 4294967290U);
    EXPECT_EQ(back.inventory.properties.settings.at(1).role, "app");
    EXPECT_EQ(back.data.at(0).parts.at(0).pieces.at(1).chunk, 1U);
    EXPECT_EQ(back.chunks.at(1).stored_bytes, 50U);
    EXPECT_EQ(back.pipeline.url, "https://ci.example/1");
}

TEST(Manifest, adds_up_its_tables) {
    Manifest const manifest = test::example_manifest();
    EXPECT_EQ(manifest.total_rows(), 5U);
    EXPECT_EQ(manifest.total_plain_bytes(), 130U);
    EXPECT_EQ(manifest.total_stored_bytes(), 110U);
}

// sha256sum over the document without its last key is what anybody can compute: keys are sorted, nothing is indented.
TEST(Manifest, ends_in_one_line_feed_and_states_the_checksum_of_the_rest) {
    std::string const text = to_text(test::example_manifest());
    EXPECT_EQ(text.find('\n'), text.size() - 1);
    std::size_t const at = text.find(R"("sha256":")");
    ASSERT_NE(at, std::string::npos);
    std::string const entry = text.substr(at, 10 + 64 + 2); // with the comma that follows
    std::string rest = text.substr(0, text.size() - 1);
    rest.erase(at, entry.size());
    EXPECT_EQ(entry.substr(10, 64), sha256_hex(rest));
}

TEST(Manifest, is_refused_whichever_byte_is_flipped) {
    std::string const text = to_text(test::example_manifest());
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            std::string damaged = text;
            damaged[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ (1U << bit));
            ASSERT_EQ(damaged_kind(damaged), "bad_data") << "byte " << at << ", bit " << bit;
        }
    }
}

TEST(Manifest, is_refused_wherever_it_is_cut) {
    std::string const text = to_text(test::example_manifest());
    for (std::size_t size = 0; size < text.size(); ++size) {
        ASSERT_EQ(damaged_kind(text.substr(0, size)), "bad_data") << size;
    }
    EXPECT_EQ(damaged_kind(text + " "), "bad_data");
    EXPECT_EQ(damaged_kind(text + text), "bad_data");
}

TEST(Manifest, is_refused_when_it_is_other_json) {
    for (char const* text : {"{}", "[]", "null", "7", R"("x")", R"({"sha256":null})", R"({"sha256":""})"}) {
        EXPECT_EQ(damaged_kind(text), "bad_data") << text;
    }
}

// A manifest is one line of maybe megabytes; an error must not print it.
TEST(Manifest, does_not_show_itself_in_an_error) {
    std::string text = to_text(test::example_manifest());
    text[text.size() / 2] = '\x01';
    auto const outcome = parse_manifest(text, "snapshots/shop/1/manifest.json");
    ASSERT_FALSE(outcome);
    std::string const shown = result::to_text(outcome.error(), "tool");
    EXPECT_LT(shown.size(), 400U) << shown;
    EXPECT_NE(shown.find("'snapshots/shop/1/manifest.json' is damaged"), std::string::npos) << shown;
}

TEST(Manifest, is_refused_with_an_unknown_key) {
    EXPECT_NE(message_after([](Json& document) { document["colour"] = "red"; }).find("'/colour'"), std::string::npos);
    EXPECT_NE(message_after([](Json& document) { document["tables"][0]["colour"] = 1; }).find("'/tables/0/colour'"),
              std::string::npos);
    EXPECT_NE(message_after([](Json& document) { document["source"]["colour"] = 1; }).find("'/source/colour'"),
              std::string::npos);
}

TEST(Manifest, is_refused_without_any_one_of_its_keys) {
    Json const document = must(json::parse(to_text(test::example_manifest()), "manifest"));
    for (auto const& [key, value] : document.items()) {
        if (key == "sha256") {
            continue;
        }
        std::string const message = message_after([&key = key](Json& changed) { changed.erase(key); });
        EXPECT_NE(message.find(key), std::string::npos) << key << ": " << message;
    }
}

TEST(Manifest, is_refused_when_it_is_masked_and_says_not_how) {
    EXPECT_EQ(message_after([](Json& document) { document["masked"] = false; }),
              "'masked' and 'masking' contradict each other");
    EXPECT_EQ(message_after([](Json& document) { document["masking"] = nullptr; }),
              "'masked' and 'masking' contradict each other");
    EXPECT_NE(message_after([](Json& document) { document["masking"]["colour"] = 1; }).find("'/masking/colour'"),
              std::string::npos);
}

TEST(Manifest, keeps_how_it_was_masked) {
    Manifest const back = must(parse_manifest(to_text(test::example_manifest()), "manifest.json"));
    ASSERT_TRUE(back.masking);
    EXPECT_EQ(back.masking->key_fingerprint, "0123456789abcdef");
    EXPECT_TRUE(back.masking->comments_kept);
    EXPECT_FALSE(back.masking->large_objects_kept);
    EXPECT_EQ(back.masking->columns.at(0).domain, "person");
    Manifest clear = test::example_manifest();
    clear.masked = false;
    clear.masking.reset();
    EXPECT_FALSE(must(parse_manifest(to_text(clear), "manifest.json")).masking);
}

TEST(Manifest, is_refused_in_another_version) {
    for (unsigned const version : {0U, 5U}) {
        EXPECT_EQ(message_after([&](Json& document) { document["version"] = version; }),
                  "manifest has version " + std::to_string(version) +
                      "; this program reads 1 and 3 (databases), 2 and 4 (streams)");
    }
    // A database's document under the number of the other kind.
    EXPECT_NE(message_after([](Json& document) { document["version"] = 2; }), "taken for sound");
}

TEST(Manifest, is_refused_with_a_piece_outside_its_chunk) {
    for (auto const& piece : {Json{0, 0, 81}, Json{0, 80, 1}, Json{0, 81, 0}, Json{2, 0, 1},
                              Json{0, 1, std::numeric_limits<std::uint64_t>::max()}, Json{4294967296U, 0, 1}}) {
        auto const in_table = [&](Json& document) { document["tables"][0]["data"]["parts"][0]["pieces"][0] = piece; };
        auto const in_schema = [&](Json& document) { document["schema"][0] = piece; };
        auto const in_objects = [&](Json& document) { document["large_object_data"]["parts"][0]["pieces"][0] = piece; };
        EXPECT_NE(message_after(in_table), "taken for sound") << piece;
        EXPECT_NE(message_after(in_schema), "taken for sound") << piece;
        EXPECT_NE(message_after(in_objects), "taken for sound") << piece;
    }
}

TEST(Manifest, is_refused_with_malformed_parts) {
    for (auto const& piece : {Json{0, 0}, Json{0, 0, -1}, Json{0, 0, 1.5}, Json{0, 0, "1"}, Json{{"chunk", 0}}}) {
        EXPECT_NE(message_after([&](Json& document) { document["schema"][0] = piece; }), "taken for sound") << piece;
    }
    EXPECT_NE(message_after([](Json& document) { document["tables"][0]["kind"] = "view"; }), "taken for sound");
    EXPECT_NE(message_after([](Json& document) { document["labels"]["x"] = 1; }), "taken for sound");
    EXPECT_NE(message_after([](Json& document) { document["labels"] = Json::array({"x"}); }), "taken for sound");
    EXPECT_NE(message_after([](Json& document) { document["tables"] = Json::object(); }), "taken for sound");
    EXPECT_NE(message_after([](Json& document) { document["tables"][0]["data"]["rows"] = -1; }), "taken for sound");
}

// A chunk's name becomes a path, and its size becomes memory.
TEST(Manifest, is_refused_with_a_chunk_that_cannot_be_one) {
    EXPECT_NE(message_after([](Json& document) { document["chunks"][0][0] = "../../etc/passwd"; }), "taken for sound");
    EXPECT_NE(message_after([](Json& document) { document["chunks"][0][2] = 1ULL << 40U; }), "taken for sound");
    EXPECT_NE(message_after([](Json& document) { document["chunks"][0].erase(3); }), "taken for sound");
}

Manifest example_stream() {
    Manifest manifest;
    manifest.id = "20261122T001530Z-3f9a";
    manifest.name = "vm-config";
    manifest.started = "2026-11-22T00:15:30.000Z";
    manifest.finished = "2026-11-22T00:16:30.000Z";
    manifest.tool_version = "0.2.0";
    manifest.labels = {{"purpose", "nightly"}};
    manifest.pipeline = {"jenkins", "7", "https://ci.example/7", "0123abcd"};
    manifest.stream = Stream{150, std::string(64, 'e'), true, "tar", {{1, 0, 70}, {0, 0, 80}}};
    manifest.chunks = {{std::string(64, 'a'), std::string(64, 'b'), 80, 60},
                       {std::string(64, 'c'), std::string(64, 'd'), 70, 50}};
    return manifest;
}

TEST(ManifestOfAStream, comes_back_as_it_was_written) {
    Manifest const before = example_stream();
    Manifest const after = must(parse_manifest(to_text(before), "m"));
    EXPECT_EQ(to_text(after), to_text(before));
    ASSERT_TRUE(after.stream);
    EXPECT_EQ(after.stream->bytes, 150U);
    EXPECT_TRUE(after.stream->producer_checked);
    EXPECT_EQ(after.stream->producer, "tar");
    EXPECT_EQ(after.stream->pieces.at(0).chunk, 1U);
    EXPECT_EQ(after.pipeline.id, "7");
    EXPECT_EQ(after.labels.at("purpose"), "nightly");
    EXPECT_EQ(after.total_plain_bytes(), 150U);
    EXPECT_EQ(after.total_stored_bytes(), 110U);
    EXPECT_TRUE(after.is_proven());
}

TEST(ManifestOfAStream, refuses_a_piece_outside_its_chunk) {
    for (Piece const& piece : {Piece{2, 0, 1}, Piece{0, 0, 81}, Piece{1, 70, 1}}) {
        Manifest manifest = example_stream();
        manifest.stream->pieces = {piece};
        EXPECT_EQ(parse_manifest(to_text(manifest), "m").error().kind, Errc::bad_data);
    }
}

TEST(ManifestVersion, is_another_for_each_kind) {
    EXPECT_NE(to_text(test::example_manifest()).find("\"version\":3}"), std::string::npos);
    EXPECT_NE(to_text(example_stream()).find("\"version\":4}"), std::string::npos);
}

// As version 0.1 wrote them: a chunk had four fields.
TEST(ManifestVersion, of_the_first_release_is_read_on) {
    auto const manifest = must(parse_manifest(resealed([](Json& document) {
                                                  document["version"] = 1;
                                                  for (auto& chunk : document["chunks"]) {
                                                      chunk.erase(4);
                                                  }
                                              }),
                                              "m"));
    EXPECT_EQ(manifest.chunks.at(1).stored_bytes, 50U);
    EXPECT_FALSE(manifest.chunks.at(1).sketch);
}

TEST(ManifestChunks, carry_their_sketch_and_base) {
    Manifest manifest = test::example_manifest();
    manifest.chunks.at(0).sketch = Sketch{{1, 2, 3, UINT32_MAX}};
    manifest.chunks.at(0).base = 1;
    auto const back = must(parse_manifest(to_text(manifest), "m"));
    EXPECT_EQ(back.chunks.at(0).sketch, manifest.chunks.at(0).sketch);
    EXPECT_EQ(back.chunks.at(0).base, 1U);
    EXPECT_FALSE(back.chunks.at(1).base);
}

TEST(ManifestChunks, refuse_a_base_that_is_none) {
    for (auto const& bases : {std::pair{0U, 9U}, std::pair{2U, 9U}, std::pair{1U, 0U}}) {
        Manifest manifest = test::example_manifest();
        manifest.chunks.at(0).base = bases.first;
        if (bases.second < manifest.chunks.size()) {
            manifest.chunks.at(1).base = bases.second;
        }
        auto const outcome = parse_manifest(to_text(manifest), "m");
        ASSERT_FALSE(outcome);
        EXPECT_NE(outcome.error().message.find("has a base that is none"), std::string::npos);
    }
}

} // namespace
} // namespace sluice::snapshot
