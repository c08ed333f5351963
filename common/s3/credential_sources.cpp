#include "common/s3/credential_sources.hpp"

#include "common/json/json.hpp"
#include "common/log/redact.hpp"
#include "common/s3/xml.hpp"
#include "common/time/timestamp.hpp"

#include <fstream>
#include <iterator>

namespace sluice::s3 {

namespace {

constexpr std::chrono::seconds k_answer_within{10};
// On a machine that is no instance nobody answers, and every run would wait for it.
constexpr std::chrono::seconds k_instance_within{1};
constexpr char const* k_container_host = "http://169.254.170.2";
constexpr char const* k_instance_host = "http://169.254.169.254";

Found half(std::string const& there, std::string const& missing) {
    return fail(Errc::usage, there + " is set and " + missing + " is not", "Set both, or neither.");
}

Found made(std::string const& id, std::string const& secret, std::string const& token, std::string source,
           std::optional<time::Wall> expires = {}) {
    log::remember_secret(secret);
    return std::optional<Credentials>(Credentials{{id, secret, token}, expires, std::move(source)});
}

std::string get(ci::Environment const& environment, char const* name) { return environment.get(name).value_or(""); }

std::string get(Profile const& profile, char const* name) {
    auto const place = profile.find(name);
    return place == profile.end() ? std::string{} : place->second;
}

Result<std::string> first_line(std::string const& path) {
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line) || line.empty()) {
        return fail(Errc::usage, "cannot read a token from '" + path + "'", "Check the path and its permissions.");
    }
    return line;
}

// Both metadata services stand on the local link, which is closed to all other requests of ours.
http::Request local_request(std::string url, std::chrono::milliseconds within) {
    http::Request request;
    request.url = std::move(url);
    request.timeout = within;
    request.connect_timeout = within;
    request.proxy = "none";
    for (char const* network : {"127.0.0.0/8", "::1", "169.254.0.0/16", "fd00:ec2::/32"}) {
        request.networks.push_back(http::parse_network(network).value());
    }
    return request;
}

Result<std::string> body_of(http::Exchange const& answer, std::string const& whom) {
    if (answer.failure != http::Failure::none) {
        return fail(Errc::temporary, whom + ": " + answer.why);
    }
    if (answer.status / 100 != 2) {
        bool const refused = answer.status / 100 == 4 && answer.status != 429;
        return fail(refused ? Errc::denied : Errc::temporary,
                    whom + " answers with status " + std::to_string(answer.status));
    }
    return answer.body;
}

// {"AccessKeyId": …, "SecretAccessKey": …, "Token": …, "Expiration": …}
Found parse_handed_out(std::string const& text, std::string const& source) {
    TRY_ASSIGN(Json const document, json::parse(text, "credentials of the " + source));
    auto const member = [&](char const* name) {
        auto const place = document.find(name);
        return place != document.end() && place->is_string() ? place->get<std::string>() : std::string{};
    };
    auto const expires = time::parse_timestamp(member("Expiration"));
    if (!document.is_object() || member("AccessKeyId").empty() || member("SecretAccessKey").empty() || !expires) {
        return fail(Errc::denied, "the " + source + " hands out no credentials");
    }
    return made(member("AccessKeyId"), member("SecretAccessKey"), member("Token"), source, *expires);
}

Result<std::string> web_identity_token(ci::Environment const& environment) {
    auto const variable = environment.get("SLUICE_WEB_IDENTITY_VARIABLE");
    if (!variable) {
        return first_line(get(environment, "AWS_WEB_IDENTITY_TOKEN_FILE"));
    }
    auto const token = environment.get(*variable);
    if (!token || token->empty()) {
        return fail(Errc::usage, "SLUICE_WEB_IDENTITY_VARIABLE names '" + *variable + "', which is not set",
                    "In GitLab, id_tokens makes the variable.");
    }
    return *token;
}

std::string session_name(ci::Environment const& environment) {
    constexpr std::size_t longest = 64;
    std::string const given = get(environment, "AWS_ROLE_SESSION_NAME");
    std::string const pipeline = get(environment, "CI_PIPELINE_ID");
    std::string const name = !given.empty()      ? given
                             : !pipeline.empty() ? "gitlab-" + get(environment, "CI_PROJECT_ID") + "-" + pipeline
                                                 : "sluice";
    return name.substr(0, longest);
}

} // namespace

