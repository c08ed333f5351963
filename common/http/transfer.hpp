#pragma once

#include "common/http/client.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace sluice::http {

/// One request on its way, as a handle of libcurl with what its callbacks write to.
class Transfer {
  public:
    Transfer(Request request, Client::Done done);
    ~Transfer();
    Transfer(Transfer const&) = delete;
    Transfer& operator=(Transfer const&) = delete;

    /// Whether libcurl took the request as it stands; `ended` tells why not.
    [[nodiscard]] bool valid() const { return m_exchange.failure == Failure::none; }
    [[nodiscard]] void* handle() const { return m_handle; }

    /// Takes down what libcurl says of the end: a CURLcode.
    void finish(int code);

    /// Where the answer leads to, when the request says that redirects are followed; else empty.
    [[nodiscard]] std::string redirect_target() const;
    /// The next step there. False when there is none to be taken: the exchange has then failed.
    [[nodiscard]] bool follow(std::string const& target);

    void deliver();

    // Called by libcurl: how many bytes were taken. Fewer than given ends the transfer.
    std::size_t take_header(std::string_view line) noexcept;
    std::size_t take_body(std::string_view piece) noexcept;
    [[nodiscard]] bool may_open(sockaddr const& address) noexcept;

  private:
    void set_up();
    void set_headers();
    void set_tls();
    void set_connection();
    void set_limits();
    void fail_as(Failure failure, std::string why);
    void read_facts();

    Request m_request;
    Client::Done m_done;
    Exchange m_exchange{};
    void* m_handle;
    time::Steady m_begin;
    void* m_header_list = nullptr;
    void* m_resolve_list = nullptr;
    std::size_t m_header_bytes = 0;
    std::string m_error_text{};
    std::string m_refused_address{};
};

} // namespace sluice::http
