#include "common/http/redirect.hpp"

#include <algorithm>
#include <curl/curl.h>

namespace sluice::http {

namespace {

struct Origin {
    std::string scheme;
    std::string host;
    std::string port;
    bool operator==(Origin const&) const = default;
};

std::string part_of(CURLU* url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) {
        return {};
    }
    std::string found{text};
    curl_free(text);
    std::transform(found.begin(), found.end(), found.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return found;
}

Origin origin_of(std::string const& text) {
    std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> const url(curl_url(), &curl_url_cleanup);
    if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
        return {};
    }
    return {part_of(url.get(), CURLUPART_SCHEME), part_of(url.get(), CURLUPART_HOST),
            part_of(url.get(), CURLUPART_PORT)};
}

bool keeps_method(int status) { return status == 307 || status == 308; }

} // namespace

bool same_origin(std::string const& left, std::string const& right) {
    Origin const origin = origin_of(left);
    return !origin.host.empty() && origin == origin_of(right);
}

Result<Request> follow_redirect(Request const& request, int status, std::string const& location) {
    Request next = request;
    next.url = location;
    if (!keeps_method(status) && request.method != "HEAD") {
        next.method = "GET";
        next.body.clear();
        next.lent_body = {};
    }
    if (same_origin(request.url, location)) {
        return next;
    }
    if (origin_of(request.url).scheme == "https" && origin_of(location).scheme != "https") {
        return fail(Errc::refused, "redirected from https to '" + location + "', which is not followed");
    }
    if (!next.body.empty() || !next.lent_body.empty()) {
        return fail(Errc::refused,
                    "redirected with its body to another host, '" + location + "', which is not followed");
    }
    next.headers.clear();
    next.tls.certificate.clear();
    next.tls.key.clear();
    return next;
}

} // namespace sluice::http