Found credentials_of_environment(ci::Environment const& environment) {
    std::string const id = get(environment, "AWS_ACCESS_KEY_ID");
    std::string const secret = get(environment, "AWS_SECRET_ACCESS_KEY");
    if (id.empty() != secret.empty()) {
        return id.empty() ? half("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID")
                          : half("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
    }
    return id.empty() ? Found(std::nullopt) : made(id, secret, get(environment, "AWS_SESSION_TOKEN"), "environment");
}

Found credentials_of_profile(Profile const& profile, std::string const& name) {
    std::string const id = get(profile, "aws_access_key_id");
    std::string const secret = get(profile, "aws_secret_access_key");
    std::string const source = "profile '" + name + "'";
    if (id.empty() != secret.empty()) {
        return half("of " + source + (id.empty() ? " aws_secret_access_key" : " aws_access_key_id"),
                    id.empty() ? "aws_access_key_id" : "aws_secret_access_key");
    }
    return id.empty() ? Found(std::nullopt) : made(id, secret, get(profile, "aws_session_token"), source);
}

Found credentials_of_web_identity(ci::Environment const& environment, std::string const& region, http::Client& client) {
    std::string const role = get(environment, "AWS_ROLE_ARN");
    bool const token_named =
        environment.get("AWS_WEB_IDENTITY_TOKEN_FILE") || environment.get("SLUICE_WEB_IDENTITY_VARIABLE");
    if (!token_named) {
        return std::nullopt;
    }
    if (role.empty()) {
        return half("a web identity token", "AWS_ROLE_ARN");
    }
    TRY_ASSIGN(auto const token, web_identity_token(environment));
    log::remember_secret(token);
    std::string const endpoint =
        environment.get("AWS_ENDPOINT_URL_STS").value_or("https://sts." + region + ".amazonaws.com");
    http::Request request;
    request.url = endpoint + "/";
    request.method = "POST";
    request.timeout = k_answer_within;
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    request.tls.ca_file = get(environment, "AWS_CA_BUNDLE");
    request.body = encoded_query({{"Action", "AssumeRoleWithWebIdentity"},
                                  {"Version", "2011-06-15"},
                                  {"RoleArn", role},
                                  {"RoleSessionName", session_name(environment)},
                                  {"WebIdentityToken", token}});
    TRY_ASSIGN(auto const body, body_of(http::exchange(client, std::move(request)), "the token service " + endpoint));
    auto const text = [&](char const* name) { return xml_text(body, name).value_or(""); };
    auto const expires = time::parse_timestamp(text("Expiration"));
    if (text("AccessKeyId").empty() || text("SecretAccessKey").empty() || !expires) {
        return fail(Errc::denied, "the token service " + endpoint + " hands out no credentials");
    }
    return made(text("AccessKeyId"), text("SecretAccessKey"), text("SessionToken"), "web identity", *expires);
}

Found credentials_of_container(ci::Environment const& environment, http::Client& client) {
    auto const relative = environment.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    auto const full = environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (!relative && !full) {
        return std::nullopt;
    }
    auto request = local_request(relative ? k_container_host + *relative : *full, k_answer_within);
    if (!relative && full->starts_with("https://")) {
        request.networks.clear();
    }
    std::string token = get(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    if (auto const file = environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
        TRY_ASSIGN(token, first_line(*file));
    }
    if (!token.empty()) {
        log::remember_secret(token);
        request.headers.emplace_back("Authorization", token);
    }
    TRY_ASSIGN(auto const body, body_of(http::exchange(client, std::move(request)), "the container's credentials"));
    return parse_handed_out(body, "container");
}

Found credentials_of_instance(ci::Environment const& environment, http::Client& client) {
    if (get(environment, "AWS_EC2_METADATA_DISABLED") == "true") {
        return std::nullopt;
    }
    std::string const host = environment.get("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or(k_instance_host);
    auto begin = local_request(host + "/latest/api/token", k_instance_within);
    begin.method = "PUT";
    begin.headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "300"}, {"Content-Type", "text/plain"}};
    auto const token = http::exchange(client, std::move(begin));
    if (token.failure != http::Failure::none || token.status != 200) {
        return std::nullopt; // not on an instance
    }
    auto const ask = [&](std::string const& path) {
        auto request = local_request(host + "/latest/meta-data/iam/security-credentials/" + path, k_answer_within);
        request.headers = {{"X-aws-ec2-metadata-token", token.body}};
        return http::exchange(client, std::move(request));
    };
    auto const role = ask("");
    if (role.status == 404) {
        return std::nullopt; // an instance without a role
    }
    TRY_ASSIGN(auto const name, body_of(role, "the instance's role"));
    TRY_ASSIGN(auto const body, body_of(ask(name.substr(0, name.find('\n'))), "the instance's credentials"));
    return parse_handed_out(body, "instance");
}

} // namespace sluice::s3
