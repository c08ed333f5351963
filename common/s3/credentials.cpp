#include "common/s3/credentials.hpp"

#include "common/log/redact.hpp"
#include "common/s3/credential_sources.hpp"

namespace sluice::s3 {

namespace {

constexpr std::chrono::minutes k_before_expiry{5};

bool lasts(Credentials const& credentials, time::Wall now) {
    return !credentials.expires || *credentials.expires - now > k_before_expiry;
}

} // namespace

CredentialSource::CredentialSource(ci::Environment environment, Profile profile, std::string region, time::Clock& clock)
    : m_environment(std::move(environment)), m_profile(std::move(profile)), m_region(std::move(region)),
      m_clock(clock) {}

Result<Credentials> CredentialSource::get() {
    std::lock_guard const lock(m_guard);
    if (!m_known || !lasts(*m_known, m_clock.wall_now())) {
        TRY_ASSIGN(m_known, find());
        log::remember_secret(m_known->key.secret);
        log::remember_secret(m_known->key.session_token);
    }
    return *m_known;
}

void CredentialSource::forget() {
    std::lock_guard const lock(m_guard);
    m_known.reset();
}

Result<Credentials> CredentialSource::find() {
    TRY_ASSIGN(auto const client, http::create_client({}));
    auto const first_found = [&]() -> Found {
        TRY_ASSIGN(auto found, credentials_of_environment(m_environment));
        if (!found) {
            TRY_ASSIGN(found, credentials_of_web_identity(m_environment, m_region, *client));
        }
        if (!found) {
            TRY_ASSIGN(found, credentials_of_profile(m_profile, m_environment.get("AWS_PROFILE").value_or("default")));
        }
        if (!found) {
            TRY_ASSIGN(found, credentials_of_container(m_environment, *client));
        }
        if (!found) {
            TRY_ASSIGN(found, credentials_of_instance(m_environment, *client));
        }
        return found;
    };
    TRY_ASSIGN(auto const found, first_found().map_error(while_doing("looking for S3 credentials")));
    if (!found) {
        return fail(Errc::usage, "no credentials for S3",
                    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY as masked variables, or AWS_ROLE_ARN with a web "
                    "identity token; see man db-snapshot.");
    }
    return *found;
}

} // namespace sluice::s3
