#include "common/s3/signature.hpp"

#include "common/crypto/digest.hpp"
#include "common/encoding/percent.hpp"
#include "common/time/timestamp.hpp"

#include <algorithm>
#include <map>

namespace sluice::s3 {

namespace {

constexpr std::string_view k_algorithm = "AWS4-HMAC-SHA256";

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

// Without blanks at the ends, and one for each run of blanks inside.
std::string collapsed(std::string_view value) {
    std::string out;
    for (char const c : value) {
        bool const blank = c == ' ' || c == '\t';
        if (!blank || (!out.empty() && out.back() != ' ')) {
            out += blank ? ' ' : c;
        }
    }
    while (!out.empty() && out.back() == ' ') {
        out.pop_back();
    }
    return out;
}

struct CanonicalHeaders {
    std::string lines;
    std::string names;
};

CanonicalHeaders canonical(http::Headers const& headers) {
    std::map<std::string, std::string> sorted;
    for (auto const& [name, value] : headers) {
        sorted.emplace(lower_case(name), collapsed(value));
    }
    CanonicalHeaders result;
    for (auto const& [name, value] : sorted) {
        result.lines += name;
        result.lines += ":" + value + "\n";
        result.names += (result.names.empty() ? "" : ";") + name;
    }
    return result;
}

std::string signing_key(AccessKey const& key, std::string const& date, Scope const& scope) {
    using crypto::hmac_sha256;
    std::string const of_date = hmac_sha256("AWS4" + key.secret, date);
    return hmac_sha256(hmac_sha256(hmac_sha256(of_date, scope.region), scope.service), "aws4_request");
}

} // namespace

std::string encoded_path(std::string_view path) { return encoding::percent_encoded(path, "/"); }

std::string encoded_query(Query const& query) {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (auto const& [key, value] : query) {
        pairs.emplace_back(encoding::percent_encoded(key), encoding::percent_encoded(value));
    }
    std::sort(pairs.begin(), pairs.end());
    std::string text;
    for (auto const& [key, value] : pairs) {
        text += (text.empty() ? "" : "&") + key;
        text += "=" + value;
    }
    return text;
}

http::Headers sign(Unsigned const& request, AccessKey const& key, Scope const& scope, time::Wall when) {
    std::string const stamp = time::compact_timestamp(when);
    std::string const date = stamp.substr(0, stamp.find('T'));
    http::Headers added{{"x-amz-date", stamp}};
    if (scope.service == "s3") {
        added.emplace_back("x-amz-content-sha256", request.payload_sha256);
    }
    if (!key.session_token.empty()) {
        added.emplace_back("x-amz-security-token", key.session_token);
    }
    http::Headers all = request.headers;
    all.emplace_back("host", request.host);
    all.insert(all.end(), added.begin(), added.end());
    auto const headers = canonical(all);
    std::string const canonical_request = request.method + "\n" + request.path + "\n" + encoded_query(request.query) +
                                          "\n" + headers.lines + "\n" + headers.names + "\n" + request.payload_sha256;
    std::string const range = date + "/" + scope.region + "/" + scope.service + "/aws4_request";
    std::string const to_sign =
        std::string(k_algorithm) + "\n" + stamp + "\n" + range + "\n" + crypto::sha256_hex(canonical_request);
    added.emplace_back("Authorization", std::string(k_algorithm) + " Credential=" + key.id + "/" + range +
                                            ", SignedHeaders=" + headers.names + ", Signature=" +
                                            crypto::hex(crypto::hmac_sha256(signing_key(key, date, scope), to_sign)));
    return added;
}

} // namespace sluice::s3
