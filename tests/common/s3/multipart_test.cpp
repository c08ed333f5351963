// Uploads in parts before a server that misbehaves; real ones are in the suites of the store.
#include "common/s3/multipart.hpp"

#include "tests/support/fake_clock.hpp"
#include "tests/support/loopback_server.hpp"
#include "tests/support/must.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace sluice::s3 {
namespace {

using test::Conversation;
using test::http_answer;
using test::LoopbackServer;
using test::must;

constexpr char const* k_begun =
    "<InitiateMultipartUploadResult><UploadId>u/1+</UploadId></InitiateMultipartUploadResult>";
std::string const k_no_upload = "<Error><Code>NoSuchUpload</Code></Error>";

/// As S3 does it, but for the answers that a test names.
struct PartsServer {
    std::string begun = http_answer(200, k_begun);
    std::string part = http_answer(200, "", "ETag: \"p\"\r\n");
    std::string whole = http_answer(200, "<CompleteMultipartUploadResult/>");
    std::string object = http_answer(404, "<Error><Code>NoSuchKey</Code></Error>");
    std::string uploads = http_answer(200, "<ListMultipartUploadsResult/>");
    LoopbackServer server{[this](std::string const& request, Conversation& conversation) {
        auto const begins = [&](char const* text) { return request.starts_with(text); };
        bool const on_upload = request.substr(0, request.find('\r')).find("uploadId=u%2F1%2B") != std::string::npos;
        conversation.send(begins("POST /bkt/p/k?uploads=")           ? begun
                          : begins("POST /bkt/p/k?") && on_upload    ? whole
                          : begins("PUT /bkt/p/k?part") && on_upload ? part
                          : begins("DELETE /bkt/p/k?") && on_upload  ? http_answer(204, "")
                          : begins("GET /bkt/?")                     ? uploads
                          : begins("GET /bkt/p/k ")                  ? object
                                                                     : http_answer(400, ""));
    }};
    [[nodiscard]] std::size_t count(std::string const& beginning) const {
        auto const all = server.requests();
        return static_cast<std::size_t>(std::count_if(
            all.begin(), all.end(), [&](std::string const& request) { return request.starts_with(beginning); }));
    }
};

std::string after(std::string const& request, std::string const& name) {
    std::size_t const begin = request.find(name) + name.size();
    return request.substr(begin, request.find('\r', begin) - begin);
}

class S3Multipart : public testing::Test {
  protected:
    test::FakeClock m_clock{};
    std::string m_bytes = std::string(k_one_request_bytes, 'a') + "end";

    std::unique_ptr<Client> client(PartsServer const& server) {
        ci::Environment const environment({{"AWS_ACCESS_KEY_ID", "AK"},
                                           {"AWS_SECRET_ACCESS_KEY", "SK"},
                                           {"AWS_ENDPOINT_URL", server.server.url("")}});
        auto location = must(parse_location("s3://bkt/p", environment));
        auto credentials = std::make_unique<CredentialSource>(environment, Profile{}, location.region, m_clock);
        return std::make_unique<Client>(std::move(location), std::move(credentials), m_clock,
                                        Patience::lasting(std::chrono::seconds{1}));
    }
    Result<void> upload(PartsServer const& server) {
        m_clock.while_asleep = [this] { m_clock.advance(std::chrono::seconds{1}); };
        return upload_in_parts(*client(server), "k", {}, m_bytes);
    }
};

TEST_F(S3Multipart, sends_every_part_and_then_their_list) {
    PartsServer const good;
    must(upload(good));
    std::vector<std::string> parts;
    for (auto const& request : good.server.requests()) {
        if (request.starts_with("PUT ")) {
            parts.push_back(after(request, "partNumber=").substr(0, 1) + " " + after(request, "Content-Length: "));
        }
    }
    std::sort(parts.begin(), parts.end());
    EXPECT_EQ(parts, (std::vector<std::string>{"1 8388608", "2 8388608", "3 3"}));
    EXPECT_NE(
        good.server.requests().back().find(
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"p\"</ETag></Part><Part><PartNumber>2"),
        std::string::npos)
        << good.server.requests().back();
    EXPECT_EQ(good.count("DELETE "), 0U);
}

TEST_F(S3Multipart, takes_its_parts_back_when_one_fails) {
    PartsServer denied;
    denied.part = http_answer(403, "<Error><Code>AccessDenied</Code></Error>");
    auto const outcome = upload(denied);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::denied);
    EXPECT_EQ(denied.count("DELETE /bkt/p/k?uploadId="), 1U);
    EXPECT_EQ(denied.count("POST /bkt/p/k?uploadId="), 0U);
}

TEST_F(S3Multipart, does_not_take_an_error_with_status_200_for_a_whole_object) {
    PartsServer late;
    late.whole = http_answer(200, "<Error><Code>InternalError</Code></Error>");
    auto const outcome = upload(late);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::temporary);
    EXPECT_EQ(late.count("DELETE /bkt/p/k?uploadId="), 1U);
}

// Where the answer to the first attempt was lost, the second finds no such upload.
TEST_F(S3Multipart, believes_an_upload_that_is_gone_only_where_the_object_is_there) {
    PartsServer lost;
    lost.whole = http_answer(404, k_no_upload);
    lost.object = http_answer(200, m_bytes);
    EXPECT_TRUE(upload(lost));
    PartsServer older;
    older.whole = http_answer(404, k_no_upload);
    older.object = http_answer(200, std::string(m_bytes.size(), 'b'));
    PartsServer aborted;
    aborted.whole = http_answer(404, k_no_upload);
    PartsServer earlier;
    earlier.part = http_answer(404, k_no_upload);
    for (auto const* server : {&older, &aborted, &earlier}) {
        auto const outcome = upload(*server);
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().kind, Errc::temporary);
        EXPECT_NE(outcome.error().hint.find("aborted"), std::string::npos);
    }
}

TEST_F(S3Multipart, wants_a_name_for_the_upload_and_for_each_part) {
    PartsServer nameless;
    nameless.begun = http_answer(200, "<html/>");
    EXPECT_FALSE(upload(nameless));
    EXPECT_EQ(nameless.count("PUT "), 0U);
    PartsServer untagged;
    untagged.part = http_answer(200, "");
    EXPECT_FALSE(upload(untagged));
    EXPECT_EQ(untagged.count("DELETE "), 1U);
}

TEST_F(S3Multipart, aborts_what_was_begun_before_and_nothing_younger) {
    auto const begun = [](char const* when) {
        return std::string("<Upload><Key>p/k</Key><UploadId>u/1+</UploadId><Initiated>") + when +
               "</Initiated></Upload>";
    };
    PartsServer server;
    server.uploads = http_answer(200, "<ListMultipartUploadsResult>" + begun("2026-11-21T22:59:59.000Z") +
                                          begun("2026-11-21T23:00:00.000Z") + begun("2026-11-22T00:00:00.000Z") +
                                          "</ListMultipartUploadsResult>");
    auto const an_hour_ago = m_clock.wall_now() - std::chrono::hours{1};
    EXPECT_EQ(must(abort_uploads(*client(server), an_hour_ago)), 1U);
    EXPECT_EQ(server.count("DELETE /bkt/p/k?uploadId="), 1U);
    EXPECT_EQ(server.count("GET /bkt/?prefix=p%2F&uploads= "), 1U);
    PartsServer page_of_a_proxy;
    page_of_a_proxy.uploads = http_answer(200, "<html/>");
    EXPECT_FALSE(abort_uploads(*client(page_of_a_proxy), an_hour_ago));
}

} // namespace
} // namespace sluice::s3
