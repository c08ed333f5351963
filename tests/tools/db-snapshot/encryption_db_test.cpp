// An encrypted store from its first snapshot to its last, as the programs do it, with a real database.
#include "tests/support/background_tool.hpp"
#include "tests/support/json_schema.hpp"
#include "tests/support/must.hpp"
#include "tests/support/private_ceph.hpp"
#include "tests/tools/db-snapshot/snapshot_tool.hpp"

#include <gtest/gtest.h>
#include <set>

namespace sluice::test {
namespace {

constexpr char const* k_secret = "geheim_4711";

std::string new_key() {
    auto const made = run_tool("db-snapshot", {"key", "generate"}, {});
    return made.output.substr(0, made.output.find('\n'));
}

Variables with(Variables variables, std::string const& name, std::string const& value) {
    variables[name] = value;
    return variables;
}

std::set<std::string> files_of(std::filesystem::path const& folder) {
    std::set<std::string> names;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) {
            names.insert(std::filesystem::relative(entry.path(), folder).string());
        }
    }
    return names;
}

/// The files, as they are and as zstd unpacks them, that hold the text.
std::set<std::string> files_with(std::filesystem::path const& folder, std::string const& text) {
    std::set<std::string> found;
    for (auto const& name : files_of(folder)) {
        std::string const path = (folder / name).string();
        auto const unpacked = run_program({"sh", "-c", "zstd -dcq <\"$1\" 2>/dev/null", "sh", path});
        if ((read_text(path) + unpacked.output).find(text) != std::string::npos) {
            found.insert(name);
        }
    }
    return found;
}

class DbSnapshotEncryption : public testing::Test {
  protected:
    DbSnapshotEncryption() {
        m_database.execute("CREATE TABLE public." + std::string(k_secret) + " AS SELECT i, 'value of " + k_secret +
                           " ' || i AS t FROM generate_series(1, 200000) AS i");
        EXPECT_EQ(m_tool.run({"init", "--encrypt", "--recipient", "ci"}).exit_code, 0);
    }
    process::Outcome run(std::vector<std::string> arguments) { return m_tool.run(std::move(arguments)); }
    process::Outcome run_as(std::string const& key, std::vector<std::string> arguments) {
        return m_tool.run(std::move(arguments), with(m_tool.environment(), "SLUICE_STORE_KEY", key));
    }
    /// --command has to come last.
    process::Outcome run_stream(std::vector<std::string> const& command, Variables const& variables) {
        std::vector<std::string> arguments{"--store", m_tool.store().string(), "--name", "files", "--command"};
        arguments.insert(arguments.end(), command.begin(), command.end());
        return run_tool("db-snapshot", arguments, variables);
    }
    static std::string facts_of(std::string const& database) {
        auto const session = PrivateServer::shared().session(database);
        return std::to_string(
            must(session->number("SELECT sum(i::bigint + hashtext(t))::bigint FROM public." + std::string(k_secret))));
    }

    TemporaryDatabase m_database{};
    std::string m_key = new_key();
    SnapshotTool m_tool{with(PrivateServer::shared().variables(m_database.name()), "SLUICE_STORE_KEY", m_key)};
};

TEST_F(DbSnapshotEncryption, does_all_that_a_plain_store_does) {
    std::string const name = m_database.name();
    std::string const first = m_tool.take();
    auto const chunks = m_tool.chunk_files().size();
    std::string const second = m_tool.take();
    EXPECT_LE(m_tool.chunk_files().size(), chunks + 1) << "rows are found again; pg_dump's archive has the time in it";
    EXPECT_GT(chunks, 2U);
    EXPECT_EQ(run({"verify", first}).exit_code, 0);
    auto const restored =
        run({"verify", second, "--restore-to", PrivateServer::shared().connection("postgres").conninfo()});
    EXPECT_EQ(restored.exit_code, 0) << restored.error_output;
    for (auto const& arguments : std::vector<std::vector<std::string>>{{"status", first},
                                                                       {"show", first},
                                                                       {"wait", first},
                                                                       {"pin", first},
                                                                       {"unpin", first},
                                                                       {"stats"},
                                                                       {"list"}}) {
        auto const outcome = run(arguments);
        EXPECT_EQ(outcome.exit_code, 0) << arguments[0] << ": " << outcome.error_output;
    }
    auto const stream = run_stream({"echo", "whole"}, m_tool.environment());
    std::string const id = stream.output.substr(0, 21);
    EXPECT_EQ(run({"cat", id, "--name", "files"}).output, "whole\n");
    EXPECT_EQ(run({"bundle", "release", name + "/" + second, "files/" + id}).exit_code, 0);
    EXPECT_EQ(run({"wait", "bundle:release"}).exit_code, 0);
    auto const gate =
        run_tool("gate-wait", {"--snapshot", second, "--store", m_tool.store().string(), "--name", name, "--once"},
                 m_tool.environment());
    EXPECT_EQ(gate.exit_code, 0) << gate.error_output;
}

