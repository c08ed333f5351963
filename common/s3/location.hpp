#pragma once

#include "common/ci/environment.hpp"
#include "common/result/result.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace sluice::s3 {

/// Where a store's objects are: "s3://bucket/prefix", with what the environment or the location's own query says of the
/// server: s3://bucket/prefix?endpoint=https://s3.example&region=eu-central-1&addressing=path&patience=5m.
struct Location {
    std::string bucket{};
    std::string prefix{};   ///< empty, or ends in "/"
    std::string endpoint{}; ///< "https://host" or "https://host:port", without a path
    std::string region = "us-east-1";
    bool path_style = false; ///< the bucket in the path, not in the host's name
    std::string ca_file{};   ///< empty: the system's certificates
    bool amazon = false;     ///< no endpoint was named: AWS, whose host names follow the region
    std::optional<std::chrono::milliseconds>
        patience{}; ///< for how long a server that fails is asked again; 1 s at least

    /// The scheme and host that requests go to.
    [[nodiscard]] std::string host() const;
    [[nodiscard]] std::string scheme() const;
    /// The path of a key below the prefix, not encoded; with an empty key that of the bucket.
    [[nodiscard]] std::string path_of(std::string const& key) const;
    /// The same place on AWS in another region.
    [[nodiscard]] Location in_region(std::string const& other) const;
};

/// Reads AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL and AWS_CA_BUNDLE; what the location
/// itself says goes before. With an endpoint the bucket stands in the path, which every server but AWS takes, unless
/// addressing=virtual. `profile_region` and `profile_endpoint` come from AWS's configuration file.
/// Errors: usage for what is no such location.
[[nodiscard]] Result<Location> parse_location(std::string const& text, ci::Environment const& environment,
                                              std::string const& profile_region = {},
                                              std::string const& profile_endpoint = {});

} // namespace sluice::s3
