#include "tests/support/loopback_server.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace sluice::test {

namespace {

// How long a thread may overlook that the server stops.
constexpr int k_look_again_milliseconds = 20;

bool ready(int socket, short wanted) {
    pollfd watched{socket, wanted, 0};
    return poll(&watched, 1, k_look_again_milliseconds) > 0;
}

int listen_on_free_port(int& port) {
    int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    constexpr int backlog = 1024;
    if (bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(socket, backlog) != 0 ||
        getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        throw std::runtime_error("cannot listen on 127.0.0.1");
    }
    port = ntohs(address.sin_port);
    return socket;
}

} // namespace

std::string Conversation::receive() {
    std::string text;
    std::array<char, 65536> buffer{};
    while (!m_stopping && text.find("\r\n\r\n") == std::string::npos) {
        if (!ready(m_socket, POLLIN)) {
            continue;
        }
        ssize_t const count = recv(m_socket, buffer.data(), buffer.size(), 0);
        if (count <= 0) {
            return {};
        }
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return m_stopping ? std::string{} : text;
}

bool Conversation::send(std::string_view bytes) {
    while (!bytes.empty() && !m_stopping) {
        if (!ready(m_socket, POLLOUT)) {
            continue;
        }
        ssize_t const count = ::send(m_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return !m_stopping;
}

void Conversation::hold() {
    std::array<char, 1> one{};
    while (!m_stopping) {
        if (ready(m_socket, POLLIN) && recv(m_socket, one.data(), 1, MSG_PEEK) <= 0) {
            return;
        }
    }
}

LoopbackServer::LoopbackServer(Answer answer) : m_answer(std::move(answer)), m_listener(listen_on_free_port(m_port)) {
    m_acceptor = std::thread([this] { accept_all(); });
}

LoopbackServer::~LoopbackServer() {
    m_stopping = true;
    m_acceptor.join();
    for (auto& worker : m_workers) {
        worker.join();
    }
    close(m_listener);
}

void LoopbackServer::accept_all() {
    while (!m_stopping) {
        if (!ready(m_listener, POLLIN)) {
            continue;
        }
        int const socket = accept(m_listener, nullptr, nullptr);
        if (socket >= 0) {
            ++m_connections;
            m_workers.emplace_back([this, socket] { serve(socket); });
        }
    }
}

void LoopbackServer::serve(int socket) {
    Conversation conversation(socket, m_stopping);
    for (std::string request = conversation.receive(); !request.empty(); request = conversation.receive()) {
        {
            std::lock_guard const lock(m_guard);
            m_requests.push_back(request);
        }
        m_answer(request, conversation);
    }
    close(socket);
}

std::vector<std::string> LoopbackServer::requests() const {
    std::lock_guard const lock(m_guard);
    return m_requests;
}

std::string http_answer(int status, std::string const& body, std::string const& headers) {
    return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           headers + "\r\n" + body;
}

} // namespace sluice::test
