#pragma once

#include "common/s3/credentials.hpp"

namespace sluice::s3 {

/// One source each: nothing where it is not set up here. Errors: usage where it is only half, else as
/// `CredentialSource::get`. Sources of names and formats: AWS SDKs and Tools Reference Guide.
using Found = Result<std::optional<Credentials>>;

[[nodiscard]] Found credentials_of_environment(ci::Environment const& environment);
[[nodiscard]] Found credentials_of_profile(Profile const& profile, std::string const& name);
/// AssumeRoleWithWebIdentity at AWS_ENDPOINT_URL_STS, else the region's own server.
[[nodiscard]] Found credentials_of_web_identity(ci::Environment const& environment, std::string const& region,
                                                http::Client& client);
/// AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI; the latter over https, or on this machine or link.
[[nodiscard]] Found credentials_of_container(ci::Environment const& environment, http::Client& client);
/// The instance metadata service, version 2. A second at most where there is none; obeys AWS_EC2_METADATA_DISABLED and
/// AWS_EC2_METADATA_SERVICE_ENDPOINT.
[[nodiscard]] Found credentials_of_instance(ci::Environment const& environment, http::Client& client);

} // namespace sluice::s3
