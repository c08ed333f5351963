// What the client does when a server misbehaves, in ways that a real one cannot be told to.
#include "common/s3/client.hpp"

#include "tests/support/fake_clock.hpp"
#include "tests/support/loopback_server.hpp"
#include "tests/support/must.hpp"

#include <atomic>
#include <gtest/gtest.h>

namespace sluice::s3 {
namespace {

using test::Conversation;
using test::http_answer;
using test::LoopbackServer;
using test::must;

/// Answers the first requests with faults, one after the other, and all further ones with "good".
class FaultyServer {
  public:
    explicit FaultyServer(std::vector<std::string> faults)
        : m_faults(std::move(faults)), m_server([this](std::string const&, Conversation& conversation) {
              std::size_t const number = m_count++;
              conversation.send(number < m_faults.size() ? m_faults[number] : http_answer(200, "good"));
          }) {}
    [[nodiscard]] LoopbackServer const& server() const { return m_server; }

  private:
    std::vector<std::string> m_faults;
    std::atomic<std::size_t> m_count{0};
    LoopbackServer m_server;
};

std::string error(std::string const& code) { return "<Error><Code>" + code + "</Code></Error>"; }

class S3Client : public testing::Test {
  protected:
    test::FakeClock m_clock{};
    std::unique_ptr<Client> client(std::string const& endpoint, Patience patience = {}) {
        ci::Environment const environment(
            {{"AWS_ACCESS_KEY_ID", "AK"}, {"AWS_SECRET_ACCESS_KEY", "SK"}, {"AWS_ENDPOINT_URL", endpoint}});
        auto location = must(parse_location("s3://bkt/p", environment));
        auto credentials = std::make_unique<CredentialSource>(environment, Profile{}, location.region, m_clock);
        return std::make_unique<Client>(std::move(location), std::move(credentials), m_clock, patience);
    }
    Result<http::Exchange> get(LoopbackServer const& server) {
        Operation operation;
        operation.key = "k";
        Patience patience;
        patience.stall = std::chrono::seconds{1}; // a fault that keeps its connection open is waited out for real
        return client(server.url(""), patience)->send(operation);
    }
};

TEST_F(S3Client, repeats_what_may_pass) {
    FaultyServer const faulty({http_answer(500, error("InternalError")), http_answer(503, error("SlowDown")),
                               "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut short", "no HTTP at all\r\n\r\n",
                               http_answer(429, ""), http_answer(400, error("RequestTimeout")),
                               http_answer(409, error("OperationAborted"))});
    auto const answer = get(faulty.server());
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "good");
    EXPECT_EQ(faulty.server().requests().size(), 8U);
    EXPECT_EQ(m_clock.sleeps().size(), 7U);
    for (std::size_t i = 0; i < m_clock.sleeps().size(); ++i) {
        EXPECT_LE(m_clock.sleeps()[i], std::chrono::milliseconds{200} * (1U << i));
    }
}

TEST_F(S3Client, signs_each_attempt_anew) {
    FaultyServer const faulty({http_answer(503, ""), http_answer(503, "")});
    m_clock.while_asleep = [this] { m_clock.advance(std::chrono::minutes{1}); };
    must(get(faulty.server()));
    auto const requests = faulty.server().requests();
    auto const date = [&](std::size_t number) {
        std::size_t const at = requests.at(number).find("x-amz-date: ");
        return requests[number].substr(at, 28);
    };
    EXPECT_NE(date(0), date(1));
    EXPECT_NE(date(1), date(2));
}

TEST_F(S3Client, gives_up_what_no_patience_helps) {
    for (auto const& [status, code, kind] :
         std::vector<std::tuple<int, std::string, Errc>>{{403, "AccessDenied", Errc::denied},
                                                         {404, "NoSuchBucket", Errc::not_found},
                                                         {400, "InvalidRequest", Errc::not_found},
                                                         {301, "PermanentRedirect", Errc::not_found}}) {
        FaultyServer const faulty({http_answer(status, error(code))});
        auto const answer = get(faulty.server());
        ASSERT_FALSE(answer) << code;
        EXPECT_EQ(answer.error().kind, kind);
        EXPECT_EQ(faulty.server().requests().size(), 1U) << code;
    }
}

TEST_F(S3Client, gives_up_in_time) {
    std::vector<std::string> const always(10'000, http_answer(503, ""));
    FaultyServer const faulty(always);
    m_clock.while_asleep = [this] { m_clock.advance(std::chrono::seconds{20}); };
    auto const answer = get(faulty.server());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Errc::temporary);
    auto const tries = faulty.server().requests().size();
    EXPECT_GE(tries, 8U); // 5 minutes of pauses of 20 to 40 seconds
    EXPECT_LE(tries, 17U);
}

TEST_F(S3Client, is_as_patient_as_it_is_told) {
    auto const shorter = Patience::lasting(std::chrono::seconds{8});
    EXPECT_EQ(shorter.total, std::chrono::seconds{8});
    EXPECT_EQ(shorter.first_contact, std::chrono::seconds{8});
    EXPECT_EQ(shorter.stall, std::chrono::seconds{2});
    auto const usual = Patience::lasting(std::chrono::minutes{5});
    EXPECT_EQ(usual.first_contact, Patience{}.first_contact);
    EXPECT_EQ(usual.stall, Patience{}.stall);
    EXPECT_EQ(usual.connect, Patience{}.connect);
}

TEST_F(S3Client, asks_for_new_keys_once_when_they_expired) {
    FaultyServer const once({http_answer(400, error("ExpiredToken"))});
    EXPECT_EQ(must(get(once.server())).body, "good");
    FaultyServer const always({http_answer(400, error("ExpiredToken")), http_answer(400, error("ExpiredToken"))});
    auto const answer = get(always.server());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Errc::denied);
    EXPECT_EQ(always.server().requests().size(), 2U);
}

