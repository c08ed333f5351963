#include "tests/support/private_s3.hpp"

#include "common/s3/client.hpp"
#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"

#include <gtest/gtest.h>
#include <sstream>

namespace sluice::test {

namespace {

process::Outcome run_script(std::string const& script, std::string const& verb, std::string const& folder) {
    return must(process::posix_runner().run(
        {.arguments = {"bash", (source_folder() / "tests/support" / script).string(), verb, folder}}));
}

} // namespace

PrivateS3::PrivateS3(std::string script) : m_script(std::move(script)) {
    auto const started = run_script(m_script, "start", m_folder.path().string());
    if (!started.succeeded()) {
        throw std::runtime_error(m_script + " did not start a server: " + started.error_output);
    }
    std::istringstream lines(started.output);
    for (std::string line; std::getline(lines, line);) {
        std::size_t const equals = line.find('=');
        m_facts[line.substr(0, equals)] = line.substr(equals + 1);
    }
}

PrivateS3::~PrivateS3() {
    try {
        (void)run_script(m_script, "stop", m_folder.path().string());
    } catch (std::exception const& failure) {
        ADD_FAILURE() << failure.what();
    }
}

ci::Environment PrivateS3::environment() const {
    return ci::Environment({{"AWS_ENDPOINT_URL", m_facts.at("ENDPOINT")},
                            {"AWS_ACCESS_KEY_ID", m_facts.at("ACCESS_KEY")},
                            {"AWS_SECRET_ACCESS_KEY", m_facts.at("SECRET_KEY")}});
}

ci::Environment PrivateS3::environment_with_tls() const {
    auto variables = environment().all();
    variables["AWS_ENDPOINT_URL"] = m_facts.at("TLS_ENDPOINT");
    variables["AWS_CA_BUNDLE"] = m_facts.at("CA_FILE");
    return ci::Environment(variables);
}

std::string PrivateS3::make_bucket(std::string const& name) const {
    auto const location = must(s3::parse_location("s3://" + name, environment()));
    auto credentials =
        std::make_unique<s3::CredentialSource>(environment(), s3::Profile{}, location.region, time::real_clock());
    s3::Client client(location, std::move(credentials), time::real_clock());
    s3::Operation make;
    make.method = "PUT";
    must(client.send(make));
    return "s3://" + name;
}

} // namespace sluice::test
