#pragma once

#include "common/ci_server/server.hpp"
#include "common/json/json.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sluice::ci_server {

/// Why an API gave no answer that can be used, by what the caller can do.
struct Trouble {
    enum class Kind {
        denied,    ///< the token is refused or may not see this; asking again will not help
        missing,   ///< there is no such thing, or the token may not know of it
        temporary, ///< away, overloaded, restarting
        odd        ///< an answer that its documentation does not have
    } kind = Kind::temporary;
    std::string why{};
    std::string hint{};
    std::optional<std::chrono::milliseconds> retry_after{};
};

template <class T> using Answer = tl::expected<T, Trouble>;

/// The GET half of a JSON API, and no other half: nothing here can change anything on a server, let alone approve.
class Api {
  public:
    using Stopped = std::function<bool()>;

    /// `stopped` ends a request that is under way.
    Api(http::Client& client, Server server, std::chrono::milliseconds timeout, Stopped stopped)
        : m_client(client), m_server(std::move(server)), m_timeout(timeout), m_stopped(std::move(stopped)) {}

    /// `path` begins with a slash, or is empty; put behind the server's URL.
    [[nodiscard]] Answer<Json> get(std::string const& path);

    /// Follows the pages of a GitLab list and calls `visit` for each entry until it returns false. Trouble: also where
    /// the list has more than `k_most_pages` pages. Source: GitLab "REST API", offset-based pagination (x-next-page).
    [[nodiscard]] Answer<void> each(std::string const& path, std::function<bool(Json const&)> const& visit);

    /// How far the server's clock was ahead of `now` in the last answer; nothing where it gave no date.
    [[nodiscard]] std::optional<std::chrono::seconds> clock_ahead(time::Wall now) const;
    [[nodiscard]] std::string const& url() const { return m_server.url; }

    static constexpr unsigned k_most_pages = 50;

  private:
    struct Raw {
        Json body;
        http::Headers headers;
    };
    [[nodiscard]] Answer<Raw> fetch(std::string const& url);

    http::Client& m_client;
    Server m_server;
    std::chrono::milliseconds m_timeout;
    Stopped m_stopped;
    std::optional<time::Wall> m_date{};
};

/// A timestamp with "Z" or an offset, as CI systems write it: "2026-11-22T10:00:00.123+01:00".
[[nodiscard]] std::optional<time::Wall> parse_api_time(std::string const& text);

/// The text of `key`, or "" where it is absent, null or no text.
[[nodiscard]] std::string text_in(Json const& object, char const* key);

} // namespace sluice::ci_server