// A server says to HEAD only the status.
TEST_F(S3Client, learns_by_a_get_why_a_head_was_refused) {
    Operation look;
    look.method = "HEAD";
    look.key = "k";
    FaultyServer const expired({http_answer(400, ""), http_answer(400, error("ExpiredToken"))});
    EXPECT_EQ(must(client(expired.server().url(""))->send(look)).status, 200);
    EXPECT_EQ(expired.server().requests().size(), 3U);
    EXPECT_TRUE(expired.server().requests().at(1).starts_with("GET "));
    EXPECT_NE(expired.server().requests().at(1).find("Range: bytes=0-0\r\n"), std::string::npos);
    FaultyServer const passed({http_answer(400, ""), http_answer(206, "x")}); // another thread has fetched new keys
    EXPECT_EQ(must(client(passed.server().url(""))->send(look)).status, 200);
    FaultyServer const denied({http_answer(403, ""), http_answer(403, error("AccessDenied"))});
    auto const refused = client(denied.server().url(""))->send(look);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("AccessDenied"), std::string::npos) << refused.error().message;
    FaultyServer const only_head(
        {http_answer(403, ""), http_answer(206, "x"), http_answer(403, ""), http_answer(206, "x")});
    EXPECT_FALSE(client(only_head.server().url(""))->send(look));
}

TEST_F(S3Client, takes_the_servers_time_where_its_own_is_off) {
    std::string const skewed =
        http_answer(403, error("RequestTimeTooSkewed"), "Date: Sun, 22 Nov 2026 08:00:00 GMT\r\n");
    FaultyServer const faulty({skewed});
    EXPECT_EQ(must(get(faulty.server())).body, "good"); // ours says midnight
    auto const requests = faulty.server().requests();
    EXPECT_NE(requests.at(0).find("x-amz-date: 20261122T000000Z"), std::string::npos);
    EXPECT_NE(requests.at(1).find("x-amz-date: 20261122T0800"), std::string::npos);
}

TEST_F(S3Client, signs_for_the_region_that_the_server_names) {
    FaultyServer const faulty({http_answer(301, error("PermanentRedirect"), "x-amz-bucket-region: eu-west-1\r\n")});
    EXPECT_EQ(must(get(faulty.server())).body, "good");
    EXPECT_NE(faulty.server().requests().at(0).find("/us-east-1/s3/"), std::string::npos);
    EXPECT_NE(faulty.server().requests().at(1).find("/eu-west-1/s3/"), std::string::npos);
}

TEST_F(S3Client, sends_what_was_signed_once_with_its_first_date_only) {
    FaultyServer const faulty({http_answer(503, "")});
    auto const s3_client = client(faulty.server().url(""));
    Operation removal;
    removal.method = "DELETE";
    removal.key = "k";
    removal.signed_at = m_clock.wall_now();
    m_clock.while_asleep = [this] { m_clock.advance(std::chrono::minutes{1}); };
    must(s3_client->send(removal));
    for (auto const& request : faulty.server().requests()) {
        EXPECT_NE(request.find("x-amz-date: 20261122T000000Z"), std::string::npos) << request;
    }
}

TEST_F(S3Client, is_soon_done_with_a_server_that_is_not_there) {
    m_clock.while_asleep = [this] { m_clock.advance(std::chrono::seconds{5}); };
    Operation operation;
    operation.key = "k";
    auto const answer = client("http://127.0.0.1:1")->send(operation);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Errc::temporary);
    EXPECT_LE(m_clock.sleeps().size(), 5U);
}

TEST_F(S3Client, keeps_its_connections) {
    FaultyServer const good({});
    auto const s3_client = client(good.server().url(""));
    Operation operation;
    operation.key = "k";
    for (int i = 0; i < 20; ++i) {
        must(s3_client->send(operation));
    }
    EXPECT_EQ(good.server().connections(), 1U);
}

} // namespace
} // namespace sluice::s3
