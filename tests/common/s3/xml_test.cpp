#include "common/s3/xml.hpp"

#include "common/time/timestamp.hpp"
#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::s3 {
namespace {

using test::must;

constexpr char const* k_page = R"(<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><IsTruncated>true</IsTruncated>
  <Contents><Key>p/a &amp; b</Key><LastModified>2026-11-22T00:00:00.000Z</LastModified><Size>12</Size></Contents>
  <Contents><Key>p/c </Key><Size>0</Size></Contents>
  <CommonPrefixes><Prefix>p/d/</Prefix></CommonPrefixes>
  <NextContinuationToken>x+/=</NextContinuationToken></ListBucketResult>)";

TEST(S3Xml, reads_a_page_of_a_list) {
    auto const page = must(parse_listing(k_page));
    ASSERT_EQ(page.objects.size(), 2U);
    EXPECT_EQ(page.objects[0].key, "p/a & b");
    EXPECT_EQ(page.objects[0].size_bytes, 12U);
    EXPECT_EQ(page.objects[1].key, "p/c ");
    EXPECT_EQ(page.prefixes, std::vector<std::string>{"p/d/"});
    EXPECT_EQ(page.next, "x+/=");
}

TEST(S3Xml, knows_the_last_page) {
    auto const page = must(parse_listing("<ListBucketResult><IsTruncated>false</IsTruncated><NextContinuationToken>x"
                                         "</NextContinuationToken></ListBucketResult>"));
    EXPECT_TRUE(page.objects.empty());
    EXPECT_EQ(page.next, "");
}

TEST(S3Xml, takes_nothing_else_for_an_empty_list) {
    for (char const* text : {"", "<html><body>Welcome to the proxy</body></html>", "<ListBucketResult><Contents>",
                             "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
                             "<ListBucketResult><Contents><Key>a</Key><Size>1x</Size></Contents></ListBucketResult>",
                             "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"}) {
        auto const page = parse_listing(text);
        ASSERT_FALSE(page) << text;
        EXPECT_EQ(page.error().kind, Errc::temporary);
    }
}

TEST(S3Xml, reads_a_page_of_uploads) {
    auto const page = must(parse_pending_uploads(
        R"(<ListMultipartUploadsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>true</IsTruncated>
           <NextKeyMarker>p/k </NextKeyMarker><NextUploadIdMarker>u1</NextUploadIdMarker><Upload><Key>p/k </Key>
           <UploadId>u1</UploadId><Initiated>2026-11-22T08:00:00.250Z</Initiated></Upload></ListMultipartUploadsResult>)"));
    ASSERT_EQ(page.uploads.size(), 1U);
    EXPECT_EQ(page.uploads[0].key, "p/k ");
    EXPECT_EQ(page.uploads[0].id, "u1");
    EXPECT_EQ(time::timestamp_text(page.uploads[0].begun), "2026-11-22T08:00:00.250Z");
    EXPECT_EQ(page.next_key, "p/k ");
    EXPECT_EQ(page.next_id, "u1");
    for (char const* text :
         {"", "<ListBucketResult/>",
          "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated></ListMultipartUploadsResult>",
          "<ListMultipartUploadsResult><Upload><Key>a</Key></Upload></ListMultipartUploadsResult>"}) {
        EXPECT_FALSE(parse_pending_uploads(text)) << text;
    }
}

TEST(S3Xml, finds_an_element_wherever_it_stands) {
    EXPECT_EQ(xml_text("<Error><Code>NoSuchKey</Code></Error>", "Code"), "NoSuchKey");
    EXPECT_EQ(xml_text("<a><b><Code>x</Code></b></a>", "Code"), "x");
    EXPECT_EQ(xml_text("<a/>", "Code"), std::nullopt);
    EXPECT_EQ(xml_text("no XML", "Code"), std::nullopt);
    EXPECT_EQ(xml_text("", "Code"), std::nullopt);
}

} // namespace
} // namespace sluice::s3
