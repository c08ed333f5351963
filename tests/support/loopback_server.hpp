#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace sluice::test {

/// One connection of a client to a `LoopbackServer`.
class Conversation {
  public:
    Conversation(int socket, std::atomic<bool> const& stopping) : m_socket(socket), m_stopping(stopping) {}

    /// The next request as it came, headers and what was sent with them. Empty once the client is gone.
    [[nodiscard]] std::string receive();
    /// False once the client is gone or the server stops: endless answers end there.
    bool send(std::string_view bytes);
    /// Waits until the client leaves or the server stops.
    void hold();

  private:
    int m_socket;
    std::atomic<bool> const& m_stopping;
};

/// A server on a free port of 127.0.0.1 whose every byte the test decides. A thread for each connection.
class LoopbackServer {
  public:
    using Answer = std::function<void(std::string const& request, Conversation& conversation)>;

    /// `answer` is called for each request, with several threads at once.
    explicit LoopbackServer(Answer answer);
    ~LoopbackServer();
    LoopbackServer(LoopbackServer const&) = delete;
    LoopbackServer& operator=(LoopbackServer const&) = delete;

    [[nodiscard]] int port() const { return m_port; }
    [[nodiscard]] std::string url(std::string const& path = "/") const {
        return "http://127.0.0.1:" + std::to_string(m_port) + path;
    }
    [[nodiscard]] std::size_t connections() const { return m_connections; }
    [[nodiscard]] std::vector<std::string> requests() const;

  private:
    void accept_all();
    void serve(int socket);

    Answer m_answer;
    int m_port = 0; // before the listener, which finds it out
    int m_listener;
    std::atomic<bool> m_stopping{false};
    std::atomic<std::size_t> m_connections{0};
    mutable std::mutex m_guard{};
    std::vector<std::string> m_requests{};
    std::list<std::thread> m_workers{};
    std::thread m_acceptor{};
};

/// A whole answer with its Content-Length; `headers` are lines ended by CR LF.
[[nodiscard]] std::string http_answer(int status, std::string const& body, std::string const& headers = {});

} // namespace sluice::test
