#include "common/http/client.hpp"

#include "tests/support/loopback_server.hpp"
#include "tests/support/must.hpp"
#include "tests/support/temporary_directory.hpp"

#include <algorithm>
#include <atomic>
#include <gtest/gtest.h>

namespace sluice::http {
namespace {

using namespace std::chrono_literals;
using test::Conversation;
using test::http_answer;
using test::LoopbackServer;

LoopbackServer::Answer always(std::string const& answer) {
    return [answer](std::string const&, Conversation& conversation) { conversation.send(answer); };
}

Exchange ask(Request request) {
    auto const client = test::must(create_client({10, 10}));
    return exchange(*client, std::move(request));
}

std::string header(Exchange const& exchange, std::string const& name) {
    auto const place = std::find_if(exchange.headers.begin(), exchange.headers.end(),
                                    [&](auto const& header) { return header.first == name; });
    return place == exchange.headers.end() ? "" : place->second;
}

TEST(HttpClient, tells_what_came) {
    LoopbackServer const server(always(http_answer(418, "short and stout", "X-Kind:  tea pot \r\n")));
    auto const answer = ask({.url = server.url("/pot?x=1")});
    EXPECT_EQ(answer.failure, Failure::none) << answer.why;
    EXPECT_EQ(answer.status, 418);
    EXPECT_EQ(answer.body, "short and stout");
    EXPECT_EQ(header(answer, "x-kind"), "tea pot");
    EXPECT_EQ(answer.remote_ip, "127.0.0.1");
    EXPECT_EQ(answer.version, "1.1");
    EXPECT_EQ(answer.url, server.url("/pot?x=1"));
    EXPECT_GT(answer.timings.total.count(), 0);
}

TEST(HttpClient, sends_method_headers_and_body) {
    LoopbackServer const server(always(http_answer(200, "")));
    auto const answer = ask(
        {.url = server.url(), .method = "PUT", .headers = {{"X-Empty", ""}, {"Content-Type", "text/x"}}, .body = "hi"});
    EXPECT_EQ(answer.status, 200) << answer.why;
    std::string const sent = server.requests().at(0);
    EXPECT_EQ(sent.substr(0, 16), "PUT / HTTP/1.1\r\n");
    EXPECT_NE(sent.find("\r\nX-Empty:"), std::string::npos) << sent;
    EXPECT_NE(sent.find("\r\nContent-Type: text/x\r\n"), std::string::npos) << sent;
    EXPECT_NE(sent.find("\r\n\r\nhi"), std::string::npos) << sent;
}

TEST(HttpClient, runs_many_at_once_and_queues_the_rest) {
    LoopbackServer const server(always(http_answer(200, "x")));
    auto const client = test::must(create_client({8, 8}));
    std::size_t ended = 0;
    for (int i = 0; i < 50; ++i) {
        client->start({.url = server.url()}, [&](Exchange const& done) { ended += done.status == 200 ? 1 : 0; });
    }
    EXPECT_EQ(client->open(), 50U);
    while (client->open() > 0) {
        client->proceed(100ms);
    }
    EXPECT_EQ(ended, 50U);
    EXPECT_LE(server.connections(), 8U);
}

TEST(HttpClient, opens_more_when_nothing_ends) {
    std::atomic<int> waiting{0};
    LoopbackServer const server([&](std::string const&, Conversation& conversation) {
        ++waiting;
        // Nobody is answered before all are here: with two connections alone this would never end.
        while (waiting < 10) {
            time::real_clock().sleep_for(1ms);
        }
        conversation.send(http_answer(200, "x"));
    });
    auto const client = test::must(create_client({20, 2}));
    for (int i = 0; i < 10; ++i) {
        client->start({.url = server.url()}, [](Exchange const& done) { EXPECT_EQ(done.status, 200) << done.why; });
    }
    while (client->open() > 0) {
        client->proceed(100ms);
    }
    EXPECT_GE(server.connections(), 10U);
}

TEST(HttpClient, takes_a_connection_of_its_own_when_asked) {
    LoopbackServer const server(always(http_answer(200, "x")));
    auto const client = test::must(create_client({8, 8}));
    for (auto const connection : {Connection::pooled, Connection::pooled, Connection::own, Connection::own}) {
        EXPECT_EQ(exchange(*client, {.url = server.url(), .connection = connection}).status, 200);
    }
    EXPECT_EQ(server.connections(), 3U);
}

struct Broken {
    std::string name;
    LoopbackServer::Answer answer;
    Failure failure;
    std::string why;
};

void PrintTo(Broken const& broken, std::ostream* out) { *out << broken.name; }

class HttpFailure : public testing::TestWithParam<Broken> {};

TEST_P(HttpFailure, is_told_by_kind) {
    LoopbackServer const server(GetParam().answer);
    auto const answer = ask({.url = server.url(), .timeout = 1500ms, .stall_timeout = 1s, .body_limit = 1000});
    EXPECT_EQ(answer.failure, GetParam().failure) << answer.why;
    EXPECT_NE(answer.why.find(GetParam().why), std::string::npos) << answer.why;
    EXPECT_LE(answer.body.size(), 1000U);
}

void dribble(std::string const&, Conversation& conversation) {
    conversation.send("HTTP/1.1 200 OK\r\n\r\n");
    while (conversation.send("x")) {
        time::real_clock().sleep_for(100ms);
    }
}

void repeat(std::string const& first, std::string const& piece, Conversation& conversation) {
    conversation.send(first);
    while (conversation.send(piece)) {
    }
}

INSTANTIATE_TEST_SUITE_P(
    Servers, HttpFailure,
    testing::Values(Broken{"silence", [](std::string const&, Conversation& c) { c.hold(); }, Failure::timed_out, ""},
                    Broken{"slow loris", dribble, Failure::timed_out, ""},
                    Broken{"endless body",
                           [](std::string const&, Conversation& c) { repeat("HTTP/1.1 200 OK\r\n\r\n", "endless", c); },
                           Failure::too_large, "larger than 1000 bytes"},
                    Broken{"endless headers",
                           [](std::string const&, Conversation& c) {
                               repeat("HTTP/1.1 200 OK\r\n", "X-More: more\r\n", c);
                           },
                           Failure::too_large, "headers are larger"},
                    Broken{"no HTTP", always("SSH-2.0-x\r\n\r\n"), Failure::protocol, ""}),
    [](auto const& broken) {
        std::string name = broken.param.name;
        std::replace(name.begin(), name.end(), ' ', '_');
        return name;
    });

TEST(HttpClient, tells_a_refused_connection) {
    int port = 0;
    {
        LoopbackServer const gone(always(""));
        port = gone.port();
    }
    auto const answer = ask({.url = "http://127.0.0.1:" + std::to_string(port) + "/"});
    EXPECT_EQ(answer.failure, Failure::unreachable);
    EXPECT_NE(answer.why.find(std::to_string(port)), std::string::npos) << answer.why;
}

TEST(HttpClient, refuses_what_is_no_request) {
    for (Request const& wrong :
         {Request{.url = "file:///etc/passwd"}, Request{.url = "http://127.0.0.1:99999/"},
          Request{.url = "http://[::/"}, Request{.url = "http://127.0.0.1/", .headers = {{"X-A", "b\r\nX-C: d"}}},
          Request{.url = "http://127.0.0.1/", .headers = {{"X:A", "b"}}},
          Request{.url = "https://127.0.0.1:1/", .tls = {.ca_file = "/no/such/file"}}}) {
        auto const answer = ask(wrong);
        EXPECT_EQ(answer.failure, Failure::configuration) << wrong.url << ": " << answer.why;
        EXPECT_EQ(answer.status, 0);
        EXPECT_FALSE(answer.why.empty());
    }
}

TEST(HttpClient, does_not_follow_redirects_unless_told) {
    LoopbackServer const server(always(http_answer(302, "", "Location: /next\r\n")));
    EXPECT_EQ(ask({.url = server.url()}).status, 302);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST(HttpClient, ends_a_redirect_loop) {
    LoopbackServer const server(always(http_answer(302, "", "Location: /again\r\n")));
    auto const answer = ask({.url = server.url(), .follow = 3});
    EXPECT_EQ(answer.failure, Failure::redirect);
    EXPECT_EQ(server.requests().size(), 4U);
    EXPECT_NE(answer.why.find("more than 3 redirects"), std::string::npos) << answer.why;
}

TEST(HttpClient, keeps_a_token_from_another_host_and_from_all_that_follow) {
    std::string home;
    LoopbackServer const other([&](std::string const&, Conversation& conversation) {
        conversation.send(http_answer(302, "", "Location: " + home + "\r\n"));
    });
    LoopbackServer const server([&](std::string const& request, Conversation& conversation) {
        conversation.send(request.starts_with("GET /first") ? http_answer(302, "", "Location: " + other.url() + "\r\n")
                                                            : http_answer(200, "home"));
    });
    home = server.url("/home");
    auto const answer = ask({.url = server.url("/first"), .headers = {{"PRIVATE-TOKEN", "glpat-secret"}}, .follow = 5});
    EXPECT_EQ(answer.body, "home") << answer.why;
    EXPECT_NE(server.requests().at(0).find("glpat-secret"), std::string::npos);
    EXPECT_EQ(other.requests().at(0).find("glpat-secret"), std::string::npos) << other.requests().at(0);
    EXPECT_EQ(server.requests().at(1).find("glpat-secret"), std::string::npos) << server.requests().at(1);
}

TEST(HttpClient, says_of_a_put_without_a_body_that_it_has_none) {
    LoopbackServer const server(
        [](std::string const&, Conversation& conversation) { conversation.send(http_answer(200, "")); });
    for (char const* method : {"PUT", "POST"}) {
        EXPECT_EQ(ask({.url = server.url("/"), .method = method}).status, 200);
        EXPECT_NE(server.requests().back().find("Content-Length: 0\r\n"), std::string::npos)
            << server.requests().back();
    }
}

TEST(HttpClient, connects_to_listed_networks_only) {
    LoopbackServer const server([](std::string const&, Conversation& conversation) {
        conversation.send(http_answer(302, "", "Location: http://169.254.169.254/latest/meta-data/\r\n"));
    });
    auto const open = ask({.url = server.url("/"), .networks = {test::must(parse_network("127.0.0.0/8"))}});
    EXPECT_EQ(open.status, 302) << open.why;
    auto const closed = ask({.url = server.url("/"), .networks = {test::must(parse_network("192.0.2.0/24"))}});
    EXPECT_EQ(closed.failure, Failure::configuration);
    EXPECT_EQ(closed.why, "127.0.0.1 is not among the networks that may be connected to");
    auto const redirected = ask({.url = server.url("/"), .follow = 1});
    EXPECT_EQ(redirected.failure, Failure::configuration);
    EXPECT_EQ(redirected.why, "169.254.169.254 is not among the networks that may be connected to");
    EXPECT_EQ(server.requests().size(), 2U);
}

TEST(HttpClient, keeps_a_token_for_the_same_host) {
    LoopbackServer const server([&](std::string const& request, Conversation& conversation) {
        conversation.send(request.starts_with("GET /a") ? http_answer(301, "", "Location: b\r\n")
                                                        : http_answer(200, ""));
    });
    EXPECT_EQ(ask({.url = server.url("/a"), .headers = {{"X-Token", "t0ken"}}, .follow = 1}).status, 200);
    EXPECT_NE(server.requests().at(1).find("t0ken"), std::string::npos);
}

TEST(HttpClient, drops_a_body_with_the_method_and_never_carries_one_elsewhere) {
    LoopbackServer const other(always(http_answer(200, "")));
    std::string status = "303";
    LoopbackServer const server([&](std::string const& request, Conversation& conversation) {
        std::string const location = status == "307" ? other.url() : "/got";
        conversation.send(request.starts_with("GET /got")
                              ? http_answer(200, "")
                              : http_answer(std::stoi(status), "", "Location: " + location + "\r\n"));
    });
    Request const post{.url = server.url("/post"), .method = "POST", .body = "secret body", .follow = 1};
    EXPECT_EQ(ask(post).status, 200);
    EXPECT_EQ(server.requests().at(1).find("secret body"), std::string::npos);
    status = "307";
    EXPECT_EQ(ask(post).failure, Failure::redirect);
    EXPECT_TRUE(other.requests().empty());
}

TEST(HttpClient, sends_a_lent_body_as_its_own) {
    LoopbackServer const server([](std::string const& request, Conversation& conversation) {
        conversation.send(request.find(" /away ") != std::string::npos
                              ? http_answer(307, "", "Location: http://127.0.0.1:1/elsewhere\r\n")
                              : http_answer(200, ""));
    });
    auto const client = test::must(create_client({}));
    std::string const bytes = "lent bytes";
    EXPECT_EQ(exchange(*client, {.url = server.url(), .method = "PUT", .lent_body = bytes}).status, 200);
    EXPECT_NE(server.requests().at(0).find("Content-Length: 10\r\n"), std::string::npos);
    EXPECT_TRUE(server.requests().at(0).ends_with(bytes)) << server.requests().at(0);
    auto const carried =
        exchange(*client, {.url = server.url("/away"), .method = "PUT", .lent_body = bytes, .follow = 1});
    EXPECT_EQ(carried.failure, Failure::redirect) << carried.why;
}

TEST(HttpClient, wakes_up_from_another_thread) {
    auto const client = test::must(create_client({1, 1}));
    client->wake();
    auto const begin = time::real_clock().steady_now();
    client->proceed(30s);
    EXPECT_LT(time::real_clock().steady_now() - begin, 20s);
}

} // namespace
} // namespace sluice::http
