#include "common/store/s3_store.hpp"

#include "common/s3/answer.hpp"
#include "common/s3/multipart.hpp"
#include "common/s3/xml.hpp"

#include <charconv>

namespace sluice::store {

namespace {

constexpr int k_not_found = 404;
// So that libcurl does not call it a form.
http::Headers const& binary() {
    static http::Headers const headers{{"Content-Type", "application/octet-stream"}};
    return headers;
}

Result<std::uint64_t> length_of(http::Exchange const& answer) {
    std::string const text = s3::header_of(answer, "content-length");
    std::uint64_t length = 0;
    auto const read = std::from_chars(text.data(), text.data() + text.size(), length);
    if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) {
        return fail(Errc::temporary, "the server does not say how long the object is");
    }
    return length;
}

} // namespace

S3Store::S3Store(std::unique_ptr<s3::Client> client, std::string location)
    : m_client(std::move(client)), m_location(std::move(location)) {}

std::string S3Store::description() const { return "store '" + m_location + "'"; }

Result<http::Exchange> S3Store::send(s3::Operation const& operation, std::string const& doing) {
    return m_client->send(operation).map_error(while_doing(doing + " of " + description()));
}

Result<std::optional<std::string>> S3Store::read(std::string const& key) {
    s3::Operation operation;
    operation.key = key;
    TRY_ASSIGN(auto answer, send(operation, "reading '" + key + "'"));
    return answer.status == k_not_found ? std::optional<std::string>{} : std::move(answer.body);
}

Result<std::optional<std::uint64_t>> S3Store::size(std::string const& key) {
    s3::Operation operation;
    operation.method = "HEAD";
    operation.key = key;
    TRY_ASSIGN(auto const answer, send(operation, "looking for '" + key + "'"));
    if (answer.status == k_not_found) {
        return std::optional<std::uint64_t>{};
    }
    return length_of(answer).map([](std::uint64_t length) { return std::optional(length); });
}

Result<void> S3Store::write(std::string const& key, std::string_view bytes) {
    if (bytes.size() > s3::k_one_request_bytes) {
        return s3::upload_in_parts(*m_client, key, binary(), bytes)
            .map_error(while_doing("writing '" + key + "' of " + description()));
    }
    s3::Operation operation;
    operation.method = "PUT";
    operation.key = key;
    operation.headers = binary();
    operation.body = bytes;
    TRY_ASSIGN(auto const answer, send(operation, "writing '" + key + "'"));
    return answer.status == k_not_found ? fail(Errc::not_found, "cannot write '" + key + "' of " + description())
                                        : Result<void>{};
}

Result<void> S3Store::remove(std::string const& key) {
    s3::Operation operation;
    operation.method = "DELETE";
    operation.key = key;
    return send(operation, "removing '" + key + "'").map([](http::Exchange const&) {});
}

// The removal counts as signed now: whenever it reaches the server, 15 minutes later it is refused.
Result<bool> S3Store::move(std::string const& from, std::string const& to) {
    auto const begun = m_client->server_now();
    s3::Operation copy;
    copy.method = "PUT";
    copy.key = to;
    copy.headers = binary();
    auto const& place = m_client->location();
    copy.headers.emplace_back("x-amz-copy-source", s3::encoded_path("/" + place.bucket + "/" + place.prefix + from));
    TRY_ASSIGN(auto const copied, send(copy, "copying '" + from + "'"));
    if (copied.status == k_not_found) {
        return false;
    }
    s3::Operation removal;
    removal.method = "DELETE";
    removal.key = from;
    removal.signed_at = begun;
    TRY(send(removal, "removing '" + from + "'"));
    return true;
}

// A PUT that is cut short leaves nothing behind; an upload in parts does.
Result<std::size_t> S3Store::remove_abandoned(std::chrono::milliseconds age) {
    return s3::abort_uploads(*m_client, m_client->server_now() - age)
        .map_error(while_doing("clearing away uploads that were cut short of " + description()));
}

template <class Take> Result<void> S3Store::for_each_page(std::string const& prefix, bool folders, Take const& take) {
    s3::Operation operation;
    s3::Query const query{{"list-type", "2"}, {"prefix", m_client->location().prefix + prefix}};
    operation.query = query;
    if (folders) {
        operation.query.emplace_back("delimiter", "/");
    }
    auto const first = operation.query;
    while (true) {
        TRY_ASSIGN(auto const answer, send(operation, "listing '" + prefix + "'"));
        if (answer.status == k_not_found) {
            return fail(Errc::not_found, "there is no bucket for " + description(), "Check the bucket's name.");
        }
        TRY_ASSIGN(auto const page, s3::parse_listing(answer.body));
        take(page);
        if (page.next.empty()) {
            return {};
        }
        operation.query = first;
        operation.query.emplace_back("continuation-token", page.next);
    }
}

Result<std::vector<Object>> S3Store::list(std::string const& prefix) {
    std::size_t const skipped = m_client->location().prefix.size();
    std::vector<Object> objects;
    TRY(for_each_page(prefix, false, [&](s3::Listing const& page) {
        for (auto const& object : page.objects) {
            objects.push_back({object.key.substr(skipped), object.size_bytes});
        }
    }));
    return objects;
}

Result<std::vector<std::string>> S3Store::list_folders(std::string const& prefix) {
    std::size_t const skipped = m_client->location().prefix.size() + prefix.size();
    std::vector<std::string> folders;
    TRY(for_each_page(prefix, true, [&](s3::Listing const& page) {
        for (auto const& folder : page.prefixes) {
            folders.push_back(folder.substr(skipped, folder.size() - skipped - 1));
        }
    }));
    return folders;
}

Result<std::unique_ptr<Store>> make_s3_store(std::string const& location, ci::Environment const& environment,
                                             time::Clock& clock) {
    TRY_ASSIGN(auto const profile, s3::read_profile(environment));
    auto const setting = [&](char const* name) {
        auto const place = profile.find(name);
        return place == profile.end() ? std::string{} : place->second;
    };
    TRY_ASSIGN(auto const place, s3::parse_location(location, environment, setting("region"), setting("endpoint_url")));
    auto credentials = std::make_unique<s3::CredentialSource>(environment, profile, place.region, clock);
    auto const patience = place.patience ? s3::Patience::lasting(*place.patience) : s3::Patience{};
    auto client = std::make_unique<s3::Client>(place, std::move(credentials), clock, patience);
    return std::make_unique<S3Store>(std::move(client), location.substr(0, location.find('?')));
}

} // namespace sluice::store
