#include "common/json/json.hpp"
#include "tests/tools/split-check/repository.hpp"
#include "tools/split-check/locations.hpp"

#include <gtest/gtest.h>

// Places that a tool's own configuration names. Each case: the configuration, files that become migrations by it, and
// look-alikes beside that place that must stay code.
namespace sluice::split_check {
namespace {

using Texts = std::vector<std::string>;

TEST(Values, are_read_in_every_form) {
    struct Case {
        char const* text;
        char const* key;
        Texts values;
    };
    for (auto const& [text, key, values] : std::vector<Case>{
             {"locations = a, b", "locations", {"a", "b"}},
             {"flyway.locations=filesystem:a,classpath:b", "flyway.locations", {"filesystem:a", "classpath:b"}},
             {"flyway.locations=a", "locations", {}},
             {"#locations=a\n; locations=b\n", "locations", {}},
             {"locations = [\n  \"a\", # one\n  \"b\"\n]\nother = \"c\"", "locations", {"a", "b"}},
             {"locations:\n  - a\n  - b\nnext: c", "locations", {"a", "b"}},
             {"'key': path.resolve('a', 'b')", "key", {"a/b"}},
             {"key: __dirname + '/a/b',", "key", {"a/b"}},
             {"'key' => 'a',", "key", {"a"}},
             {R"("key": "a")", "key", {"a"}},
             {"x = %(here)s/a:%(here)s/b", "x", {"%(here)s/a", "%(here)s/b"}},
             {"x = a b", "x", {"a", "b"}},
             {"my_key = a", "key", {}},
             {"keys = a", "key", {}},
             {"key", "key", {}},
             {"key =", "key", {}},
         }) {
        EXPECT_EQ(values_of(text, key), values) << text;
    }
}

TEST(Place, is_counted_from_the_configuration_s_folder) {
    struct Case {
        char const* value;
        char const* config;
        char const* place;
    };
    for (auto const& [value, config, place] : std::vector<Case>{
             {"./db/x/", "app/c.toml", "app/db/x"},
             {"../shared", "app/c.toml", "shared"},
             {"../../outside", "app/c.toml", ""},
             {"/etc", "c.toml", ""},
             {"${HOME}/x", "c.toml", ""},
             {"filesystem:sql", "conf/flyway.conf", "conf/sql"},
             {"classpath:db/x", "conf/flyway.conf", "**/db/x"},
             {"%(here)s/x", "a/alembic.ini", "a/x"},
             {"file://m", "atlas.hcl", "m"},
             {"a\\b", "x.csproj", "a/b"},
             {"", "c", ""},
         }) {
        EXPECT_EQ(place_of(value, config), place) << value;
    }
}

} // namespace
} // namespace sluice::split_check

