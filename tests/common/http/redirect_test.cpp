#include "common/http/redirect.hpp"

#include "common/http/certificate.hpp"
#include "common/time/timestamp.hpp"

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

TEST(Redirect, knows_an_origin) {
    struct Case {
        char const* left;
        char const* right;
        bool same;
    };
    for (auto const& [left, right, same] : {
             Case{"http://a.example/x", "http://A.EXAMPLE:80/y?z", true},
             Case{"https://a.example", "https://a.example:443/", true},
             Case{"http://a.example/", "https://a.example/", false},
             Case{"http://a.example/", "http://a.example:8080/", false},
             Case{"http://a.example/", "http://b.a.example/", false},
             Case{"http://a.example/", "http://a.example.evil.test/", false},
             Case{"http://a.example/", "http://a.example@evil.test/", false},
             Case{"not a url", "not a url", false},
         }) {
        EXPECT_EQ(same_origin(left, right), same) << left << " and " << right;
    }
}

TEST(Redirect, never_leads_from_https_to_http) {
    Request const request{.url = "https://a.example/"};
    EXPECT_FALSE(follow_redirect(request, 302, "http://a.example/"));
    EXPECT_TRUE(follow_redirect(request, 302, "https://b.example/"));
}

TEST(Redirect, leaves_the_client_certificate_behind) {
    Request const request{.url = "https://a.example/", .tls = {.ca_file = "ca", .certificate = "c", .key = "k"}};
    auto const next = follow_redirect(request, 302, "https://b.example/");
    ASSERT_TRUE(next);
    EXPECT_EQ(next->tls.certificate + next->tls.key, "");
    EXPECT_EQ(next->tls.ca_file, "ca");
}

TEST(CertificateDate, reads_what_openssl_prints) {
    auto const date = certificate_date("Nov  2 03:04:05 2026 GMT");
    ASSERT_TRUE(date);
    EXPECT_EQ(time::timestamp_text(*date), "2026-11-02T03:04:05.000Z");
    EXPECT_FALSE(certificate_date("2026-11-02"));
    EXPECT_FALSE(certificate_date(""));
}

} // namespace
} // namespace sluice::http
