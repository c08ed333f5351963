// 10,000 secrets go into a masked snapshot, and none of them may come out anywhere.
#include "common/snapshot/chunk.hpp"
#include "common/snapshot/loader.hpp"
#include "common/snapshot/target.hpp"
#include "common/store/open_store.hpp"
#include "tests/support/must.hpp"
#include "tests/tools/db-snapshot/personal_database.hpp"
#include "tools/db-snapshot/mask_key.hpp"

#include <fstream>
#include <gtest/gtest.h>

namespace sluice::test {
namespace {

constexpr std::size_t k_secrets = 10'000;

/// Everything that a snapshot's chunks and manifest hold, decompressed.
std::string whole_store(SnapshotTool const& tool, std::string const& database, std::string const& id) {
    auto const store = must(store::open_store(tool.store().string()));
    auto const manifest = tool.manifest(database, id);
    std::string all = read_text(tool.store() / "snapshots" / database / id / "manifest.json") +
                      read_text(tool.store() / "snapshots" / database / id / "status.json");
    for (std::uint32_t i = 0; i < manifest.chunks.size(); ++i) {
        must(snapshot::read_pieces(*store, manifest.chunks, {{i, 0, manifest.chunks[i].plain_bytes}},
                                   [&](std::string_view bytes) -> Result<void> {
                                       all += bytes;
                                       return {};
                                   }));
    }
    return all;
}

/// What a database's own files hold: rows, indexes, statistics, whatever catalog. Values of less than some 2 kB lie in
/// them as they are.
std::string files_of(PrivateServer const& server, std::string const& database) {
    auto const oid = must(server.session()->text("SELECT oid FROM pg_database WHERE datname = $1", {database}));
    server.execute("CHECKPOINT");
    std::string all;
    for (auto const& entry :
         std::filesystem::directory_iterator(std::filesystem::path(server.data_folder()) / "base" / oid)) {
        all += read_text(entry.path());
    }
    return all;
}

class DbSnapshotMask : public testing::Test {
  protected:
    PersonalDatabase m_people{};
    SecretFinder m_finder{m_people.secrets()};
};

/// A database that a snapshot is restored into by the role that owns its objects.
class Restored {
  public:
    Restored(SnapshotTool const& tool, snapshot::Manifest const& manifest) : m_database(server(), "OWNER keeper") {
        auto const store = must(store::open_store(tool.store().string()));
        auto const rows = snapshot::stored_rows(*store, manifest);
        must(snapshot::load_database(*rows, {m_database.connection("keeper"), 2}, process::posix_runner(),
                                     time::real_clock()));
    }
    [[nodiscard]] TemporaryDatabase const& database() const { return m_database; }
    [[nodiscard]] std::int64_t number(std::string const& sql) const { return must(m_database.session()->number(sql)); }

