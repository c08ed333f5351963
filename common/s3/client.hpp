#pragma once

#include "common/http/client.hpp"
#include "common/s3/credentials.hpp"
#include "common/s3/location.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::s3 {

/// One request on an object, or with an empty key on the bucket.
struct Operation {
    std::string method = "GET";
    std::string key{}; ///< below the location's prefix
    Query query{};
    http::Headers headers{};
    std::string_view body{}; ///< stays where it is until the answer is there
    /// When it counts as signed; the server refuses it 15 minutes later. None: at each attempt anew.
    std::optional<time::Wall> signed_at{};
};

struct Patience {
    std::chrono::milliseconds total{300'000};        ///< for all attempts of one operation
    std::chrono::milliseconds first_contact{20'000}; ///< the same, while the server has never answered: a wrong name
    std::chrono::milliseconds first_pause{
        200}; ///< doubled up to the longest; the pause itself is chosen at random below
    std::chrono::milliseconds longest_pause{20'000};
    std::chrono::seconds stall{60}; ///< an exchange without a byte for so long counts as failed
    std::chrono::milliseconds connect{10'000};

    /// The same in proportion for who wants to know sooner or later: `total` as given, and nothing else beyond it.
    [[nodiscard]] static Patience lasting(std::chrono::milliseconds total);
};

/// Signed requests to one bucket, repeated where that is safe, as all of ours are. Thread-safe; each call has a
/// connection of its own, which later calls use again.
class Client {
  public:
    Client(Location location, std::unique_ptr<CredentialSource> credentials, time::Clock& clock,
           Patience patience = {});

    /// An answer of 2xx, 404 or 412. Blocks for `Patience::total` at most, beyond which comes only the attempt under
    /// way. Errors: denied, not_found (no such bucket), temporary, usage, interrupted.
    [[nodiscard]] Result<http::Exchange> send(Operation const& operation);

    /// The time as the server sees it, as far as known.
    [[nodiscard]] time::Wall server_now() const;

    /// Of the location first named; the region may have changed since.
    [[nodiscard]] Location const& location() const { return m_named; }

  private:
    struct Tries; // what may happen once only
    [[nodiscard]] Result<http::Exchange> explained(Operation const& operation, Tries& tries);
    [[nodiscard]] Result<http::Exchange> attempt(Operation const& operation);
    [[nodiscard]] Result<http::Request> signed_request(Operation const& operation);
    [[nodiscard]] Result<http::Exchange> exchange(http::Request request);
    [[nodiscard]] bool adapt(struct Judgement const& judgement, Tries& tries);
    [[nodiscard]] std::chrono::milliseconds pause_before(unsigned attempt);
    [[nodiscard]] Result<std::unique_ptr<http::Client>> borrow();

    Location m_named;
    std::unique_ptr<CredentialSource> m_credentials;
    time::Clock& m_clock;
    Patience m_patience;
    mutable std::mutex m_guard{};
    Location m_location;                   // where the bucket really is
    time::Wall::duration m_clock_offset{}; // of the server's clock against ours
    bool m_reached = false;
    std::vector<std::unique_ptr<http::Client>> m_idle{};
    std::mt19937 m_random{std::random_device{}()};
};

} // namespace sluice::s3
