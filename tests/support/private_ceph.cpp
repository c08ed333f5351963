#include "tests/support/private_ceph.hpp"

#include "common/s3/client.hpp"
#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"

#include <sstream>

namespace sluice::test {

namespace {

process::Outcome script(std::string const& verb, std::string const& folder) {
    return must(process::posix_runner().run(
        {.arguments = {"bash", (source_folder() / "tests/support/private_ceph.sh").string(), verb, folder}}));
}

} // namespace

PrivateCeph& PrivateCeph::instance() {
    static PrivateCeph ceph;
    return ceph;
}

PrivateCeph::PrivateCeph() {
    auto const started = script("start", m_folder.path().string());
    if (!started.succeeded()) {
        throw std::runtime_error("Ceph did not start: " + started.error_output);
    }
    std::map<std::string, std::string> const names{
        {"ENDPOINT", "AWS_ENDPOINT_URL"}, {"ACCESS_KEY", "AWS_ACCESS_KEY_ID"}, {"SECRET_KEY", "AWS_SECRET_ACCESS_KEY"}};
    std::istringstream lines(started.output);
    for (std::string line; std::getline(lines, line);) {
        std::size_t const equals = line.find('=');
        m_variables[names.at(line.substr(0, equals))] = line.substr(equals + 1);
    }
}

PrivateCeph::~PrivateCeph() { (void)script("stop", m_folder.path().string()); }

ci::Environment PrivateCeph::environment() const { return ci::Environment(m_variables); }

std::string PrivateCeph::make_bucket(std::string const& name) const {
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
