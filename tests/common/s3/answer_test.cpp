#include "common/s3/answer.hpp"

#include <gtest/gtest.h>

namespace sluice::s3 {
namespace {

http::Exchange answer(int status, std::string const& code = {}, http::Headers headers = {}) {
    http::Exchange exchange;
    exchange.status = status;
    exchange.headers = std::move(headers);
    exchange.body = code.empty() ? "" : "<Error><Code>" + code + "</Code><Message>why</Message></Error>";
    return exchange;
}

http::Exchange with_body(int status, std::string body) {
    http::Exchange exchange;
    exchange.status = status;
    exchange.body = std::move(body);
    return exchange;
}

http::Exchange broken(http::Failure failure) {
    http::Exchange exchange;
    exchange.failure = failure;
    exchange.why = "broken";
    return exchange;
}

TEST(S3Answer, is_taken_repeated_or_given_up_by_status_and_code) {
    struct Case {
        http::Exchange exchange;
        Next next;
        Errc kind;
    };
    for (auto const& [exchange, next, kind] : std::vector<Case>{
             {answer(200), Next::take, {}},
             {answer(204), Next::take, {}},
             {answer(404, "NoSuchKey"), Next::take, {}},
             {answer(404), Next::take, {}}, // HEAD has no body
             {answer(412), Next::take, {}},
             {answer(404, "NoSuchBucket"), Next::give_up, Errc::not_found},
             {answer(200, "InternalError"), Next::retry, Errc::temporary}, // a copy that failed on its way
             {with_body(200, "\xEF\xBB\xBF<Error><Code>InternalError</Code></Error>"), Next::retry, Errc::temporary},
             {with_body(200, "\x28\xB5\x2F\xFD and more <Error><Code>X</Code></Error>"), Next::take, {}}, // an object
             {answer(500), Next::retry, Errc::temporary},
             {answer(503, "SlowDown"), Next::retry, Errc::temporary},
             {answer(429), Next::retry, Errc::temporary},
             {answer(408), Next::retry, Errc::temporary},
             {answer(409, "ConditionalRequestConflict"), Next::retry, Errc::temporary},
             {answer(400, "RequestTimeout"), Next::retry, Errc::temporary},
             {answer(400, "BadDigest"), Next::retry, Errc::temporary},
             {answer(400, "ExpiredToken"), Next::new_keys, Errc::denied},
             {answer(403, "RequestTimeTooSkewed"), Next::other_clock, Errc::temporary},
             {answer(403, "AccessDenied"), Next::give_up, Errc::denied},
             {answer(403, "SignatureDoesNotMatch"), Next::give_up, Errc::denied},
             {answer(400, "InvalidRequest"), Next::give_up, Errc::not_found},
             {answer(301, "PermanentRedirect"), Next::give_up, Errc::not_found}, // nobody says where to
             {broken(http::Failure::unreachable), Next::retry, Errc::temporary},
             {broken(http::Failure::timed_out), Next::retry, Errc::temporary},
             {broken(http::Failure::protocol), Next::retry, Errc::temporary},
             {broken(http::Failure::tls), Next::give_up, Errc::denied},
             {broken(http::Failure::configuration), Next::give_up, Errc::usage}}) {
        auto const judgement = judge_answer(exchange);
        EXPECT_EQ(judgement.next, next) << exchange.status << exchange.body << exchange.why;
        if (next != Next::take) {
            EXPECT_EQ(judgement.error.kind, kind) << exchange.status << exchange.body << exchange.why;
        }
    }
}

TEST(S3Answer, names_the_region_that_a_bucket_is_in) {
    auto const moved = judge_answer(answer(301, "PermanentRedirect", {{"x-amz-bucket-region", "eu-west-1"}}));
    EXPECT_EQ(moved.next, Next::other_region);
    EXPECT_EQ(moved.region, "eu-west-1");
    http::Exchange malformed = answer(400);
    malformed.body = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-north-1</Region></Error>";
    EXPECT_EQ(judge_answer(malformed).region, "eu-north-1");
}

TEST(S3Answer, tells_the_servers_time_where_ours_is_off) {
    auto const skewed = judge_answer(answer(403, "RequestTimeTooSkewed", {{"date", "Sun, 22 Nov 2026 08:00:00 GMT"}}));
    ASSERT_TRUE(skewed.server_time);
    EXPECT_EQ(std::chrono::system_clock::to_time_t(*skewed.server_time), 1795334400);
    EXPECT_EQ(parse_http_date("2026-11-22"), std::nullopt);
    EXPECT_EQ(parse_http_date("Sun, 22 Nov 2026 08:00:00 GMT+1"), std::nullopt);
}

} // namespace
} // namespace sluice::s3