TEST_F(DbSnapshotEncryption, restores_a_database_that_is_equal) {
    m_tool.take();
    std::string const copy = m_database.name() + "_copy";
    auto const outcome =
        run_tool("db-restore-or-init",
                 {"--target", PrivateServer::shared().connection(copy).conninfo(), "--stage", "acceptance", "--from",
                  "snapshot:latest", "--store", m_tool.store().string(), "--name", m_database.name()},
                 m_tool.environment());
    ASSERT_EQ(outcome.exit_code, 0) << outcome.error_output;
    EXPECT_EQ(facts_of(copy), facts_of(m_database.name()));
    PrivateServer::shared().execute("DROP DATABASE " + copy);
}

TEST_F(DbSnapshotEncryption, goes_on_in_the_background) {
    auto const begun = run({"--background", "--log", (m_tool.store() / "../log").string()});
    ASSERT_EQ(begun.exit_code, 0) << begun.error_output;
    std::string const id = begun.output.substr(0, begun.output.find('\n'));
    EXPECT_EQ(run({"wait", id, "--timeout", "1m"}).exit_code, 0);
    EXPECT_EQ(run({"verify", id}).exit_code, 0);
    EXPECT_EQ(read_text(m_tool.store() / "../log").find(m_key.substr(13, 64)), std::string::npos);
}

TEST_F(DbSnapshotEncryption, lies_on_s3_as_in_a_directory) {
    auto const& ceph = PrivateCeph::instance();
    std::string const store = ceph.make_bucket("encrypted") + "/shop";
    Variables variables = m_tool.environment();
    auto const reaching = ceph.environment();
    for (auto const& [name, value] : reaching.all()) {
        variables[name] = value;
    }
    auto const on_s3 = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--store", store});
        return run_tool("db-snapshot", arguments, variables);
    };
    auto const scratch = PrivateServer::shared().connection("postgres").conninfo();
    for (auto const& arguments : std::vector<std::vector<std::string>>{{"init", "--encrypt"},
                                                                       {},
                                                                       {"key", "rotate"},
                                                                       {},
                                                                       {"verify", "latest", "--restore-to", scratch},
                                                                       {"prune", "--keep-last", "1", "--grace", "0s"},
                                                                       {"verify", "latest"}}) {
        auto const outcome = on_s3(arguments);
        EXPECT_EQ(outcome.exit_code, 0) << (arguments.empty() ? "take" : arguments[0]) << outcome.error_output;
    }
    variables["SLUICE_STORE_KEY"] = new_key();
    EXPECT_EQ(on_s3({"list"}).exit_code, 2);
    variables.erase("SLUICE_STORE_KEY");
    EXPECT_EQ(on_s3({"list"}).exit_code, 2);
}

TEST_F(DbSnapshotEncryption, prunes_in_both_steps) {
    constexpr std::size_t second = 16; // within one, ids are in no order
    std::string const first = m_tool.take();
    m_database.execute("TRUNCATE public." + std::string(k_secret));
    std::string kept = m_tool.take();
    while (kept.substr(0, second) == first.substr(0, second)) {
        kept = m_tool.take();
    }
    auto const chunks_before = m_tool.chunk_files().size();
    EXPECT_EQ(run({"prune", "--keep-last", "1", "--grace", "0s"}).exit_code, 0);
    EXPECT_EQ(run({"prune", "--keep-last", "1", "--grace", "0s"}).exit_code, 0);
    EXPECT_LT(m_tool.chunk_files().size(), chunks_before);
    EXPECT_FALSE(std::filesystem::exists(m_tool.store() / "trash"));
    EXPECT_EQ(run({"verify", kept}).exit_code, 0);
}

TEST_F(DbSnapshotEncryption, shows_nothing_of_the_database_but_its_name) {
    m_tool.take();
    run_stream({"echo", k_secret}, m_tool.environment());
    SnapshotTool const plain(PrivateServer::shared().variables(m_database.name()));
    plain.take();
    EXPECT_GE(files_with(plain.store(), k_secret).size(), 2U) << "the control: rows and manifest of a plain store";
    EXPECT_EQ(files_with(m_tool.store(), k_secret), std::set<std::string>{});
    for (auto const& file : m_tool.chunk_files()) {
        EXPECT_FALSE(
            std::filesystem::exists(plain.store() / "chunks" / file.filename().string().substr(0, 2) / file.filename()))
            << "names tell nothing of the content";
    }
    for (auto const& name : files_of(m_tool.store())) {
        bool const open = name == "store.json" || name.starts_with("keys/");
        EXPECT_EQ(read_text(m_tool.store() / name).substr(0, 5) == std::string("SLCE\x01"), !open) << name;
    }
}

