#include "tests/tools/db-restore-or-init/shop.hpp"

#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"

#include <gtest/gtest.h>

namespace sluice::test {

namespace {

constexpr char const* k_contents = R"(
SET ROLE shop_owner;
CREATE SCHEMA shop;
CREATE TABLE shop.items (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, name text NOT NULL, price numeric);
INSERT INTO shop.items (name, price) SELECT 'item ' || i, i * 1.5 FROM generate_series(1, 20000) i;
CREATE TABLE shop.orders (id int PRIMARY KEY, item bigint REFERENCES shop.items);
INSERT INTO shop.orders SELECT i, i FROM generate_series(1, 5000) i;
CREATE INDEX ON shop.items (name);
CREATE MATERIALIZED VIEW shop.totals AS SELECT count(*) AS orders FROM shop.orders;
GRANT USAGE ON SCHEMA shop TO app;
GRANT SELECT ON shop.items TO app;
)";

// Taken apart by the server, so that the test knows nothing of the tool's own way of counting.
constexpr char const* k_fingerprint = R"(
SELECT string_agg(format('%s %s', c.oid::regclass, (xpath('/row/f/text()', query_to_xml(format(
  'SELECT count(*) || '' '' || coalesce(md5(string_agg(t::text, '','' ORDER BY t::text)), '''') AS f FROM %s t',
  c.oid::regclass), false, true, '')))[1]), E'\n' ORDER BY c.oid::regclass::text)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
)";

} // namespace

Shop::Shop() : m_server({"max_prepared_transactions=5"}) {
    m_server.create_role("shop_owner");
    m_server.create_role("app");
    m_server.create_role("reader", "PASSWORD 'reader secret'");
    m_server.create_role("stage", "CREATEDB PASSWORD 'stage secret'");
    m_server.execute("GRANT pg_read_all_data TO reader");
    m_server.execute("GRANT shop_owner TO stage");
    m_server.execute("CREATE DATABASE shop OWNER shop_owner TEMPLATE template0");
    m_server.execute("REVOKE ALL ON DATABASE shop FROM PUBLIC; GRANT CONNECT ON DATABASE shop TO reader, app; "
                     "ALTER DATABASE shop SET search_path = shop, public; ALTER DATABASE shop CONNECTION LIMIT 50; "
                     "COMMENT ON DATABASE shop IS 'The shop'");
    m_server.execute(k_contents, "shop");
    must(must(process::posix_runner().run({.arguments = {program("db-snapshot"), "init", "--store", store()}}))
                 .succeeded()
             ? Result<void>{}
             : fail(Errc::internal, "no store"));
    auto const taken = run_tool("db-snapshot", {"--source", "env:SOURCE", "--store", store()}, environment("shop"));
    m_snapshot = taken.output.substr(0, taken.output.find('\n'));
    EXPECT_EQ(taken.exit_code, 0) << taken.error_output;
}

Shop& Shop::shared() {
    // Ended by gtest's environment, not by static destruction, so that the server is stopped on every way out.
    class Holder final : public testing::Environment {
      public:
        void TearDown() override { shop.reset(); }
        std::unique_ptr<Shop> shop = std::make_unique<Shop>();
    };
    static auto* const holder = [] {
        auto* const made = new Holder; // owned by gtest
        testing::AddGlobalTestEnvironment(made);
        return made;
    }();
    return *holder->shop;
}

std::string Shop::file(std::string const& name, std::string const& text) const {
    write_text(m_folder.path() / name, text);
    return m_folder.file(name);
}

std::map<std::string, std::string> Shop::environment(std::string const& target, std::string const& role) const {
    return {{"SOURCE", m_server.connection("shop", "reader").conninfo()},
            {"TARGET", m_server.connection(target, role).conninfo()}};
}

std::vector<std::string> Shop::arguments(std::vector<std::string> const& more) const {
    std::vector<std::string> all{"--target", "env:TARGET", "--stage", "acceptance",
                                 "--name",   "shop",       "--store", store()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

process::Outcome Shop::restore(std::string const& target, std::vector<std::string> const& more) const {
    return run(target, arguments(more));
}

process::Outcome Shop::run(std::string const& target, std::vector<std::string> const& arguments,
                           std::string const& role) const {
    return run_tool("db-restore-or-init", arguments, environment(target, role));
}

std::string Shop::text(std::string const& sql, std::string const& database) const {
    return must(m_server.session(database)->text(sql));
}

bool Shop::exists(std::string const& database) const {
    return must(m_server.session()->truth("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", {database}));
}

std::string Shop::fingerprint(std::string const& database) const { return text(k_fingerprint, database); }

std::vector<std::string> Shop::side_databases(std::string const& target) const {
    auto const rows = must(m_server.session()->query(
        "SELECT datname FROM pg_database WHERE datname ~ ('^' || $1 || '__(new|old)_') ORDER BY 1", {target}));
    std::vector<std::string> names;
    for (auto const& row : rows) {
        names.push_back(postgres::text_of(row.at(0)));
    }
    return names;
}

std::string Shop::comment(std::string const& database) const {
    return text("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '" + database + "'");
}

void Shop::make_own(std::string const& database) const {
    must(must(postgres::connect(m_server.connection("postgres", "stage"), "test"))
             ->execute("CREATE DATABASE \"" + database + "\""));
    must(must(postgres::connect(m_server.connection(database, "stage"), "test"))
             ->execute("CREATE TABLE public.mine AS SELECT i, md5(i::text) AS t FROM generate_series(1, 1000) i"));
}

} // namespace sluice::test
