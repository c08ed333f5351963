#include "common/http/transfer.hpp"

#include "common/http/certificate.hpp"
#include "common/http/redirect.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <curl/curl.h>
#include <unistd.h>

namespace sluice::http {

namespace {

// A header section beyond this is an attack or a mistake; browsers and servers stop at 8 to 256 KiB.
constexpr std::size_t k_header_limit = std::size_t{256} * 1024;

// With libcurl's own 64 and 16 KiB a chunk of some megabytes is hundreds of calls.
constexpr long k_upload_buffer = 1024L * 1024;
constexpr long k_download_buffer = 256L * 1024;
// More is believed of nobody before it has come.
constexpr std::size_t k_most_reserved = std::size_t{64} << 20U;

extern "C" std::size_t on_header(char* data, std::size_t size, std::size_t count, void* transfer) {
    return static_cast<Transfer*>(transfer)->take_header({data, size * count});
}
extern "C" std::size_t on_body(char* data, std::size_t size, std::size_t count, void* transfer) {
    return static_cast<Transfer*>(transfer)->take_body({data, size * count});
}

extern "C" curl_socket_t on_open(void* transfer, curlsocktype /*purpose*/, curl_sockaddr* address) {
    if (!static_cast<Transfer*>(transfer)->may_open(address->addr)) {
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

bool has_line_break(std::string const& text) { return text.find_first_of("\r\n") != std::string::npos; }

std::string lower_case(std::string_view text) {
    std::string out{text};
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

std::string_view trimmed(std::string_view text) {
    std::size_t const begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string_view::npos ? std::string_view{}
                                           : text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

Failure failure_of(CURLcode code) {
    switch (code) {
    case CURLE_OK: return Failure::none;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_BAD_FUNCTION_ARGUMENT: return Failure::configuration;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR: return Failure::tls;
    case CURLE_OPERATION_TIMEDOUT: return Failure::timed_out;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: return Failure::unreachable;
    default: return Failure::protocol;
    }
}

void add_line(void*& list, std::string const& line) {
    list = curl_slist_append(static_cast<curl_slist*>(list), line.c_str());
}

std::string version_text(long version) {
    switch (version) {
    case CURL_HTTP_VERSION_1_0: return "1.0";
    case CURL_HTTP_VERSION_1_1: return "1.1";
    case CURL_HTTP_VERSION_2_0: return "2";
    default: return {};
    }
}

std::chrono::microseconds microseconds_of(CURL* handle, CURLINFO which) {
    curl_off_t value = 0;
    curl_easy_getinfo(handle, which, &value);
    return std::chrono::microseconds(value);
}

std::optional<time::Wall> expiry_of(CURL* handle) {
    constexpr std::string_view name = "Expire date:";
    curl_certinfo* chain = nullptr;
    if (curl_easy_getinfo(handle, CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == nullptr ||
        chain->num_of_certs < 1) {
        return std::nullopt;
    }
    for (curl_slist const* line = chain->certinfo[0]; line != nullptr; line = line->next) {
        std::string_view const text{line->data};
        if (text.starts_with(name)) {
            return certificate_date(std::string(text.substr(name.size())));
        }
    }
    return std::nullopt;
}

} // namespace

Transfer::Transfer(Request request, Client::Done done)
    : m_request(std::move(request)), m_done(std::move(done)), m_handle(curl_easy_init()),
      m_begin(time::real_clock().steady_now()), m_error_text(CURL_ERROR_SIZE, '\0') {
    set_up();
}

Transfer::~Transfer() {
    curl_easy_cleanup(m_handle);
    curl_slist_free_all(static_cast<curl_slist*>(m_header_list));
    curl_slist_free_all(static_cast<curl_slist*>(m_resolve_list));
}

void Transfer::fail_as(Failure failure, std::string why) {
    m_exchange.failure = failure;
    m_exchange.why = std::move(why);
}

void Transfer::set_up() {
    curl_easy_reset(m_handle);
    curl_easy_setopt(m_handle, CURLOPT_PRIVATE, this);
    curl_easy_setopt(m_handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(m_handle, CURLOPT_ERRORBUFFER, m_error_text.data());
    curl_easy_setopt(m_handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(m_handle, CURLOPT_URL, m_request.url.c_str());
    curl_easy_setopt(m_handle, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(m_handle, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(m_handle, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(m_handle, CURLOPT_WRITEDATA, this);
    // After the name is looked up: a name may lead anywhere.
    curl_easy_setopt(m_handle, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(m_handle, CURLOPT_OPENSOCKETDATA, this);
    // Some servers refuse a PUT or POST that does not say that it has no body.
    std::string_view const body = m_request.lent_body.empty() ? m_request.body : m_request.lent_body;
    if (!body.empty() || m_request.method == "PUT" || m_request.method == "POST") {
        curl_easy_setopt(m_handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
        curl_easy_setopt(m_handle, CURLOPT_POSTFIELDS, body.empty() ? "" : body.data());
    }
    if (m_request.method == "HEAD") {
        curl_easy_setopt(m_handle, CURLOPT_NOBODY, 1L);
    } else if (m_request.method != "GET" || !body.empty()) {
        curl_easy_setopt(m_handle, CURLOPT_CUSTOMREQUEST, m_request.method.c_str());
    }
    curl_easy_setopt(m_handle, CURLOPT_UPLOAD_BUFFERSIZE, k_upload_buffer);
    curl_easy_setopt(m_handle, CURLOPT_BUFFERSIZE, k_download_buffer);
    set_headers();
    set_tls();
    set_connection();
    set_limits();
}

void Transfer::set_headers() {
    for (auto const& [name, value] : m_request.headers) {
        if (name.empty() || name.find(':') != std::string::npos || has_line_break(name) || has_line_break(value)) {
            return fail_as(Failure::configuration, "header '" + name.substr(0, name.find_first_of("\r\n")) +
                                                       "' is empty or holds a colon or a line break");
        }
        // libcurl takes "Name;" for a header without a value, and "Name:" for one to be left out.
        add_line(m_header_list, trimmed(value).empty() ? name + ";" : name + ": " + value);
    }
    curl_easy_setopt(m_handle, CURLOPT_HTTPHEADER, m_header_list);
    curl_easy_setopt(m_handle, CURLOPT_USERAGENT, "sluice");
}

void Transfer::set_tls() {
    Tls const& tls = m_request.tls;
    for (auto const& file : {tls.ca_file, tls.certificate, tls.key}) {
        if (!file.empty() && access(file.c_str(), R_OK) != 0) {
            return fail_as(Failure::configuration, "cannot read '" + file + "': " + std::strerror(errno));
        }
    }
    curl_easy_setopt(m_handle, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
    curl_easy_setopt(m_handle, CURLOPT_SSL_VERIFYPEER, tls.verify ? 1L : 0L);
    curl_easy_setopt(m_handle, CURLOPT_SSL_VERIFYHOST, tls.verify ? 2L : 0L);
    curl_easy_setopt(m_handle, CURLOPT_CERTINFO, 1L);
    if (!tls.ca_file.empty()) {
        curl_easy_setopt(m_handle, CURLOPT_CAINFO, tls.ca_file.c_str());
    }
    if (!tls.certificate.empty()) {
        curl_easy_setopt(m_handle, CURLOPT_SSLCERT, tls.certificate.c_str());
        curl_easy_setopt(m_handle, CURLOPT_SSLKEY, tls.key.empty() ? tls.certificate.c_str() : tls.key.c_str());
    }
}

void Transfer::set_connection() {
    constexpr std::array<long, 3> versions{CURL_HTTP_VERSION_2TLS, CURL_HTTP_VERSION_1_1, CURL_HTTP_VERSION_2TLS};
    constexpr std::array<long, 3> families{CURL_IPRESOLVE_WHATEVER, CURL_IPRESOLVE_V4, CURL_IPRESOLVE_V6};
    curl_easy_setopt(m_handle, CURLOPT_HTTP_VERSION, versions.at(static_cast<std::size_t>(m_request.version)));
    curl_easy_setopt(m_handle, CURLOPT_IPRESOLVE, families.at(static_cast<std::size_t>(m_request.family)));
    if (m_request.connection == Connection::own) {
        curl_easy_setopt(m_handle, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(m_handle, CURLOPT_FORBID_REUSE, 1L);
        curl_easy_setopt(m_handle, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
    }
    for (auto const& entry : m_request.resolve) {
        add_line(m_resolve_list, entry);
    }
    curl_easy_setopt(m_handle, CURLOPT_RESOLVE, m_resolve_list);
    if (m_request.proxy == "none") {
        curl_easy_setopt(m_handle, CURLOPT_NOPROXY, "*");
    } else if (!m_request.proxy.empty()) {
        curl_easy_setopt(m_handle, CURLOPT_PROXY, m_request.proxy.c_str());
    }
}

void Transfer::set_limits() {
    auto const used = std::chrono::duration_cast<std::chrono::milliseconds>(time::real_clock().steady_now() - m_begin);
    // 0 would mean no limit to libcurl.
    long const left = std::max<long>(1, (m_request.timeout - used).count());
    curl_easy_setopt(m_handle, CURLOPT_TIMEOUT_MS, left);
    curl_easy_setopt(m_handle, CURLOPT_CONNECTTIMEOUT_MS,
                     std::min<long>(left, std::max<long>(1, m_request.connect_timeout.count())));
    if (m_request.stall_timeout.count() > 0) {
        curl_easy_setopt(m_handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
        curl_easy_setopt(m_handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(m_request.stall_timeout.count()));
    }
}

std::size_t Transfer::take_header(std::string_view line) noexcept {
    m_header_bytes += line.size();
    if (m_header_bytes > k_header_limit) {
        fail_as(Failure::too_large,
                "the answer's headers are larger than " + std::to_string(k_header_limit) + " bytes");
        return 0;
    }
    if (line.starts_with("HTTP/")) {
        m_exchange.headers.clear(); // an interim answer (100, 103) or a proxy's came before
    }
    std::size_t const colon = line.find(':');
    if (colon != std::string_view::npos && !line.starts_with("HTTP/")) {
        m_exchange.headers.emplace_back(lower_case(trimmed(line.substr(0, colon))),
                                        std::string(trimmed(line.substr(colon + 1))));
    }
    return line.size();
}

bool Transfer::may_open(sockaddr const& address) noexcept {
    bool const may = may_connect(address, m_request.networks);
    if (!may) {
        m_refused_address = address_text(address);
    }
    return may;
}

std::size_t Transfer::take_body(std::string_view piece) noexcept {
    if (m_exchange.body.empty()) {
        curl_off_t announced = -1;
        curl_easy_getinfo(m_handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
        m_exchange.body.reserve(std::min(
            {static_cast<std::size_t>(std::max<curl_off_t>(announced, 0)), m_request.body_limit, k_most_reserved}));
    }
    std::size_t const room = m_request.body_limit - std::min(m_exchange.body.size(), m_request.body_limit);
    m_exchange.body.append(piece.substr(0, room));
    if (piece.size() > room) {
        fail_as(Failure::too_large,
                "the answer's body is larger than " + std::to_string(m_request.body_limit) + " bytes");
        return 0;
    }
    return piece.size();
}

void Transfer::read_facts() {
    long status = 0;
    long version = 0;
    char* address = nullptr;
    char* url = nullptr;
    curl_easy_getinfo(m_handle, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(m_handle, CURLINFO_HTTP_VERSION, &version);
    curl_easy_getinfo(m_handle, CURLINFO_PRIMARY_IP, &address);
    curl_easy_getinfo(m_handle, CURLINFO_EFFECTIVE_URL, &url);
    m_exchange.status = static_cast<int>(status);
    m_exchange.version = version_text(version);
    m_exchange.remote_ip = address != nullptr ? address : "";
    m_exchange.url = url != nullptr ? url : m_request.url;
    m_exchange.timings.connect = microseconds_of(m_handle, CURLINFO_CONNECT_TIME_T);
    m_exchange.timings.first_byte = microseconds_of(m_handle, CURLINFO_STARTTRANSFER_TIME_T);
    m_exchange.timings.total =
        std::chrono::duration_cast<std::chrono::microseconds>(time::real_clock().steady_now() - m_begin);
    m_exchange.certificate_expires = expiry_of(m_handle);
}

void Transfer::finish(int code) {
    read_facts();
    auto const reason = static_cast<CURLcode>(code);
    if (reason == CURLE_COULDNT_CONNECT && !m_refused_address.empty()) {
        fail_as(Failure::configuration, m_refused_address + " is not among the networks that may be connected to");
    }
    if (reason != CURLE_OK && m_exchange.failure == Failure::none) {
        std::string const said = m_error_text.substr(0, m_error_text.find('\0'));
        // libcurl says "unsupported protocol" of a wrong URL, and of an answer that is no HTTP.
        bool const answered = reason == CURLE_UNSUPPORTED_PROTOCOL && !m_exchange.remote_ip.empty();
        fail_as(answered ? Failure::protocol : failure_of(reason), said.empty() ? curl_easy_strerror(reason) : said);
    }
}

std::string Transfer::redirect_target() const {
    char* target = nullptr;
    bool const asked = m_request.follow > 0 && m_exchange.failure == Failure::none;
    if (!asked || curl_easy_getinfo(m_handle, CURLINFO_REDIRECT_URL, &target) != CURLE_OK || target == nullptr) {
        return {};
    }
    return target;
}

bool Transfer::follow(std::string const& target) {
    if (m_exchange.redirects >= m_request.follow) {
        fail_as(Failure::redirect,
                "more than " + std::to_string(m_request.follow) + " redirects, the last to '" + target + "'");
        return false;
    }
    auto next = follow_redirect(m_request, m_exchange.status, target);
    if (!next) {
        fail_as(Failure::redirect, next.error().message);
        return false;
    }
    unsigned const redirects = m_exchange.redirects + 1;
    m_request = *std::move(next);
    m_exchange = {};
    m_exchange.redirects = redirects;
    m_header_bytes = 0;
    m_refused_address.clear();
    for (void** list : {&m_header_list, &m_resolve_list}) {
        curl_slist_free_all(static_cast<curl_slist*>(*list));
        *list = nullptr;
    }
    std::fill(m_error_text.begin(), m_error_text.end(), '\0');
    set_up();
    return valid();
}

void Transfer::deliver() { m_done(std::move(m_exchange)); }

} // namespace sluice::http