  private:
    static PrivateServer& server() { return PrivateServer::shared(); }
    TemporaryDatabase m_database;
};

// Proves that the search finds what is there, or finding nothing would mean nothing.
TEST_F(DbSnapshotMask, finds_every_secret_in_an_unmasked_snapshot) {
    ASSERT_EQ(m_people.secrets().size(), k_secrets);
    auto const id = m_people.tool().take();
    EXPECT_EQ(m_finder.count_in(whole_store(m_people.tool(), m_people.name(), id)), k_secrets);
    EXPECT_EQ(m_finder.count_in(files_of(PrivateServer::shared(), m_people.name())), k_secrets);
    EXPECT_FALSE(m_people.tool().manifest(m_people.name(), id).masked);
}

TEST_F(DbSnapshotMask, lets_no_secret_into_the_store_the_log_or_the_restored_database) {
    auto const outcome = m_people.take_masked({"--verbose"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.error_output;
    std::string const id = outcome.output.substr(0, outcome.output.find('\n'));
    EXPECT_EQ(m_finder.found_in(outcome.output + outcome.error_output), "");
    EXPECT_EQ(outcome.error_output.find(PersonalDatabase::k_key), std::string::npos);
    std::string const stored = whole_store(m_people.tool(), m_people.name(), id);
    EXPECT_GT(stored.size(), 1'000'000U);
    EXPECT_EQ(m_finder.found_in(stored), "");
    Restored const restored(m_people.tool(), m_people.tool().manifest(m_people.name(), id));
    EXPECT_EQ(restored.number("SELECT count(*) FROM people.person"), 2501);
    EXPECT_EQ(restored.number("SELECT count(*) FROM people.directory WHERE email LIKE 'u%@example.invalid'"), 2501);
    EXPECT_EQ(m_finder.found_in(files_of(PrivateServer::shared(), restored.database().name())), "");
    auto const dump = must_run({"pg_dump", "--inserts", restored.database().name()},
                               PrivateServer::shared().variables(restored.database().name()));
    EXPECT_EQ(m_finder.found_in(dump), "");
    EXPECT_EQ(restored.number("SELECT count(*) FROM pg_largeobject_metadata"), 0);
    // The files that were searched hold statistics, whose values are the masked ones.
    EXPECT_GT(restored.number("SELECT count(*) FROM pg_stats WHERE schemaname = 'people'"), 0);
}

TEST_F(DbSnapshotMask, keeps_joins_keys_and_uniqueness) {
    Restored const restored(m_people.tool(), m_people.masked_manifest());
    auto const source = m_people.session();
    for (char const* join :
         {"SELECT count(*) FROM people.person p JOIN people.login l USING (email)",
          "SELECT count(*) FROM people.person p JOIN people.ticket t ON t.sender = p.email",
          "SELECT count(*) FROM people.person p JOIN people.visit v USING (email)",
          "SELECT count(*) FROM people.person p JOIN people.login l ON p.profile #>> '{contact,email}' = l.email",
          "SELECT count(*) FROM people.ticket t JOIN people.visit v ON v.email = t.sender",
          "SELECT count(DISTINCT sender) FROM people.ticket", "SELECT count(DISTINCT email) FROM people.person",
          "SELECT count(DISTINCT search) FROM people.person", "SELECT count(*) FROM people.person WHERE token IS NULL",
          "SELECT count(DISTINCT customer) FROM people.person", "SELECT count(*) FROM people.party",
          "SELECT count(*) FROM people.person WHERE search = lower(email)",
          "SELECT count(*) FROM pg_constraint WHERE convalidated", "SELECT count(*) FROM pg_index WHERE indisvalid"}) {
        EXPECT_EQ(restored.number(join), must(source->number(join))) << join;
    }
    EXPECT_EQ(restored.number("SELECT count(*) FROM people.person WHERE email !~ '^u[0-9a-f]{20}@example[.]invalid$'"),
              0);
    EXPECT_EQ(restored.number("SELECT count(*) FROM people.person WHERE phone !~ '^[+]999[0-9]{12}$'"), 0);
    EXPECT_EQ(restored.number("SELECT count(*) FROM people.person WHERE profile ?| ARRAY['owner', 'note']"), 0);
    EXPECT_EQ(restored.number("SELECT count(*) FROM people.person WHERE profile->>'theme' = 'dark'"), 2500);
    EXPECT_EQ(restored.number("SELECT count(*) FROM people.person WHERE papers->>'plan' = 'basic'"), 2500);
    EXPECT_EQ(restored.number("SELECT count(*) FROM people.person WHERE array_length(aliases, 1) = 3 AND aliases[2] "
                              "IS NULL"),
              2500);
}

TEST_F(DbSnapshotMask, shifts_dates_by_at_most_what_is_allowed) {
    Restored const restored(m_people.tool(), m_people.masked_manifest());
    // Person i was born i days after 1950 began, and has kept the number.
    EXPECT_EQ(restored.number("SELECT count(*) FROM people.person WHERE abs(born - (date '1950-01-01' + id::integer)) "
                              "> 180"),
              0);
    EXPECT_GT(restored.number("SELECT count(*) FROM people.person WHERE born <> date '1950-01-01' + id::integer"),
              2400);
    EXPECT_EQ(restored.number("SELECT count(*) FROM people.person WHERE abs(extract(epoch FROM seen - (timestamptz "
                              "'2024-01-01 00:00+00' + id * interval '1 hour'))) > 30 * 86400"),
              0);
}

TEST_F(DbSnapshotMask, proves_itself_by_a_restore) {
    std::string const id = m_people.masked_manifest().id;
    auto const outcome = m_people.tool().run({"verify", id, "--restore-to", m_people.keeper()});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output << outcome.error_output;
    EXPECT_NE(outcome.output.find("every table is equal"), std::string::npos);
}

std::vector<std::string> row_hashes(snapshot::Manifest const& manifest) {
    std::vector<std::string> hashes;
    for (auto const& data : manifest.data) {
        hashes.push_back(data.row_hash);
    }
    return hashes;
}

TEST_F(DbSnapshotMask, gives_the_same_for_the_same_key_and_another_for_another) {
    auto const first = m_people.masked_manifest();
    auto const again = m_people.masked_manifest();
    EXPECT_EQ(row_hashes(again), row_hashes(first));
    EXPECT_EQ(again.masking->key_fingerprint, first.masking->key_fingerprint);
    auto const other = m_people.masked_manifest("another key, of thirty-two bytes and more");
    EXPECT_NE(other.masking->key_fingerprint, first.masking->key_fingerprint);
    for (std::size_t i = 0; i < first.data.size(); ++i) {
        EXPECT_NE(other.data[i].row_hash, first.data[i].row_hash) << first.inventory.tables[i].plain_name();
    }
}

TEST_F(DbSnapshotMask, says_in_the_manifest_and_in_every_answer_what_it_did) {
    auto const manifest = m_people.masked_manifest();
    EXPECT_TRUE(manifest.masked);
    ASSERT_TRUE(manifest.masking);
    EXPECT_EQ(manifest.masking->file_sha256.size(), 64U);
    EXPECT_FALSE(manifest.masking->comments_kept);
    EXPECT_EQ(manifest.inventory.properties.comment, "");
    bool email = false;
    for (auto const& column : manifest.masking->columns) {
        EXPECT_NE(column.mask, "keep");
        email = email || (column.table == "people.visit" && column.column == "email" && column.mask == "email" &&
                          column.domain == "person");
    }
    EXPECT_TRUE(email);
    Json const shown = m_people.tool().json({"show", "latest"});
    EXPECT_EQ(shown["masked"], true);
    EXPECT_EQ(shown["masking"]["key_fingerprint"], manifest.masking->key_fingerprint);
    EXPECT_NE(m_people.tool().run({"show", "latest"}).output.find("people.person.email  email in domain person"),
              std::string::npos);
    TemporaryDirectory const folder;
    auto const outcome = m_people.take_masked({"--json", "--dotenv", folder.file("out.env")});
    EXPECT_EQ(must(json::parse(outcome.output, "output"))["masked"], true);
    EXPECT_NE(read_text(folder.path() / "out.env").find("SLUICE_SNAPSHOT_MASKED=true\n"), std::string::npos);
}

// Each row is a column: its type, a value, its mask, and what has to be true of the masked value.
struct TypeCase {
    char const* type;
    char const* value;
    char const* mask;
    char const* holds;
};

std::vector<TypeCase> const k_types{
    {"smallint", "1234", R"("hash")", "c >= 0 AND c <> 1234"},
    {"integer", "-5", R"("hash")", "c >= 0"},
    {"bigint", "7", R"("hash")", "c > 7"},
    {"numeric(6,2)", "12.50", R"("hash")", "c BETWEEN 0 AND 9999"},
    {"numeric", "12.50", R"("hash")", "c >= 0 AND c <> 12.50"},
    {"bytea", "'secret'", R"("hash")", "length(c) = 16"},
    {"uuid", "'c774af06-ec56-0a49-30ed-e338fd1564c4'", R"("hash")", "c::text LIKE '________-____-4___-a___-%'"},
    {"char(5)", "'ab'", R"("hash")", "length(c) = 5 AND c <> 'ab'"},
    {"varchar(3)", "'abc'", R"("hash")", "length(c) = 3 AND c <> 'abc'"},
    {"text", R"(E'tab\t and \\ and ä')", R"("hash")", "c ~ '^[0-9a-f]{32}$'"},
    {"text", "'Ada Lovelace'", R"({"mask": "name", "part": "first"})", "c ~ '^[A-Z][a-z]+$'"},
    {"text", "'Ada Lovelace'", R"({"mask": "name", "part": "last"})", "c ~ '^[A-Z][a-z]+$'"},
    {"varchar(4)", "'Ada'", R"("name")", "length(c) <= 4"},
    {"text", "'NL91 ABNA-0417.x'", R"("digits")", "c ~ '^[A-Z]{2}[0-9]{2} [A-Z]{4}-[0-9]{4}[.][a-z]$'"},
    {"text", "'0123456789'", R"("digits")", "c ~ '^[0-9]{10}$' AND c <> '0123456789'"},
    {"text", "'Zoë'", R"("digits")", "c ~ '^[A-Z][a-z]x$'"},
    {"text", "''", R"("digits")", "c = ''"},
    {"text[]", "ARRAY['a@b.org', NULL]", R"("email")", "c[1] LIKE 'u%@example.invalid' AND c[2] IS NULL"},
    {"text[]", "'{}'", R"("hash")", "c = '{}'"},
    {"timestamp", "'2024-01-01 10:00'", R"({"mask": "date_shift", "days": 9})",
     "abs(extract(epoch FROM c - timestamp '2024-01-01 10:00')) <= 9 * 86400 AND extract(hour FROM c) = 10"},
    {"inet", "'10.0.0.1'", R"({"mask": "fixed", "value": "192.0.2.1"})", "c = '192.0.2.1'"},
    {"boolean", "true", R"({"mask": "fixed", "value": false})", "NOT c"},
    {"integer[]", "'{1,2}'", R"("null")", "c IS NULL AND ctid = '(0,1)'"},
    {"float8", "1.5", R"({"mask": "sql", "expression": "round(c) -- whole"})", "c = 2"},
    {"jsonb", R"('"a scalar"')", R"({"mask": "json", "rest": "keep", "paths": {"$.a": "hash"}})", "c = 'null'"},
    {"jsonb", R"('{"a": {"b": [{"c": "x"}, 7]}, "d": 1}')",
     R"({"mask": "json", "rest": "keep", "paths": {"$.a.b[*].c": {"mask": "fixed", "value": "it's"}}})",
     R"(c = '{"a": {"b": [{"c": "it''s"}, null]}, "d": 1}')"},
    {"jsonb", R"('{"a": null, "b": "x"}')",
     R"({"mask": "json", "rest": "drop", "paths": {"$.a": "hash", "$.z": "hash"}})", R"(c = '{"a": null}')"},
    {"jsonb", R"('{"a": "x", "b": 2}')", R"({"mask": "json", "rest": "keep", "paths": {"$.a": "email"}})",
     "c->>'a' LIKE 'u%@example.invalid' AND c->'b' = '2'"}};

TEST(DbSnapshotMaskTypes, take_their_masks_and_leave_nulls_alone) {
    TemporaryDatabase const database;
    SnapshotTool const tool(PrivateServer::shared().variables(database.name()));
    Json file{{"version", 1}, {"key", "env:MASK_KEY"}, {"tables", Json::object()}};
    for (std::size_t i = 0; i < k_types.size(); ++i) {
        std::string const table = "t" + std::to_string(i);
        database.execute("CREATE TABLE public." + table + " (c " + k_types[i].type + "); INSERT INTO public." + table +
                         " VALUES (" + k_types[i].value + "), (NULL)");
        file["tables"]["public." + table]["c"] = must(json::parse(k_types[i].mask, "mask"));
    }
    TemporaryDirectory const folder;
    write_text(folder.path() / "mask.json", json::dump(file));
    Variables variables = tool.environment();
    variables["MASK_KEY"] = PersonalDatabase::k_key;
    auto const outcome = tool.run({"--mask", folder.file("mask.json")}, variables);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.error_output;
    TemporaryDatabase const restored;
    auto const store = must(store::open_store(tool.store().string()));
    auto const rows = snapshot::stored_rows(*store, tool.manifest(database.name(), outcome.output.substr(0, 21)));
    must(snapshot::load_database(*rows, {restored.connection(), 2}, process::posix_runner(), time::real_clock()));
    auto const session = restored.session();
    for (std::size_t i = 0; i < k_types.size(); ++i) {
        std::string const from = " FROM public.t" + std::to_string(i);
        EXPECT_EQ(must(session->number("SELECT count(*)" + from)), 2);
        EXPECT_EQ(must(session->number("SELECT count(*)" + from + " WHERE " + k_types[i].holds)), 1)
            << k_types[i].type << " " << k_types[i].mask << ": "
            << must(session->text("SELECT string_agg(c::text, ' and ')" + from));
    }
}

// The server is told to log all that it can be told to log.
TEST(DbSnapshotMaskLog, leaves_no_key_in_the_servers_log) {
    PrivateServer server({"log_statement=all", "log_min_duration_statement=0", "log_connections=on",
                          "log_min_messages=debug1", "log_parameter_max_length=-1"});
    PersonalDatabase const people(server);
    auto const outcome = people.take_masked({});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.error_output;
    auto const log = read_text(std::filesystem::path(server.data_folder()).parent_path() / "server.log");
    ASSERT_NE(log.find("current_setting('sluice.mask_key')"), std::string::npos);
    EXPECT_EQ(log.find(PersonalDatabase::k_key), std::string::npos);
    EXPECT_EQ(log.find(db_snapshot::stretch_mask_key(PersonalDatabase::k_key).hex), std::string::npos);
}

} // namespace
} // namespace sluice::test
