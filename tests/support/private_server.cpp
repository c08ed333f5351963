#include "tests/support/private_server.hpp"

#include "common/postgres/quote.hpp"
#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"

#include <gtest/gtest.h>
#include <sstream>

namespace sluice::test {

namespace {

using postgres::ConnectionParameters;

// gtest takes an environment down before static objects go, so the server stops even when a test calls exit.
class SharedServer final : public testing::Environment {
  public:
    PrivateServer& get() {
        if (!m_server) {
            m_server = std::make_unique<PrivateServer>();
        }
        return *m_server;
    }
    void TearDown() override { m_server.reset(); }

  private:
    std::unique_ptr<PrivateServer> m_server{};
};

auto* const g_shared_server = new SharedServer; // owned by gtest
[[maybe_unused]] auto const* const g_registered = testing::AddGlobalTestEnvironment(g_shared_server);

} // namespace

PrivateServer::PrivateServer(std::vector<std::string> const& settings, std::string const& version) {
    std::vector<std::string> arguments{"start", m_folder.path().string()};
    if (!version.empty()) {
        arguments.insert(arguments.end(), {"--version", version});
    }
    for (auto const& setting : settings) {
        arguments.insert(arguments.end(), {"--set", setting});
    }
    run_script(arguments);
}

PrivateServer::PrivateServer(StandbyOf of) {
    run_script({"standby", of.primary.m_folder.path().string(), m_folder.path().string()});
}

PrivateServer::~PrivateServer() {
    try {
        stop();
    } catch (std::exception const& failure) {
        ADD_FAILURE() << failure.what();
    }
}

PrivateServer& PrivateServer::shared() { return g_shared_server->get(); }

void PrivateServer::run_script(std::vector<std::string> const& arguments) {
    process::Command command{{"bash", (source_folder() / "common/shell/private_postgres.sh").string()}};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    auto const outcome = must(process::posix_runner().run(command));
    if (!outcome.succeeded()) {
        throw std::runtime_error(process::failure_of(command, outcome).message);
    }
    std::istringstream lines(outcome.output);
    for (std::string line; std::getline(lines, line);) {
        std::size_t const sign = line.find('=');
        m_facts[line.substr(0, sign)] = line.substr(sign + 1);
    }
}

ConnectionParameters PrivateServer::connection(std::string const& database, std::string const& role) const {
    return ConnectionParameters{
        {{"host", m_facts.at("PGHOST")}, {"port", m_facts.at("PGPORT")}, {"user", role}, {"dbname", database}}};
}

ConnectionParameters PrivateServer::connection_with_password(std::string const& database, std::string const& role,
                                                             std::string const& password) const {
    return connection(database, role).with("host", "127.0.0.1").with("password", password);
}

std::map<std::string, std::string> PrivateServer::variables(std::string const& database,
                                                            std::string const& role) const {
    return must(postgres::tool_environment(connection(database, role)));
}

std::unique_ptr<postgres::Session> PrivateServer::session(std::string const& database) const {
    return must(postgres::connect(connection(database), "test"));
}

void PrivateServer::execute(std::string const& sql, std::string const& database) const {
    must(session(database)->execute(sql));
}

void PrivateServer::create_role(std::string const& name, std::string const& attributes) const {
    auto const superuser = session();
    if (!must(superuser->truth("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", {name}))) {
        must(superuser->execute("CREATE ROLE " + postgres::quote_identifier(name) + " LOGIN " + attributes));
    }
}

void PrivateServer::stop() { run_script({"stop", m_folder.path().string()}); }
void PrivateServer::kill() { run_script({"kill", m_folder.path().string()}); }
void PrivateServer::restart() { run_script({"restart", m_folder.path().string()}); }

} // namespace sluice::test
