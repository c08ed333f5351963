#include "common/http/network.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <netinet/in.h>

namespace sluice::http {

namespace {

constexpr unsigned k_ipv4_bits = 32;
constexpr unsigned k_ipv6_bits = 128;

unsigned width_of(Network const& network) { return network.ipv6 ? k_ipv6_bits : k_ipv4_bits; }

bool bit_at(std::array<std::uint8_t, 16> const& bytes, unsigned bit) {
    return ((static_cast<unsigned>(bytes.at(bit / 8)) >> (7 - bit % 8)) & 1U) != 0;
}

tl::unexpected<Error> no_network(std::string const& text) {
    return fail(Errc::usage, "'" + text + "' is no network", "Write, for example, 10.0.0.0/8, 192.0.2.7 or fd00::/8.");
}

Result<Network> read_address(std::string const& address, std::string const& text) {
    Network network;
    network.ipv6 = address.find(':') != std::string::npos;
    if (inet_pton(network.ipv6 ? AF_INET6 : AF_INET, address.c_str(), network.address.data()) != 1) {
        return no_network(text);
    }
    network.prefix = width_of(network);
    return network;
}

// As an address without a range, or nothing when it is of no family that we know.
std::optional<Network> address_of(sockaddr const& address) {
    constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}; // RFC 4291, 2.5.5.2
    Network found;
    if (address.sa_family == AF_INET) {
        std::memcpy(found.address.data(), &reinterpret_cast<sockaddr_in const&>(address).sin_addr, sizeof(in_addr));
        return found;
    }
    if (address.sa_family != AF_INET6) {
        return std::nullopt;
    }
    found.ipv6 = true;
    std::memcpy(found.address.data(), &reinterpret_cast<sockaddr_in6 const&>(address).sin6_addr, sizeof(in6_addr));
    if (std::equal(mapped.begin(), mapped.end(), found.address.begin())) {
        found.ipv6 = false;
        std::copy(found.address.begin() + mapped.size(), found.address.end(), found.address.begin());
    }
    return found;
}

bool contains(Network const& network, Network const& address) {
    if (network.ipv6 != address.ipv6) {
        return false;
    }
    for (unsigned bit = 0; bit < network.prefix; ++bit) {
        if (bit_at(network.address, bit) != bit_at(address.address, bit)) {
            return false;
        }
    }
    return true;
}

std::vector<Network> const& credential_givers() {
    static std::vector<Network> const networks = [] {
        std::vector<Network> list;
        for (char const* text : {"169.254.0.0/16", "fe80::/10", "fd00:ec2::254"}) {
            list.push_back(parse_network(text).value());
        }
        return list;
    }();
    return networks;
}

} // namespace

Result<Network> parse_network(std::string const& text) {
    std::size_t const slash = text.find('/');
    TRY_ASSIGN(Network network, read_address(text.substr(0, slash), text));
    if (slash == std::string::npos) {
        return network;
    }
    char const* const end = text.data() + text.size();
    auto const read = std::from_chars(text.data() + slash + 1, end, network.prefix);
    if (read.ec != std::errc{} || read.ptr != end || network.prefix > width_of(network)) {
        return no_network(text);
    }
    for (unsigned bit = network.prefix; bit < width_of(network); ++bit) {
        if (bit_at(network.address, bit)) {
            return no_network(text);
        }
    }
    return network;
}

bool may_connect(sockaddr const& address, std::vector<Network> const& allowed) {
    auto const known = address_of(address);
    auto const holds_it = [&](Network const& network) { return contains(network, *known); };
    if (!known) {
        return false;
    }
    return allowed.empty() ? std::none_of(credential_givers().begin(), credential_givers().end(), holds_it)
                           : std::any_of(allowed.begin(), allowed.end(), holds_it);
}

std::string address_text(sockaddr const& address) {
    auto const known = address_of(address);
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (known) {
        inet_ntop(known->ipv6 ? AF_INET6 : AF_INET, known->address.data(), text.data(), text.size());
    }
    return text.data();
}

} // namespace sluice::http
