#include "tests/tools/db-snapshot/personal_database.hpp"

#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::test {

namespace {

// Every secret is at least this long, and no two begin alike.
constexpr std::size_t k_beginning = 12;

std::string with_roles(PrivateServer const& server) {
    server.create_role("keeper", "CREATEDB");
    create_reader(server);
    return "OWNER keeper";
}

std::vector<std::string> read_secrets(TemporaryDatabase const& database) {
    auto const rows = must(database.session()->query(
        "SELECT s FROM generate_series(1, 2500) i, unnest(ARRAY[people.secret_name(i), people.secret_email(i), "
        "people.secret_phone(i), people.secret_token(i)]) s"));
    std::vector<std::string> secrets;
    for (auto const& row : rows) {
        secrets.push_back(postgres::text_of(row.at(0)));
    }
    return secrets;
}

} // namespace

PersonalDatabase::PersonalDatabase(PrivateServer& server)
    : m_database(server, with_roles(server)), m_tool(server.variables(m_database.name(), "reader")) {
    load_sql(server, m_database.name(), "personal.sql", "keeper");
    grant_large_objects(m_database, "reader");
    m_secrets = read_secrets(m_database);
    m_database.execute("DROP FUNCTION people.secret_name, people.secret_email, people.secret_phone, "
                       "people.secret_token");
}

std::string PersonalDatabase::keeper() const {
    return m_database.connection("keeper").with("dbname", "postgres").conninfo();
}

Json PersonalDatabase::masks() {
    return must(json::parse(read_text(source_folder() / "tools/db-snapshot/mask.example.json"), "mask.example.json"));
}

std::string PersonalDatabase::write_masks(Json const& file) const {
    write_text(m_folder.path() / "mask.json", json::dump_indented(file));
    return m_folder.file("mask.json");
}

process::Outcome PersonalDatabase::take_masked(std::vector<std::string> arguments, Json const& file,
                                               std::string const& key) const {
    arguments.insert(arguments.end(), {"--mask", write_masks(file)});
    Variables variables = m_tool.environment();
    variables["MASK_KEY"] = key;
    return m_tool.run(std::move(arguments), variables);
}

snapshot::Manifest PersonalDatabase::masked_manifest(std::string const& key) const {
    auto const outcome = take_masked({}, masks(), key);
    if (!outcome.succeeded()) {
        throw std::runtime_error("db-snapshot ended with " + std::to_string(outcome.exit_code) + ": " +
                                 outcome.error_output);
    }
    return m_tool.manifest(name(), outcome.output.substr(0, outcome.output.find('\n')));
}

process::Outcome PersonalDatabase::lint(Json const& file, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"mask", "lint", "--mask", write_masks(file)});
    return run_tool("db-snapshot", std::move(arguments), m_tool.environment());
}

SecretFinder::SecretFinder(std::vector<std::string> const& secrets) : m_secrets(secrets) {
    for (std::size_t i = 0; i < secrets.size(); ++i) {
        m_beginnings[std::string_view(secrets[i]).substr(0, k_beginning)].push_back(i);
    }
}

std::set<std::size_t> SecretFinder::places(std::string_view text, std::size_t enough) const {
    std::set<std::size_t> found;
    for (std::size_t at = 0; at + k_beginning <= text.size() && found.size() < enough; ++at) {
        auto const place = m_beginnings.find(text.substr(at, k_beginning));
        if (place == m_beginnings.end()) {
            continue;
        }
        for (std::size_t const secret : place->second) {
            if (text.substr(at, m_secrets[secret].size()) == m_secrets[secret]) {
                found.insert(secret);
            }
        }
    }
    return found;
}

std::size_t SecretFinder::count_in(std::string_view text) const { return places(text, m_secrets.size()).size(); }

std::string SecretFinder::found_in(std::string_view text) const {
    auto const found = places(text, 1);
    if (found.empty()) {
        return {};
    }
    constexpr std::size_t around = 80;
    std::size_t const at = text.find(m_secrets[*found.begin()]);
    return std::string(text.substr(at < around ? 0 : at - around, 3 * around));
}

} // namespace sluice::test