TEST_F(DbSnapshotEncryption, does_no_work_with_a_wrong_key) {
    struct Case {
        std::string key;
        int exit_code;
        char const* said;
    };
    std::string const id = m_tool.take();
    std::vector<Case> const cases{{"", 2, "is encrypted, and no key is given"},
                                  {new_key(), 2, "is encrypted for other keys"},
                                  {m_key.substr(0, 60), 2, "cut short, to 60 of 86"},
                                  {"correct horse battery staple", 2, "does not begin with 'sluice-key-1-'"},
                                  {m_key.substr(0, 85) + (m_key.back() == '0' ? "1" : "0"), 2, "mistyped"}};
    std::vector<std::vector<std::string>> const verbs{{},
                                                      {"init"},
                                                      {"init", "--encrypt"},
                                                      {"list"},
                                                      {"show", id},
                                                      {"status", id},
                                                      {"verify", id},
                                                      {"export", id, (m_tool.store() / "../x").string()},
                                                      {"prune", "--keep-last", "1"},
                                                      {"pin", id},
                                                      {"stats"},
                                                      {"wait", id},
                                                      {"cat", id},
                                                      {"bundle", "b", m_database.name() + "/" + id},
                                                      {"key", "list"},
                                                      {"key", "rotate"},
                                                      {"key", "remove", "ci"}};
    auto const before = files_of(m_tool.store());
    for (auto const& one : cases) {
        for (auto const& verb : verbs) {
            auto const outcome = run_as(one.key, verb);
            std::string const which = (verb.empty() ? "take" : verb[0]) + ": " + outcome.error_output;
            EXPECT_EQ(outcome.exit_code, one.exit_code) << which;
            bool const makes = verb == std::vector<std::string>{"init", "--encrypt"} && one.key.empty();
            EXPECT_NE(outcome.error_output.find(makes ? "needs a key" : one.said), std::string::npos) << which;
            EXPECT_NE(outcome.error_output.find("hint:"), std::string::npos) << which;
            EXPECT_EQ(outcome.output, "") << which;
        }
        auto const variables = with(m_tool.environment(), "SLUICE_STORE_KEY", one.key);
        EXPECT_EQ(run_stream({"echo", "x"}, variables).exit_code, one.exit_code);
        auto const restore = run_tool("db-restore-or-init",
                                      {"--target", PrivateServer::shared().connection("never_made").conninfo(),
                                       "--stage", "s", "--store", m_tool.store().string(), "--on-missing", "init",
                                       "--init-sql", "/dev/null", "--name", m_database.name()},
                                      variables);
        EXPECT_EQ(restore.exit_code, one.exit_code) << restore.error_output;
        EXPECT_NE(restore.error_output.find(one.said), std::string::npos) << restore.error_output;
        auto const gate =
            run_tool("gate-wait", {"--snapshot", id, "--store", m_tool.store().string(), "--name", m_database.name()},
                     variables);
        EXPECT_EQ(gate.exit_code, 3) << gate.error_output << "never a yes";
    }
    EXPECT_EQ(files_of(m_tool.store()), before);
    EXPECT_EQ(must(PrivateServer::shared().session()->number(
                  "SELECT count(*) FROM pg_database WHERE datname = 'never_made'")),
              0);
}

TEST_F(DbSnapshotEncryption, refuses_a_plain_store_where_a_key_is_set) {
    SnapshotTool const plain(PrivateServer::shared().variables(m_database.name()));
    std::string const id = plain.take();
    auto const before = files_of(plain.store());
    for (auto const& verb : std::vector<std::vector<std::string>>{
             {}, {"verify", id}, {"cat", id}, {"init", "--encrypt"}, {"key", "list"}}) {
        auto const outcome = plain.run(verb, m_tool.environment());
        EXPECT_EQ(outcome.exit_code, 4) << outcome.error_output;
        EXPECT_NE(outcome.error_output.find("not encrypted"), std::string::npos) << outcome.error_output;
    }
    auto const restore = run_tool("db-restore-or-init",
                                  {"--target", PrivateServer::shared().connection("never_made").conninfo(), "--stage",
                                   "s", "--store", plain.store().string(), "--on-missing", "init", "--init-sql",
                                   "/dev/null", "--name", m_database.name()},
                                  m_tool.environment());
    EXPECT_EQ(restore.exit_code, 4) << restore.error_output;
    EXPECT_EQ(files_of(plain.store()), before);
}

