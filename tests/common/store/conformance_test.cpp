// What every store does, whatever it is made of.
#include "common/s3/xml.hpp"
#include "common/store/directory_store.hpp"
#include "common/store/open_store.hpp"
#include "common/store/s3_store.hpp"
#include "common/store/sealed_store.hpp"
#include "tests/support/fault_proxy.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/must.hpp"
#include "tests/support/private_ceph.hpp"
#include "tests/support/private_swift.hpp"
#include "tests/support/temporary_directory.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <thread>

namespace sluice::store {
namespace {

using test::must;
using Strings = std::vector<std::string>;

struct Kind {
    char const* name;
    /// A new, empty one each time; the folder is for those that need one.
    std::unique_ptr<Store> (*make)(test::TemporaryDirectory const& folder);
};

std::unique_ptr<Store> prefix_in(std::string const& bucket, ci::Environment const& environment) {
    static int number = 0;
    return must(make_s3_store(bucket + "/store-" + std::to_string(++number), environment, time::real_clock()));
}

std::unique_ptr<Store> on_ceph(test::TemporaryDirectory const&) {
    auto const& ceph = test::PrivateCeph::instance();
    static std::string const bucket = ceph.make_bucket("conformance");
    return prefix_in(bucket, ceph.environment());
}

std::unique_ptr<Store> on_ceph_by_tls(test::TemporaryDirectory const&) {
    auto const& ceph = test::PrivateCeph::instance();
    static std::string const bucket = ceph.make_bucket("conformance-by-tls");
    return prefix_in(bucket, ceph.environment_with_tls());
}

std::unique_ptr<Store> on_swift(test::TemporaryDirectory const&) {
    auto const& swift = test::PrivateSwift::instance();
    static std::string const bucket = swift.make_bucket("conformance");
    return prefix_in(bucket, swift.environment());
}

std::unique_ptr<Store> through_faults(test::TemporaryDirectory const&) {
    auto const& ceph = test::PrivateCeph::instance();
    static std::string const bucket = ceph.make_bucket("faulty");
    static test::FaultProxy const proxy(ceph.environment());
    return prefix_in(bucket, proxy.environment());
}

StoreKeys some_keys() {
    StoreKeys keys;
    keys.naming = std::string(32, 'n');
    keys.sealing["00000000000000a1"] = std::string(32, 'k');
    keys.current = "00000000000000a1";
    return keys;
}

std::unique_ptr<Store> sealed(std::unique_ptr<Store> inner) {
    return std::make_unique<SealedStore>(std::move(inner), some_keys());
}

class StoreConformance : public testing::TestWithParam<Kind> {
  protected:
    Store& store() { return *m_store; }
    Strings keys(std::string const& prefix = {}) {
        Strings all;
        for (auto const& object : must(store().list(prefix))) {
            all.push_back(object.key);
        }
        return all;
    }

