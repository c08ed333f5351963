#include "common/http/network.hpp"

#include "tests/support/must.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <gtest/gtest.h>
#include <netinet/in.h>

namespace sluice::http {
namespace {

using test::must;

sockaddr_storage address_of(std::string const& text) {
    sockaddr_storage storage{};
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    bool const is_v6 = text.find(':') != std::string::npos;
    storage.ss_family = is_v6 ? AF_INET6 : AF_INET;
    if (inet_pton(storage.ss_family, text.c_str(), is_v6 ? static_cast<void*>(&v6.sin6_addr) : &v4.sin_addr) != 1) {
        throw std::runtime_error("no address: " + text);
    }
    return storage;
}

bool may(std::string const& address, std::vector<std::string> const& allowed) {
    std::vector<Network> networks;
    for (auto const& text : allowed) {
        networks.push_back(must(parse_network(text)));
    }
    auto const storage = address_of(address);
    return may_connect(reinterpret_cast<sockaddr const&>(storage), networks);
}

TEST(Network, keeps_off_the_local_link_unless_it_is_named) {
    for (char const* text : {"169.254.169.254", "169.254.0.0", "169.254.255.255", "::ffff:169.254.169.254", "fe80::1",
                             "febf::1", "fd00:ec2::254"}) {
        EXPECT_FALSE(may(text, {})) << text;
    }
    for (char const* text : {"127.0.0.1", "10.0.0.1", "169.253.255.255", "169.255.0.0", "8.8.8.8", "::1", "fec0::1",
                             "fd00:ec2::253", "2001:db8::1"}) {
        EXPECT_TRUE(may(text, {})) << text;
    }
    EXPECT_TRUE(may("169.254.169.254", {"169.254.169.254"}));
}

TEST(Network, lets_through_what_is_listed_and_nothing_else) {
    struct Case {
        char const* network;
        char const* inside;
        char const* outside;
    };
    for (auto const& [network, inside, outside] :
         {Case{"10.0.0.0/8", "10.255.255.255", "11.0.0.0"}, Case{"192.0.2.128/25", "192.0.2.255", "192.0.2.127"},
          Case{"192.0.2.7", "192.0.2.7", "192.0.2.6"}, Case{"0.0.0.0/0", "169.254.169.254", "::1"},
          Case{"fd00::/8", "fdff::1", "fc00::1"}, Case{"::/0", "fe80::1", "127.0.0.1"},
          Case{"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"},
          Case{"10.0.0.0/8", "::ffff:10.1.2.3", "::10.1.2.3"}}) {
        EXPECT_TRUE(may(inside, {network})) << network << " " << inside;
        EXPECT_FALSE(may(outside, {network})) << network << " " << outside;
    }
    EXPECT_TRUE(may("::1", {"127.0.0.0/8", "::1"}));
}

TEST(Network, refuses_what_is_no_network) {
    for (char const* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0/8", "host",
                             "10.0.0.1/8", "fd00::/129", "fd00::1/8", " 10.0.0.0/8"}) {
        auto const network = parse_network(text);
        ASSERT_FALSE(network) << text;
        EXPECT_EQ(network.error().kind, Errc::usage);
        EXPECT_NE(network.error().message.find("'" + std::string(text) + "'"), std::string::npos);
    }
}

TEST(Network, knows_no_other_family) {
    sockaddr local{};
    local.sa_family = AF_UNIX;
    EXPECT_FALSE(may_connect(local, {must(parse_network("0.0.0.0/0")), must(parse_network("::/0"))}));
    EXPECT_FALSE(may_connect(local, {}));
}

TEST(Network, is_shown_as_people_write_it) {
    for (char const* text : {"10.0.0.7", "::1", "2001:db8::7"}) {
        auto const storage = address_of(text);
        EXPECT_EQ(address_text(reinterpret_cast<sockaddr const&>(storage)), text);
    }
}

} // namespace
} // namespace sluice::http
