#include "common/ci_server/api.hpp"

#include "common/time/timestamp.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace sluice::ci_server {

namespace {

constexpr unsigned k_page_size = 100; // the most that GitLab gives at a time

std::string header_of(http::Headers const& headers, std::string_view name) {
    auto const place = std::find_if(headers.begin(), headers.end(), [&](auto const& one) { return one.first == name; });
    return place == headers.end() ? std::string{} : place->second;
}

bool has_header(http::Headers const& headers, std::string_view name) {
    return std::any_of(headers.begin(), headers.end(), [&](auto const& one) { return one.first == name; });
}

std::optional<int> whole_number(std::string_view text) {
    int value = 0;
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool const good = problem == std::errc{} && end == text.data() + text.size() && value >= 0;
    return good ? std::optional(value) : std::nullopt;
}

// Source: RFC 9110, section 5.6.7, the form that servers must send.
std::optional<time::Wall> http_date(std::string const& text) {
    std::tm parts{};
    char const* const rest = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (rest == nullptr || *rest != '\0') {
        return std::nullopt;
    }
    return std::chrono::system_clock::from_time_t(timegm(&parts));
}

// Seconds or a date; never more than an hour, whatever a server asks for.
std::optional<std::chrono::milliseconds> retry_after_in(http::Headers const& headers,
                                                        std::optional<time::Wall> const& server_now) {
    constexpr std::chrono::seconds longest{3600};
    std::string const text = header_of(headers, "retry-after");
    std::optional<std::chrono::seconds> wait;
    if (auto const seconds = whole_number(text)) {
        wait = std::chrono::seconds{*seconds};
    } else if (auto const date = http_date(text); date && server_now) {
        wait = std::chrono::ceil<std::chrono::seconds>(*date - *server_now);
    }
    return wait ? std::optional<std::chrono::milliseconds>(std::clamp(*wait, std::chrono::seconds{0}, longest))
                : std::nullopt;
}

// By the name alone: "127.evil.example" and "localhost.evil.example" are somewhere else.
bool is_this_machine(std::string const& host_and_port) {
    std::size_t const from = host_and_port.starts_with('[') ? host_and_port.find(']') : 0;
    std::string const host = host_and_port.substr(0, host_and_port.find(':', std::min(from, host_and_port.size())));
    bool const numeric = host.find_first_not_of("0123456789.") == std::string::npos;
    return host == "localhost" || host == "[::1]" || (numeric && host.starts_with("127."));
}

Trouble of_status(http::Exchange const& exchange, std::string const& url) {
    std::string const why = url + " answered " + std::to_string(exchange.status);
    switch (exchange.status) {
    case 401: return {Trouble::Kind::denied, why, "The token is wrong or has expired: give a read-only one.", {}};
    case 403:
        return {Trouble::Kind::denied,
                why,
                exchange.body.find("crumb") != std::string::npos
                    ? "The server wants a crumb: log in with a user's API token, not with a password."
                    : "The token may not read this: give one with the scope read_api and the role Reporter.",
                {}};
    case 404:
        return {Trouble::Kind::missing,
                why,
                "Check project and id; a private project is hidden from a token without "
                "access, and a job token reaches few parts of the API.",
                {}};
    case 408:
    case 425:
    case 429: return {Trouble::Kind::temporary, why, "", {}};
    default: break;
    }
    constexpr int server_error = 500;
    if (exchange.status >= server_error) {
        return {Trouble::Kind::temporary, why, "", {}};
    }
    return {Trouble::Kind::odd, why, "Is this the URL of the API?", {}};
}

Trouble of_failure(http::Exchange const& exchange, std::string const& url) {
    std::string const why = url + ": " + exchange.why;
    switch (exchange.failure) {
    case http::Failure::tls:
        return {Trouble::Kind::denied, why, R"(The server is not trusted: name its certificate with "ca_file".)", {}};
    case http::Failure::configuration: return {Trouble::Kind::denied, why, "Correct the server's settings.", {}};
    case http::Failure::too_large:
    case http::Failure::redirect:
    case http::Failure::protocol: return {Trouble::Kind::odd, why, "Is this the URL of the API?", {}};
    default: return {Trouble::Kind::temporary, why, "", {}};
    }
}

} // namespace

Result<void> check_url(std::string const& url) {
    constexpr std::string_view plain = "http://";
    std::string host = url.substr(std::min(url.size(), url.find("://") + 3));
    host = host.substr(0, host.find_first_of("/?#"));
    bool const local = is_this_machine(host);
    if (host.find('@') != std::string::npos) {
        return fail(Errc::usage, "the URL holds a user or password", "Give the token by itself, from a variable.");
    }
    if (!url.starts_with("https://") && !(url.starts_with(plain) && local)) {
        return fail(Errc::usage, "'" + url + "' is no https:// URL", "A token is sent encrypted or not at all.");
    }
    return {};
}

