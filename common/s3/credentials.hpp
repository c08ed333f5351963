#pragma once

#include "common/ci/environment.hpp"
#include "common/http/client.hpp"
#include "common/s3/profile.hpp"
#include "common/s3/signature.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace sluice::s3 {

struct Credentials {
    AccessKey key{};
    std::optional<time::Wall> expires{}; ///< none: they do not
    std::string source{};                ///< for messages: "environment", "profile 'ci'"
};

/// Finds credentials the way AWS's own tools do, the first of these that is there: AWS_ACCESS_KEY_ID; a web identity
/// token (AWS_ROLE_ARN with AWS_WEB_IDENTITY_TOKEN_FILE, or with the variable that SLUICE_WEB_IDENTITY_VARIABLE names,
/// as GitLab's id_tokens are variables); the profile; a container's endpoint; an EC2 instance's. What is found half,
/// such as an id without a secret, is an error and not passed over. Asked for again five minutes before they expire.
/// Thread-safe.
class CredentialSource {
  public:
    CredentialSource(ci::Environment environment, Profile profile, std::string region, time::Clock& clock);

    /// Blocks for an exchange or two where a server hands them out. Errors: usage (none found, or half), denied
    /// (refused), temporary (a server that hands them out is away).
    [[nodiscard]] Result<Credentials> get();

    /// The server called them expired: the next `get` asks anew.
    void forget();

  private:
    [[nodiscard]] Result<Credentials> find();

    ci::Environment m_environment;
    Profile m_profile;
    std::string m_region;
    time::Clock& m_clock;
    std::mutex m_guard{};
    std::optional<Credentials> m_known{};
};

} // namespace sluice::s3
