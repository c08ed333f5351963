#pragma once

#include "common/result/result.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace sluice::http {

/// A range of IP addresses such as 10.0.0.0/8 or fd00::/8; a lone address is a range of one.
struct Network {
    bool ipv6 = false;
    std::array<std::uint8_t, 16> address{}; ///< the first four bytes for IPv4
    unsigned prefix = 0;                    ///< leading bits that an address must share with it
};

/// Errors: usage for what is no such range, also where bits behind the prefix are set.
[[nodiscard]] Result<Network> parse_network(std::string const& text);

/// Whether an address may be connected to: inside any of `allowed` or, where that is empty, anywhere but on the local
/// link (RFC 3927, RFC 4291) and fd00:ec2::254, where clouds hand credentials to whoever asks. An IPv4 address inside
/// IPv6 counts as the IPv4 address. What is neither IPv4 nor IPv6 may not.
[[nodiscard]] bool may_connect(sockaddr const& address, std::vector<Network> const& allowed);

/// "10.0.0.7", for messages.
[[nodiscard]] std::string address_text(sockaddr const& address);

} // namespace sluice::http
