#include "common/s3/answer.hpp"

#include "common/s3/xml.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace sluice::s3 {

namespace {

template <std::size_t N> bool is_one_of(std::array<std::string_view, N> const& list, std::string_view code) {
    return std::find(list.begin(), list.end(), code) != list.end();
}

constexpr std::array<std::string_view, 7> k_passing{"RequestTimeout",     "SlowDown",  "InternalError",
                                                    "ServiceUnavailable", "BadDigest", "OperationAborted",
                                                    "IncompleteBody"};
constexpr std::array<std::string_view, 3> k_expired{"ExpiredToken", "TokenRefreshRequired", "ExpiredTokenException"};
constexpr std::array<std::string_view, 4> k_elsewhere{
    "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"};

struct Reason {
    std::string code;
    std::string words;
};

// Our own objects, of some megabytes, are no XML, and nobody should try to read them as such.
Reason reason_of(http::Exchange const& answer) {
    constexpr std::size_t beginning = 8; // blanks or a byte order mark may come first
    if (answer.body.substr(0, beginning).find('<') == std::string::npos) {
        return {};
    }
    return {xml_text(answer.body, "Code").value_or(""), xml_text(answer.body, "Message").value_or("")};
}

std::string text_of(http::Exchange const& answer, Reason const& reason) {
    std::string text = "the server answers with status " + std::to_string(answer.status);
    text += reason.code.empty() ? "" : ", " + reason.code;
    return text + (reason.words.empty() ? "" : ": " + reason.words);
}

Judgement failed_exchange(http::Exchange const& answer) {
    switch (answer.failure) {
    case http::Failure::configuration: return {Next::give_up, {}, {}, {Errc::usage, answer.why, {}, {}, {}}};
    case http::Failure::tls:
        return {Next::give_up,
                {},
                {},
                {Errc::denied,
                 "the server is not trusted: " + answer.why,
                 "For a server with a certificate of your own, set AWS_CA_BUNDLE to the file of its issuer.",
                 {},
                 {}}};
    default:
        return {
            Next::retry, {}, {}, {Errc::temporary, answer.why, "Check the endpoint and that its server runs.", {}, {}}};
    }
}

Judgement refused(http::Exchange const& answer, Reason const& reason) {
    if (reason.code == "NoSuchBucket") {
        return {Next::give_up, {}, {}, {Errc::not_found, text_of(answer, reason), "Check the bucket's name.", {}, {}}};
    }
    if (answer.status == 401 || answer.status == 403) {
        return {Next::give_up,
                {},
                {},
                {Errc::denied,
                 text_of(answer, reason),
                 "The key needs s3:ListBucket and s3:ListBucketMultipartUploads on the bucket, and s3:GetObject, "
                 "s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload below the prefix.",
                 {},
                 {}}};
    }
    return {Next::give_up, {}, {}, {Errc::not_found, text_of(answer, reason), {}, {}, {}}};
}

// 301 and its like without a region lead nowhere that could be signed for.
std::optional<std::string> other_region(http::Exchange const& answer, Reason const& reason) {
    bool const redirected = answer.status == 301 || answer.status == 307 || is_one_of(k_elsewhere, reason.code);
    if (!redirected) {
        return std::nullopt;
    }
    std::string const header = header_of(answer, "x-amz-bucket-region");
    std::string const region = header.empty() ? xml_text(answer.body, "Region").value_or("") : header;
    return region.empty() ? std::nullopt : std::optional(region);
}

} // namespace

bool hides_its_reason(http::Exchange const& answer) {
    bool const refused = answer.status == 400 || answer.status == 401 || answer.status == 403;
    return answer.failure == http::Failure::none && refused && answer.body.empty();
}

std::string header_of(http::Exchange const& answer, std::string const& name) {
    auto const place = std::find_if(answer.headers.begin(), answer.headers.end(),
                                    [&](auto const& header) { return header.first == name; });
    return place == answer.headers.end() ? std::string{} : place->second;
}

std::optional<time::Wall> parse_http_date(std::string const& text) {
    std::tm parts{};
    char const* const end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return end != nullptr && *end == '\0' ? std::optional(std::chrono::system_clock::from_time_t(timegm(&parts)))
                                          : std::nullopt;
}

Judgement judge_answer(http::Exchange const& answer) {
    if (answer.failure != http::Failure::none) {
        return failed_exchange(answer);
    }
    auto const reason = reason_of(answer);
    // A copy may fail with status 200, once the server has begun to answer.
    bool const good = answer.status / 100 == 2 && reason.code.empty();
    bool const no_such_object = answer.status == 404 && reason.code != "NoSuchBucket";
    if (good || no_such_object || answer.status == 412) {
        return {};
    }
    Error const error{Errc::temporary, text_of(answer, reason), {}, {}, {}};
    if (auto const region = other_region(answer, reason)) {
        return {Next::other_region, *region, {}, error};
    }
    if (is_one_of(k_expired, reason.code)) {
        return {Next::new_keys, {}, {}, {Errc::denied, text_of(answer, reason), "Renew the credentials.", {}, {}}};
    }
    if (reason.code == "RequestTimeTooSkewed") {
        return {Next::other_clock, {}, parse_http_date(header_of(answer, "date")), error};
    }
    bool const passing = answer.status >= 500 || answer.status == 408 || answer.status == 429 || answer.status == 409 ||
                         answer.status / 100 == 2 || is_one_of(k_passing, reason.code);
    return passing ? Judgement{Next::retry, {}, {}, error} : refused(answer, reason);
}

} // namespace sluice::s3
