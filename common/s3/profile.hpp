#pragma once

#include "common/ci/environment.hpp"
#include "common/result/result.hpp"

#include <map>
#include <string>
#include <string_view>

namespace sluice::s3 {

/// Settings of one profile of AWS's shared files, by their names in lower case.
using Profile = std::map<std::string, std::string>;

/// The profile that AWS_PROFILE names, else "default", from AWS_SHARED_CREDENTIALS_FILE (else ~/.aws/credentials) and
/// AWS_CONFIG_FILE (else ~/.aws/config); the first goes before. Empty where neither knows it and AWS_PROFILE is not
/// set. Errors: usage for a profile that AWS_PROFILE names and no file has; denied for a file that cannot be read.
/// Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files".
[[nodiscard]] Result<Profile> read_profile(ci::Environment const& environment);

/// The settings below "[name]" or "[profile name]".
[[nodiscard]] Profile parse_profile(std::string_view text, std::string const& name);

} // namespace sluice::s3
