#include "common/time/deadline.hpp"
#include "common/time/duration_text.hpp"
#include "tools/smoke/probes.hpp"

#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sluice::smoke {

namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

// 0, or an errno.
int connect_within(int socket, addrinfo const& address, std::chrono::milliseconds limit) {
    if (connect(socket, address.ai_addr, address.ai_addrlen) == 0) {
        return 0;
    }
    if (errno != EINPROGRESS) {
        return errno;
    }
    pollfd watched{socket, POLLOUT, 0};
    if (poll(&watched, 1, static_cast<int>(limit.count())) <= 0) {
        return ETIMEDOUT;
    }
    int problem = 0;
    socklen_t size = sizeof problem;
    getsockopt(socket, SOL_SOCKET, SO_ERROR, &problem, &size);
    return problem;
}

int try_address(addrinfo const& address, std::chrono::milliseconds limit) {
    int const socket = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) {
        return errno;
    }
    int const problem = connect_within(socket, address, limit);
    close(socket);
    return problem;
}

} // namespace

ProbeResult probe_tcp(Check const& check, TcpCheck const& tcp) {
    time::Clock& clock = time::real_clock();
    auto const begin = clock.steady_now();
    time::Deadline const deadline(clock, check.timeout);
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (int const problem = getaddrinfo(tcp.host.c_str(), tcp.port.c_str(), &hints, &list); problem != 0) {
        return failed_probe(Verdict::fail, Kind::unreachable, "'" + tcp.host + "': " + gai_strerror(problem));
    }
    Addresses const addresses(list, &freeaddrinfo);
    int problem = 0;
    std::string refused;
    for (addrinfo const* address = list; address != nullptr && !deadline.passed(); address = address->ai_next) {
        if (!http::may_connect(*address->ai_addr, tcp.networks)) {
            refused = http::address_text(*address->ai_addr);
            continue;
        }
        problem = try_address(*address, deadline.left());
        if (problem == 0) {
            Observation seen;
            seen.remote_ip = http::address_text(*address->ai_addr);
            seen.duration = std::chrono::duration_cast<std::chrono::microseconds>(clock.steady_now() - begin);
            return judge(check, seen, clock.wall_now());
        }
    }
    std::string const target = tcp.host + ":" + tcp.port;
    if (problem == 0 && !refused.empty()) {
        return failed_probe(Verdict::unknown, Kind::configuration,
                            refused + " is not among the networks that may be connected to");
    }
    return problem == 0 || problem == ETIMEDOUT
               ? failed_probe(Verdict::fail, Kind::timed_out,
                              target + " did not answer within " + time::duration_text(check.timeout))
               : failed_probe(Verdict::fail, Kind::unreachable, target + ": " + std::strerror(problem));
}

} // namespace sluice::smoke