TEST_F(DbSnapshotEncryption, reads_no_manifest_that_somebody_planted) {
    std::string const id = m_tool.take();
    SnapshotTool const plain(PrivateServer::shared().variables(m_database.name()));
    std::string const other = plain.take();
    auto const folder = m_tool.store() / "snapshots" / m_database.name();
    std::filesystem::copy(plain.store() / "snapshots" / m_database.name() / other, folder / other);
    std::filesystem::copy(plain.store() / "chunks", m_tool.store() / "chunks",
                          std::filesystem::copy_options::recursive | std::filesystem::copy_options::skip_existing);
    auto const planted = run({"verify", other});
    EXPECT_EQ(planted.exit_code, 65) << planted.error_output;
    EXPECT_NE(planted.error_output.find("is not encrypted, though its store is"), std::string::npos);
    std::filesystem::remove_all(folder / other);
    // Two of our own objects exchanged: the status says complete, so may its neighbour's.
    std::string const second = m_tool.take();
    std::filesystem::copy_file(folder / id / "manifest.json", folder / second / "manifest.json",
                               std::filesystem::copy_options::overwrite_existing);
    EXPECT_EQ(run({"verify", second}).exit_code, 65);
    EXPECT_EQ(run({"verify", id}).exit_code, 0);
}

TEST_F(DbSnapshotEncryption, changes_keys_without_touching_a_chunk) {
    std::string const first = m_tool.take();
    std::string const script = R"(cd "$1" && find chunks snapshots -type f -print0 | sort -z | xargs -0 sha256sum)";
    auto const bytes_before = must_run({"sh", "-c", script, "sh", m_tool.store().string()});
    std::string const escrow = new_key();
    auto const added = m_tool.run({"key", "add", "escrow", "--new-key", "env:NEW", "--json"},
                                  with(m_tool.environment(), "NEW", escrow));
    ASSERT_EQ(added.exit_code, 0) << added.error_output;
    auto const list = must(json::parse(added.output, "output"));
    EXPECT_EQ(schema_violations(list, "tools/db-snapshot/key_list.schema.json"), "");
    EXPECT_EQ(list["recipients"].size(), 2U);
    EXPECT_EQ(m_tool.json({"key", "rotate"})["keys"].size(), 2U);
    auto const removed = run_as(escrow, {"key", "remove", "ci"});
    EXPECT_EQ(removed.exit_code, 0) << removed.error_output;
    EXPECT_NE(removed.error_output.find("reads what was stored so far"), std::string::npos) << removed.error_output;
    EXPECT_EQ(must_run({"sh", "-c", script, "sh", m_tool.store().string()}), bytes_before);
    EXPECT_EQ(run({"list"}).exit_code, 2) << "the removed key";
    EXPECT_EQ(run_as(escrow, {"verify", first}).exit_code, 0);
    EXPECT_EQ(run_as(escrow, {}).exit_code, 0);
    auto const last = run_as(escrow, {"key", "remove", "escrow"});
    EXPECT_EQ(last.exit_code, 4) << last.error_output;
    EXPECT_EQ(run_as(escrow, {"key", "remove", "escrov"}).exit_code, 69);
    EXPECT_EQ(run_as(escrow, {"key", "add", "a b", "--new-key", "env:SLUICE_STORE_KEY"}).exit_code, 2);
}

TEST_F(DbSnapshotEncryption, says_no_key_in_logs_or_arguments) {
    std::string const digits = m_key.substr(13, 64);
    auto const in_argv = m_tool.run({"list", "--store-key", m_key}, PrivateServer::shared().variables("postgres"));
    EXPECT_EQ(in_argv.exit_code, 2);
    EXPECT_EQ((in_argv.output + in_argv.error_output).find(digits), std::string::npos) << in_argv.error_output;
    for (auto const& arguments : std::vector<std::vector<std::string>>{
             {"--verbose"}, {"list", "--verbose"}, {"key", "list"}, {"key", "rotate", "--verbose"}}) {
        auto const outcome = run(arguments);
        EXPECT_EQ(outcome.exit_code, 0) << outcome.error_output;
        EXPECT_EQ((outcome.output + outcome.error_output).find(digits), std::string::npos);
    }
    auto const echoed = run_stream({"sh", "-c", "echo \"$SLUICE_STORE_KEY\" >&2; echo x"}, m_tool.environment());
    EXPECT_EQ(echoed.error_output.find(digits), std::string::npos) << echoed.error_output;
    EXPECT_EQ(files_with(m_tool.store(), digits), std::set<std::string>{});
}

} // namespace
} // namespace sluice::test