namespace sluice::test {
namespace {

struct Located {
    char const* name;
    std::map<std::string, std::string> configuration;
    std::vector<std::string> migrations;
    std::vector<std::string> look_alikes;
    char const* text = "SELECT 1;\n";
};

std::vector<Located> cases() {
    char const* const alembic = "revision = 'b'\ndown_revision = 'a'\n";
    return {
        {"flyway.conf",
         {{"flyway.conf", "flyway.locations=filesystem:sql/steps\nflyway.sqlMigrationPrefix=M\n"}},
         {"sql/steps/M1__a.sql", "sql/steps/deep/M2__b.sql"},
         {"sql/other/M1__a.sql", "steps/M1__a.sql"}},
        {"flyway.toml",
         {{"db/flyway.toml", "[flyway]\nlocations = [\n \"filesystem:a\",\n \"classpath:b\"\n]\n"}},
         {"db/a/x.sql", "src/main/resources/b/x.sql"},
         {"a/x.sql", "db/c/x.sql"}},
        {"flyway in Spring's configuration",
         {{"pom.xml", "<artifactId>flyway-core</artifactId>"},
          {"src/main/resources/application.properties", "spring.flyway.locations=classpath:migrations/sql\n"}},
         {"src/main/resources/migrations/sql/X1__a.sql"},
         {"src/main/resources/sql/X1__a.sql"}},
        {"alembic.ini",
         {{"alembic.ini", "[alembic]\nscript_location = db\nversion_locations = %(here)s/db/one db/two\n"}},
         {"db/one/a.py", "db/two/deep/b.py", "db/versions/c.py"},
         {"db/three/a.py", "one/a.py"},
         alembic},
        {"alembic below a folder",
         {{"api/pyproject.toml", "[tool.alembic]\nversion_locations = [\n  \"steps\",\n]\n"}},
         {"api/steps/a.py"},
         {"steps/a.py"},
         alembic},
        {"prisma.config.ts",
         {{"prisma.config.ts", "export default { schema: 'db/main.prisma', migrations: { path: \"db/steps\" } }"}},
         {"db/steps/20240102030405_a/migration.sql"},
         {"db/other/20240102030405_a/migration.sql"}},
        {".sequelizerc",
         {{".sequelizerc", "module.exports = { 'migrations-path': path.resolve('db', 'steps') }"}},
         {"db/steps/20240102030405-a.js"},
         {"db/20240102030405-a.js", "steps/20240102030405-a.js"}},
        {"knexfile",
         {{"knexfile.js", "module.exports = {\n  migrations: {\n    directory: './db/steps',\n  },\n}"}},
         {"db/steps/20240102030405_a.js"},
         {"db/20240102030405_a.js"}},
        {"node-pg-migrate in package.json",
         {{"package.json", R"({"dependencies":{"node-pg-migrate":"1"},"config":{"migrations-dir":"db/steps"}})"}},
         {"db/steps/1700000000000_a.js"},
         {"db/1700000000000_a.js"}},
        {".db-migraterc",
         {{"package.json", R"({"dependencies":{"db-migrate":"1"}})"},
          {".db-migraterc", R"({"migrations-dir": "steps"})"}},
         {"steps/20240102030405-a.js", "steps/sqls/20240102030405-a-up.sql"},
         {"other/20240102030405-a.js"}},
        {"sqlx.toml",
         {{"Cargo.toml", "sqlx = \"1\""}, {"sqlx.toml", "[migrate]\nmigrations-dir = \"db/steps\"\n"}},
         {"db/steps/1_a.sql"},
         {"db/1_a.sql"}},
        {"diesel.toml",
         {{"diesel.toml", "[migrations_directory]\ndir = \"db/steps\"\n"}},
         {"db/steps/2024_a/up.sql"},
         {"db/2024_a/up.sql"}},
        {"sqitch.conf",
         {{"sqitch.plan", ""}, {"sqitch.conf", "[core]\n\tdeploy_dir = ship\n\trevert_dir = back\n"}},
         {"ship/a.sql", "back/a.sql"},
         {"shipped/a.sql"}},
        {"atlas.hcl",
         {{"atlas.hcl", "env \"x\" {\n  migration {\n    dir = \"file://db/steps\"\n  }\n}"}},
         {"db/steps/20240102030405.sql"},
         {"db/20240102030405.sql"}},
        {".gmrc",
         {{".gmrc", R"({"migrationsFolder": "./steps"})"}},
         {"steps/committed/000001-a.sql", "steps/current.sql"},
         {"other/committed/000001-a.sql"}},
        {"phinx.php",
         {{"phinx.php", "return ['paths' => [\n 'migrations' => '%%PHINX_CONFIG_DIR%%/steps',\n]];"}},
         {"steps/20240102030405_a.php"},
         {"other/20240102030405_a.php"}},
        {"hasura's config.yaml",
         {{"config.yaml", "metadata_directory: metadata\nmigrations_directory: steps\n"}},
         {"steps/1700000000000_a/up.sql"},
         {"other/1700000000000_a/up.sql"}},
        {"a project file of DbUp",
         {{"src/Db.csproj", "<PackageReference Include=\"dbup\" />\n<EmbeddedResource Include=\"Sql\\**\\*.sql\" />\n"
                            "<EmbeddedResource Include=\"Pictures\\*.png\" />\n"}},
         {"src/Sql/a.sql", "src/Sql/deep/b.sql"},
         {"Sql/a.sql", "src/Pictures/a.png"}},
        {"doctrine_migrations.yaml",
         {{"config/doctrine_migrations.yaml", "migrations_paths:\n    'App': '../src/Steps'\n"}},
         {"src/Steps/Version20240102030405.php"},
         {"src/Other/Version20240102030405.php"}},
    };
}

TEST(Locations, are_those_of_the_tool_s_own_configuration) {
    for (auto const& one : cases()) {
        Repository repository;
        repository.commit(one.configuration, "configuration");
        std::map<std::string, std::string> files;
        for (auto const* paths : {&one.migrations, &one.look_alikes}) {
            for (auto const& path : *paths) {
                files[path] = one.text;
            }
        }
        repository.commit(files, "files");
        auto const report = run_json(repository, {"--range", "HEAD^..HEAD"});
        std::map<std::string, std::string> classes;
        for (auto const& file : report["files"]) {
            classes[file["path"].get<std::string>()] = file["class"].get<std::string>();
        }
        for (auto const& path : one.migrations) {
            EXPECT_EQ(classes[path], "migration") << one.name << ": " << path;
        }
        for (auto const& path : one.look_alikes) {
            EXPECT_EQ(classes[path], "code") << one.name << ": " << path;
        }
    }
}

TEST(Locations, that_a_release_moves_count_on_both_sides) {
    Repository repository;
    repository.commit({{"flyway.conf", "flyway.locations=filesystem:old\n"}, {"old/x.sql", "SELECT 1;\n"}}, "old");
    repository.git({"mv", "old", "new"});
    repository.commit({{"flyway.conf", "flyway.locations=filesystem:new\n"}}, "new");
    auto const report = run_json(repository, {"--range", "HEAD^..HEAD"});
    EXPECT_EQ(report["exit_code"], 1) << "flyway.conf is code";
    EXPECT_EQ(report["files"][1]["class"], "migration");
    EXPECT_EQ(report["files"][2]["class"], "migration");
}

} // namespace
} // namespace sluice::test