  private:
    test::TemporaryDirectory m_folder{};
    std::unique_ptr<Store> m_store = GetParam().make(m_folder);
};

TEST_P(StoreConformance, gives_back_the_very_bytes) {
    std::string bytes;
    for (int i = 0; i < 100'000; ++i) {
        bytes += static_cast<char>(i * 7);
    }
    for (std::string const& text : {bytes, std::string("a\0b\xFF\r\n", 6), std::string{}}) {
        must(store().write("chunks/ab/ab12", text));
        EXPECT_EQ(must(store().read("chunks/ab/ab12")), text);
        EXPECT_EQ(must(store().size("chunks/ab/ab12")), text.size());
    }
}

TEST_P(StoreConformance, has_nothing_under_other_names) {
    must(store().write("a/b", "x"));
    for (char const* key : {"a", "a/b/c", "a/c", "b", "A/B", "a/b "}) {
        EXPECT_EQ(must(store().read(key)), std::nullopt) << key;
        EXPECT_EQ(must(store().size(key)), std::nullopt) << key;
    }
}

TEST_P(StoreConformance, replaces_an_object_whole) {
    must(store().write("latest", std::string(300'000, 'x')));
    must(store().write("latest", "short"));
    EXPECT_EQ(must(store().read("latest")), "short");
    EXPECT_EQ(must(store().size("latest")), 5U);
    EXPECT_EQ(keys(), Strings{"latest"});
}

TEST_P(StoreConformance, removes_what_is_there_and_minds_not_what_is_not) {
    must(store().write("a/b", "x"));
    must(store().remove("a/b"));
    must(store().remove("a/b"));
    must(store().remove("never/there"));
    EXPECT_EQ(must(store().read("a/b")), std::nullopt);
    EXPECT_EQ(keys(), Strings{});
    EXPECT_EQ(must(store().list_folders("")), Strings{});
}

TEST_P(StoreConformance, lists_by_prefix_in_the_order_of_keys) {
    for (char const* key : {"b/2", "a/1", "a/10", "a/2", "a.x", "c"}) {
        must(store().write(key, key));
    }
    EXPECT_EQ(keys(), (Strings{"a.x", "a/1", "a/10", "a/2", "b/2", "c"}));
    EXPECT_EQ(keys("a/"), (Strings{"a/1", "a/10", "a/2"}));
    EXPECT_EQ(keys("nothing/"), Strings{});
    EXPECT_EQ(must(store().list("a/")).at(1).size_bytes, 4U);
}

TEST_P(StoreConformance, lists_folders_once_each) {
    for (char const* key : {"snapshots/shop/1/a", "snapshots/shop/1/b", "snapshots/shop/2/a", "snapshots/blog/1/a",
                            "snapshots/shop/latest", "store.json"}) {
        must(store().write(key, "x"));
    }
    EXPECT_EQ(must(store().list_folders("snapshots/")), (Strings{"blog", "shop"}));
    EXPECT_EQ(must(store().list_folders("snapshots/shop/")), (Strings{"1", "2"}));
    EXPECT_EQ(must(store().list_folders("")), Strings{"snapshots"});
    EXPECT_EQ(must(store().list_folders("chunks/")), Strings{});
}

TEST_P(StoreConformance, lists_more_than_a_page_of_a_server) {
    constexpr std::size_t count = 1'203; // pages of S3 hold 1,000
    constexpr std::size_t workers = 8;
    std::vector<std::thread> threads;
    for (std::size_t worker = 0; worker < workers; ++worker) {
        threads.emplace_back([&, worker] {
            for (std::size_t i = worker; i < count; i += workers) {
                must(store().write("many/" + std::to_string(10'000 + i) + "/x", "x"));
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    auto const all = keys("many/");
    EXPECT_EQ(all.size(), count);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
    EXPECT_EQ(must(store().list_folders("many/")).size(), count);
}

TEST_P(StoreConformance, takes_names_that_an_encoder_may_spoil) {
    Strings const names{"a b", "a+b", "a%20b", "a~b", "a*b", "a=b&c=d", "a@b:c,d", "a(b)'c!$", "\xC3\xA9t\xC3\xA9"};
    for (auto const& name : names) {
        must(store().write("names/" + name + "/x", name));
    }
    for (auto const& name : names) {
        EXPECT_EQ(must(store().read("names/" + name + "/x")), name);
    }
    auto folders = must(store().list_folders("names/"));
    EXPECT_EQ(folders.size(), names.size());
    for (auto const& name : names) {
        EXPECT_NE(std::find(folders.begin(), folders.end(), name), folders.end()) << name;
    }
}

TEST_P(StoreConformance, moves_an_object_over_another) {
    must(store().write("chunks/a b", "new"));
    must(store().write("trash/1/a", "old"));
    EXPECT_TRUE(must(store().move("chunks/a b", "trash/1/a")));
    EXPECT_EQ(must(store().read("trash/1/a")), "new");
    EXPECT_EQ(must(store().read("chunks/a b")), std::nullopt);
    EXPECT_FALSE(must(store().move("chunks/a b", "trash/1/b")));
    EXPECT_EQ(keys(), Strings{"trash/1/a"});
}

TEST_P(StoreConformance, moves_a_chunk_into_the_trash_and_back) {
    std::string const name(64, 'a');
    must(store().write("chunks/aa/" + name, "frame"));
    EXPECT_TRUE(must(store().move("chunks/aa/" + name, "trash/20261122T001530Z-3f9a/" + name)));
    EXPECT_EQ(must(store().read("trash/20261122T001530Z-3f9a/" + name)), "frame");
    EXPECT_EQ(must(store().read("chunks/aa/" + name)), std::nullopt);
    EXPECT_TRUE(must(store().move("trash/20261122T001530Z-3f9a/" + name, "chunks/aa/" + name)));
    EXPECT_EQ(must(store().read("chunks/aa/" + name)), "frame");
    EXPECT_EQ(keys(), Strings{"chunks/aa/" + name});
}

TEST_P(StoreConformance, holds_objects_of_many_megabytes) {
    std::string large(std::size_t{24} << 20U, 'x');
    for (std::size_t i = 0; i < large.size(); i += 4'096) {
        large[i] = static_cast<char>(i / 4'096);
    }
    must(store().write("large", large));
    EXPECT_TRUE(must(store().read("large")) == large);
}

TEST_P(StoreConformance, lets_many_write_the_same_key_and_keeps_one_of_them) {
    std::vector<std::thread> threads;
    for (char letter = 'a'; letter < 'i'; ++letter) {
        threads.emplace_back([&, letter] {
            for (int i = 0; i < 20; ++i) {
                must(store().write("latest", std::string(10'000, letter)));
                auto const seen = must(store().read("latest"));
                ASSERT_TRUE(seen);
                EXPECT_TRUE(*seen == std::string(10'000, seen->front()));
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(must(store().read("latest"))->size(), 10'000U);
}

TEST_P(StoreConformance, replaces_a_large_object_and_moves_it) {
    must(store().write("chunks/a", std::string(std::size_t{20} << 20U, 'x')));
    std::string const large(std::size_t{18} << 20U, 'y');
    must(store().write("chunks/a", large));
    EXPECT_EQ(must(store().list("")).at(0).size_bytes, large.size());
    EXPECT_EQ(must(store().size("chunks/a")), large.size());
    EXPECT_TRUE(must(store().move("chunks/a", "trash/1/a")));
    EXPECT_TRUE(must(store().read("trash/1/a")) == large);
    must(store().remove("trash/1/a"));
    EXPECT_EQ(keys(), Strings{});
}

TEST_P(StoreConformance, has_nothing_to_clear_away_after_whole_writes) {
    must(store().write("a", "x"));
    EXPECT_EQ(must(store().remove_abandoned(std::chrono::milliseconds{0})), 0U);
    EXPECT_EQ(keys(), Strings{"a"});
}

INSTANTIATE_TEST_SUITE_P(
    Stores, StoreConformance,
    testing::Values(Kind{"directory",
                         [](test::TemporaryDirectory const& folder) -> std::unique_ptr<Store> {
                             return std::make_unique<DirectoryStore>(folder.path());
                         }},
                    Kind{"memory",
                         [](test::TemporaryDirectory const&) -> std::unique_ptr<Store> {
                             return std::make_unique<test::MemoryStore>();
                         }},
                    Kind{"s3_on_ceph", on_ceph}, Kind{"s3_on_ceph_by_tls", on_ceph_by_tls},
                    Kind{"sealed_directory",
                         [](test::TemporaryDirectory const& folder) {
                             return sealed(std::make_unique<DirectoryStore>(folder.path()));
                         }},
                    Kind{"sealed_s3_on_ceph",
                         [](test::TemporaryDirectory const& folder) { return sealed(on_ceph(folder)); }},
                    Kind{"s3_on_swift", on_swift}, Kind{"s3_on_ceph_through_faults", through_faults}),
    [](auto const& kind) { return std::string(kind.param.name); });

TEST(S3OnCeph, makes_a_store_once_and_opens_it_again) {
    auto const& ceph = test::PrivateCeph::instance();
    std::string const location = ceph.make_bucket("opened") + "/backups";
    auto const missing = open_store(location, ceph.environment());
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, Errc::not_found);
    EXPECT_NE(missing.error().message.find("no store.json"), std::string::npos);
    auto const made = must(open_or_create_store(location, time::real_clock(), ceph.environment()));
    must(made->write("a/b", "x"));
    EXPECT_EQ(must(must(open_store(location, ceph.environment()))->read("a/b")), "x");
    EXPECT_EQ(must(must(open_or_create_store(location, time::real_clock(), ceph.environment()))->read("a/b")), "x");
    EXPECT_EQ(made->description(), "store '" + location + "'");
}

TEST(S3OnCeph, makes_an_encrypted_store_and_opens_it_with_its_key_alone) {
    auto const& ceph = test::PrivateCeph::instance();
    std::string const location = ceph.make_bucket("sealed") + "/backups";
    auto variables = ceph.environment().all();
    auto const plain = ci::Environment(variables);
    variables["SLUICE_STORE_KEY"] = must(RecipientKey::generate()).text();
    auto const ours = ci::Environment(variables);
    variables["SLUICE_STORE_KEY"] = must(RecipientKey::generate()).text();
    auto const theirs = ci::Environment(variables);
    must(must(create_encrypted_store(location, "ci", time::real_clock(), ours, ""))->write("a/b", "x"));
    EXPECT_EQ(must(must(open_store(location, ours))->read("a/b")), "x");
    EXPECT_EQ(open_store(location, plain).error().kind, Errc::usage);
    EXPECT_EQ(open_store(location, theirs).error().kind, Errc::usage);
    auto const raw = must(make_s3_store(location, ours, time::real_clock()));
    EXPECT_TRUE(must(raw->read("a/b"))->starts_with("SLCE"));
}

// Else the suite through the proxy would show nothing.
TEST(S3OnCeph, meets_the_faults_of_the_proxy) {
    auto const& ceph = test::PrivateCeph::instance();
    test::FaultProxy const proxy(ceph.environment());
    auto const store = must(make_s3_store(ceph.make_bucket("met") + "/p", proxy.environment(), time::real_clock()));
    constexpr int writes = 100;
    for (int i = 0; i < writes; ++i) {
        must(store->write("k", std::to_string(i)));
    }
    EXPECT_EQ(must(store->read("k")), std::to_string(writes - 1));
    EXPECT_GE(proxy.spoilt(), 5U);
}

std::unique_ptr<s3::Client> client_of(std::string const& location, ci::Environment const& environment,
                                      s3::Patience patience = {}) {
    auto place = must(s3::parse_location(location, environment));
    auto keys = std::make_unique<s3::CredentialSource>(environment, s3::Profile{}, place.region, time::real_clock());
    return std::make_unique<s3::Client>(std::move(place), std::move(keys), time::real_clock(), patience);
}

// What servers do with a PUT that must not replace anything: why no store relies on it, and both pass this suite.
Result<http::Exchange> put_over_another(std::string const& location, ci::Environment const& environment) {
    auto const client = client_of(location, environment, s3::Patience::lasting(std::chrono::seconds{5}));
    s3::Operation operation;
    operation.method = "PUT";
    operation.key = "k";
    must(client->send(operation));
    operation.headers = {{"If-None-Match", "*"}};
    return client->send(operation);
}

TEST(S3OnCeph, honours_conditional_requests) {
    auto const& ceph = test::PrivateCeph::instance();
    EXPECT_EQ(must(put_over_another(ceph.make_bucket("conditional") + "/p", ceph.environment())).status, 412);
}

TEST(S3OnSwift, refuses_conditional_requests) {
    auto const& swift = test::PrivateSwift::instance();
    auto const refused = put_over_another(swift.make_bucket("conditional") + "/p", swift.environment());
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("501"), std::string::npos) << refused.error().message;
}

// Begun as a run does that is then killed.
void expect_to_clear_away(std::string const& bucket, ci::Environment const& environment) {
    auto const store = must(make_s3_store(bucket + "/ours", environment, time::real_clock()));
    auto const begin = [&](char const* prefix) {
        auto const client = client_of(bucket + prefix, environment);
        s3::Operation operation;
        operation.method = "POST";
        operation.key = "chunks/a b";
        operation.query = {{"uploads", ""}};
        auto const begun = must(client->send(operation));
        operation.method = "PUT";
        operation.query = {{"partNumber", "1"}, {"uploadId", s3::xml_text(begun.body, "UploadId").value_or("")}};
        operation.body = "a part";
        must(client->send(operation));
    };
    begin("/ours");
    begin("/ours");
    begin("/theirs");
    EXPECT_TRUE(must(store->list("")).empty());
    EXPECT_EQ(must(store->remove_abandoned(std::chrono::hours{1})), 0U);
    // Swift rounds up to the second when they were begun.
    std::size_t aborted = 0;
    EXPECT_TRUE(test::eventually([&] {
        aborted += must(store->remove_abandoned(std::chrono::milliseconds{0}));
        return aborted >= 2;
    }));
    EXPECT_EQ(aborted, 2U);
    EXPECT_EQ(must(store->remove_abandoned(std::chrono::milliseconds{0})), 0U);
    EXPECT_TRUE(must(store->list("")).empty());
}

TEST(S3OnCeph, clears_away_uploads_that_were_cut_short) {
    auto const& ceph = test::PrivateCeph::instance();
    expect_to_clear_away(ceph.make_bucket("cut-short"), ceph.environment());
}

TEST(S3OnSwift, clears_away_uploads_that_were_cut_short) {
    auto const& swift = test::PrivateSwift::instance();
    expect_to_clear_away(swift.make_bucket("cut-short"), swift.environment());
}

TEST(S3OnCeph, keeps_off_a_prefix_with_other_objects) {
    auto const& ceph = test::PrivateCeph::instance();
    std::string const location = ceph.make_bucket("occupied") + "/photos";
    must(must(make_s3_store(location, ceph.environment(), time::real_clock()))->write("holiday.jpg", "x"));
    auto const refused = open_or_create_store(location, time::real_clock(), ceph.environment());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::refused);
}

TEST(S3OnCeph, tells_a_wrong_bucket_key_or_server_apart) {
    auto const& ceph = test::PrivateCeph::instance();
    auto const opened = [&](std::string const& location, std::map<std::string, std::string> const& changes) {
        auto variables = ceph.environment().all();
        for (auto const& [name, value] : changes) {
            variables[name] = value;
        }
        auto const outcome = open_store(location, ci::Environment(variables));
        EXPECT_FALSE(outcome) << location;
        return outcome ? Error{} : outcome.error();
    };
    std::string const location = ceph.make_bucket("guarded") + "/p";
    auto const bucket = opened("s3://no-such-bucket/p", {});
    EXPECT_EQ(bucket.kind, Errc::not_found);
    EXPECT_NE(bucket.message.find("NoSuchBucket"), std::string::npos) << bucket.message;
    auto const secret = opened(location, {{"AWS_SECRET_ACCESS_KEY", "wr0ng-s3cret"}});
    EXPECT_EQ(secret.kind, Errc::denied);
    EXPECT_NE(secret.message.find("SignatureDoesNotMatch"), std::string::npos) << secret.message;
    EXPECT_EQ(secret.message.find("wr0ng"), std::string::npos);
    EXPECT_EQ(opened(location, {{"AWS_ACCESS_KEY_ID", "NOBODY"}}).kind, Errc::denied);
    EXPECT_EQ(opened(location, {{"AWS_CA_BUNDLE", "/no/such/file"}}).kind, Errc::usage);
}

} // namespace
} // namespace sluice::store
