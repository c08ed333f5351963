#include "common/s3/location.hpp"

#include "common/http/network.hpp"
#include "common/result/did_you_mean.hpp"
#include "common/time/duration_text.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace sluice::s3 {

namespace {

constexpr std::string_view k_scheme = "s3://";
constexpr char const* k_example = "Write s3://BUCKET/PREFIX, with ?endpoint=https://HOST for a server that is not AWS.";

bool is_bucket_name(std::string const& name) {
    // Source: Amazon S3, "General purpose bucket naming rules"; other servers take no other names in host names.
    constexpr std::size_t shortest = 3;
    constexpr std::size_t longest = 63;
    return name.size() >= shortest && name.size() <= longest &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string::npos;
}

Result<std::map<std::string, std::string>> read_parameters(std::string const& query) {
    static std::vector<std::string> const known{"endpoint", "region", "addressing", "patience"};
    std::map<std::string, std::string> parameters;
    for (std::size_t at = 0; at < query.size();) {
        std::size_t const end = std::min(query.find('&', at), query.size());
        std::string const pair = query.substr(at, end - at);
        std::size_t const equals = std::min(pair.find('='), pair.size());
        std::string const name = pair.substr(0, equals);
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            std::string const near = result::did_you_mean(name, known);
            return fail(Errc::usage, "an S3 store has no parameter '" + name + "'",
                        near.empty() ? "It takes endpoint, region, addressing and patience." : near);
        }
        parameters[name] = equals < pair.size() ? pair.substr(equals + 1) : "";
        at = end + 1;
    }
    return parameters;
}

bool is_loopback(std::string const& host) {
    // A name such as 127.evil.example begins like an address.
    return host == "localhost" || host == "[::1]" || (host.starts_with("127.") && http::parse_network(host));
}

Result<std::string> checked_endpoint(std::string endpoint) {
    while (endpoint.ends_with('/')) {
        endpoint.pop_back();
    }
    std::size_t const host = endpoint.find("://");
    bool const known = endpoint.starts_with("https://") || endpoint.starts_with("http://");
    if (!known || endpoint.find_first_of("/?#@", host + 3) != std::string::npos || host + 3 == endpoint.size()) {
        return fail(Errc::usage, "'" + endpoint + "' is no endpoint of S3",
                    "Write https://HOST or https://HOST:PORT, without a path or a login.");
    }
    std::string const server = endpoint.substr(host + 3);
    std::size_t const port = server.starts_with('[') ? server.find(':', server.find(']')) : server.find(':');
    if (endpoint.starts_with("http://") && !is_loopback(server.substr(0, port))) {
        return fail(Errc::usage, "'" + endpoint + "' would carry data and credentials in the clear",
                    "Use https://; plain http:// is for servers on this machine.");
    }
    return endpoint;
}

Result<std::optional<std::chrono::milliseconds>> read_patience(std::string const& text) {
    constexpr std::chrono::seconds shortest{1}; // an attempt needs as much where a name has to be looked up
    if (text.empty()) {
        return std::nullopt;
    }
    TRY_ASSIGN(auto const patience, time::parse_duration(text).map_error(while_doing("reading 'patience' of a store")));
    if (patience < shortest) {
        return fail(Errc::usage, "'patience' of '" + text + "' is too short for one request", "Write 1s or more.");
    }
    return patience;
}

std::string first_of(std::vector<std::string> const& values) {
    auto const place = std::find_if(values.begin(), values.end(), [](auto const& value) { return !value.empty(); });
    return place == values.end() ? std::string{} : *place;
}

Result<void> read_bucket(std::string const& path, std::string const& text, Location& location) {
    std::size_t const slash = std::min(path.find('/'), path.size());
    location.bucket = path.substr(0, slash);
    location.prefix = slash < path.size() ? path.substr(slash + 1) : "";
    if (!is_bucket_name(location.bucket)) {
        return fail(Errc::usage, "'" + text + "' names no bucket", k_example);
    }
    while (location.prefix.ends_with('/')) {
        location.prefix.pop_back();
    }
    location.prefix += location.prefix.empty() ? "" : "/";
    return {};
}

} // namespace

std::string Location::scheme() const { return endpoint.substr(0, endpoint.find("://")); }

std::string Location::host() const {
    std::string const server = endpoint.substr(endpoint.find("://") + 3);
    return path_style ? server : bucket + "." + server;
}

std::string Location::path_of(std::string const& key) const {
    return (path_style ? "/" + bucket : std::string{}) + "/" + (key.empty() ? "" : prefix + key);
}

Location Location::in_region(std::string const& other) const {
    Location moved = *this;
    moved.region = other;
    if (amazon) {
        moved.endpoint = "https://s3." + other + ".amazonaws.com";
    }
    return moved;
}

Result<Location> parse_location(std::string const& text, ci::Environment const& environment,
                                std::string const& profile_region, std::string const& profile_endpoint) {
    if (!text.starts_with(k_scheme)) {
        return fail(Errc::usage, "'" + text + "' is no S3 location", k_example);
    }
    auto const variable = [&](char const* name) { return environment.get(name).value_or(""); };
    std::size_t const question = std::min(text.find('?'), text.size());
    TRY_ASSIGN(auto given, read_parameters(question < text.size() ? text.substr(question + 1) : ""));
    Location location;
    TRY(read_bucket(text.substr(k_scheme.size(), question - k_scheme.size()), text, location));
    location.ca_file = variable("AWS_CA_BUNDLE");
    TRY_ASSIGN(location.patience, read_patience(given["patience"]));
    std::string const region =
        first_of({given["region"], variable("AWS_REGION"), variable("AWS_DEFAULT_REGION"), profile_region});
    location.region = region.empty() ? location.region : region;
    std::string const endpoint =
        first_of({given["endpoint"], variable("AWS_ENDPOINT_URL_S3"), variable("AWS_ENDPOINT_URL"), profile_endpoint});
    std::string const addressing = given["addressing"];
    if (!addressing.empty() && addressing != "path" && addressing != "virtual") {
        return fail(Errc::usage, "'addressing' has no value '" + addressing + "'", "Write path or virtual.");
    }
    // A name with a dot does not fit AWS's certificate.
    bool const dotted = location.bucket.find('.') != std::string::npos;
    location.path_style = addressing.empty() ? !endpoint.empty() || dotted : addressing == "path";
    if (endpoint.empty()) {
        location.amazon = true;
        return location.in_region(location.region);
    }
    TRY_ASSIGN(location.endpoint, checked_endpoint(endpoint));
    return location;
}

} // namespace sluice::s3