Answer<Api::Raw> Api::fetch(std::string const& url) {
    constexpr std::chrono::milliseconds look_again{100};
    http::Request request{.url = url, .headers = m_server.headers, .tls = m_server.tls, .timeout = m_timeout};
    request.connect_timeout = m_timeout;
    request.body_limit = std::size_t{16} << 20U;
    // Shared, since a stop leaves the exchange to the client, which ends it later.
    auto const answer = std::make_shared<std::optional<http::Exchange>>();
    m_client.start(std::move(request), [answer](http::Exchange done) { *answer = std::move(done); });
    while (!*answer && !m_stopped()) {
        m_client.proceed(look_again);
    }
    if (!*answer) {
        return tl::unexpected<Trouble>({Trouble::Kind::temporary, "stopped while asking " + url, "", {}});
    }
    http::Exchange const& exchange = **answer;
    if (exchange.failure != http::Failure::none) {
        return tl::unexpected<Trouble>(of_failure(exchange, url));
    }
    m_date = http_date(header_of(exchange.headers, "date"));
    if (exchange.status != 200) {
        Trouble trouble = of_status(exchange, url);
        trouble.retry_after = retry_after_in(exchange.headers, m_date);
        return tl::unexpected<Trouble>(std::move(trouble));
    }
    auto body = json::parse(exchange.body, url);
    if (!body) {
        return tl::unexpected<Trouble>(
            {Trouble::Kind::odd, url + " answered something that is no JSON", "Is this the URL of the API?", {}});
    }
    return Raw{*std::move(body), exchange.headers};
}

Answer<Json> Api::get(std::string const& path) {
    return fetch(m_server.url + path).map([](Raw raw) { return std::move(raw.body); });
}

Answer<void> Api::each(std::string const& path, std::function<bool(Json const&)> const& visit) {
    std::string const joint = path.find('?') == std::string::npos ? "?" : "&";
    std::string page = "1";
    for (unsigned count = 0; count < k_most_pages; ++count) {
        auto const raw =
            fetch(m_server.url + path + joint + "per_page=" + std::to_string(k_page_size) + "&page=" + page);
        if (!raw) {
            return tl::unexpected<Trouble>(raw.error());
        }
        if (!raw->body.is_array()) {
            return tl::unexpected<Trouble>({Trouble::Kind::odd, m_server.url + path + " answered no list", "", {}});
        }
        for (auto const& entry : raw->body) {
            if (!visit(entry)) {
                return {};
            }
        }
        // A proxy may drop the header; a full page is then not taken for the last one.
        page = has_header(raw->headers, "x-next-page") || raw->body.size() < k_page_size
                   ? header_of(raw->headers, "x-next-page")
                   : std::to_string(count + 2);
        if (page.empty()) {
            return {};
        }
        if (!whole_number(page)) {
            return tl::unexpected<Trouble>(
                {Trouble::Kind::odd, m_server.url + path + " names an odd next page", "", {}});
        }
    }
    return tl::unexpected<Trouble>({Trouble::Kind::odd,
                                    m_server.url + path + " has more than " + std::to_string(k_most_pages) + " pages",
                                    "",
                                    {}});
}

std::optional<std::chrono::seconds> Api::clock_ahead(time::Wall now) const {
    return m_date ? std::optional(std::chrono::duration_cast<std::chrono::seconds>(*m_date - now)) : std::nullopt;
}

std::optional<time::Wall> parse_api_time(std::string const& text) {
    constexpr std::size_t offset_length = 6;
    if (text.ends_with('Z')) {
        std::size_t const point = text.find('.');
        auto const when = time::parse_timestamp(text.substr(0, std::min(point, text.size() - 1)) + "Z");
        return when ? std::optional(*when) : std::nullopt;
    }
    if (text.size() < offset_length) {
        return std::nullopt;
    }
    std::string const offset = text.substr(text.size() - offset_length);
    auto const hours = whole_number(offset.substr(1, 2));
    auto const minutes = whole_number(offset.substr(4, 2));
    auto const local = parse_api_time(text.substr(0, text.size() - offset_length) + "Z");
    if ((offset[0] != '+' && offset[0] != '-') || offset[3] != ':' || !hours || !minutes || !local) {
        return std::nullopt;
    }
    auto const ahead = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
    return offset[0] == '+' ? *local - ahead : *local + ahead;
}

std::string text_in(Json const& object, char const* key) {
    auto const place = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && place != object.end() && place->is_string() ? place->get<std::string>()
                                                                             : std::string{};
}

} // namespace sluice::ci_server
