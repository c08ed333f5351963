#pragma once

#include "common/http/network.hpp"
#include "common/result/result.hpp"
#include "common/time/clock.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

enum class Version { any, http1_1, http2 };
enum class AddressFamily { any, ipv4, ipv6 };
enum class Connection {
    pooled, ///< one that an earlier exchange left open, where there is one
    own     ///< a new one, with the name looked up anew, closed afterwards
};

struct Tls {
    std::string ca_file{};     ///< instead of the system's certificates
    std::string certificate{}; ///< the client's own, PEM
    std::string key{};         ///< its key, PEM
    bool verify = true;        ///< false takes any certificate; whoever sets it says so loudly
};

struct Request {
    std::string url{}; ///< http or https, nothing else
    std::string method = "GET";
    Headers headers{};
    std::string body{};
    std::string_view lent_body{}; ///< in place of `body`: bytes that stay where they are until the exchange is over
    Tls tls{};
    Version version = Version::any;
    AddressFamily family = AddressFamily::any;
    Connection connection = Connection::pooled;
    std::vector<std::string> resolve{};        ///< "host:port:address", instead of asking the name service
    std::vector<Network> networks{};           ///< only these may be connected to; empty: as `may_connect` says
    std::string proxy{};                       ///< empty: http_proxy, https_proxy and no_proxy; "none": no proxy
    std::chrono::milliseconds timeout{10'000}; ///< for the whole exchange, redirects included
    std::chrono::milliseconds connect_timeout{10'000}; ///< name, TCP and TLS
    std::chrono::seconds stall_timeout{0};             ///< give up when not a byte came for so long; 0: never
    std::size_t body_limit = std::size_t{1} << 20U;    ///< bytes of the answer's body that are taken
    unsigned follow = 0;                               ///< redirects that are followed
};

enum class Failure {
    none,
    configuration, ///< the request itself is wrong: a malformed URL, a line break in a header, an unreadable CA file
    unreachable,   ///< no such name, refused, reset
    tls,           ///< no trust: wrong name, unknown issuer, expired, or no common protocol
    timed_out,     ///< a deadline passed, or nothing came for the stall time
    too_large,     ///< the answer passed the limit
    redirect,      ///< too many redirects, or one that may not be followed
    protocol,      ///< the answer is no HTTP
};

struct Timings {
    std::chrono::microseconds connect{}; ///< until the connection stood, TLS not included
    std::chrono::microseconds first_byte{};
    std::chrono::microseconds total{};
};

/// What became of a request. With a failure the other fields hold what was known until then.
struct Exchange {
    Failure failure = Failure::none;
    std::string why{}; ///< for a person; empty without a failure
    int status = 0;
    Headers headers{}; ///< names in lower case, of the last answer only
    std::string body{};
    std::string url{}; ///< the one that answered
    std::string remote_ip{};
    std::string version{}; ///< "1.0", "1.1", "2"
    unsigned redirects = 0;
    Timings timings{};
    std::optional<time::Wall> certificate_expires{}; ///< of the server's own certificate
};

/// Many exchanges at once on one thread. Nothing is retried here: whoever asks knows whether a retry is right.
/// Redirects drop every header, the client's certificate and the body as soon as scheme, host or port differ, are never
/// followed from https to http, and end with `follow`. Cookies and .netrc are not used.
class Client {
  public:
    using Done = std::function<void(Exchange)>;

    virtual ~Client() = default;

    /// Begins an exchange, or queues it when as many as allowed are open. Returns at once; `done` is called by
    /// `proceed`, and may start further ones.
    virtual void start(Request request, Done done) = 0;

    /// Lets the exchanges go on until one ends, `wake` is called, or `at_most` has passed.
    virtual void proceed(std::chrono::milliseconds at_most) = 0;

    /// Those that were started and have not ended.
    [[nodiscard]] virtual std::size_t open() const = 0;

    /// Ends a `proceed` that waits. The only member that other threads may call.
    virtual void wake() = 0;
};

/// How many exchanges are open at a time; further ones queue.
struct OpenLimit {
    std::size_t most = 200;
    /// As many as are begun with: more connections than a fast server needs only cost time. Doubled, up to `most`, as
    /// often as nothing ends for 20 ms while some queue.
    std::size_t first = 50;
};

/// Errors: internal when libcurl cannot start.
[[nodiscard]] Result<std::unique_ptr<Client>> create_client(OpenLimit limit);

/// One exchange from start to end. Blocks up to the request's timeout, or until a signal asks to stop is seen by the
/// caller between two calls.
[[nodiscard]] Exchange exchange(Client& client, Request request);

} // namespace sluice::http
