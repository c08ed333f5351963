#include "common/s3/xml.hpp"

#include "common/time/timestamp.hpp"

#include <charconv>
#include <pugixml.hpp>

namespace sluice::s3 {

namespace {

pugi::xml_node first_named(pugi::xml_document const& document, std::string const& name) {
    return document.find_node([&](pugi::xml_node const& node) { return name == node.name(); });
}

constexpr char const* k_goes_on_unsaid = "the server says that its list goes on, and not how";

// The root of that name, or none. Keys may begin or end with blanks.
pugi::xml_node load(pugi::xml_document& into, std::string_view document, char const* root) {
    bool const good = static_cast<bool>(
        into.load_buffer(document.data(), document.size(), pugi::parse_default | pugi::parse_ws_pcdata_single));
    return good ? into.child(root) : pugi::xml_node{};
}

Result<std::uint64_t> size_of(std::string_view text) {
    std::uint64_t size = 0;
    auto const read = std::from_chars(text.data(), text.data() + text.size(), size);
    if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) {
        return fail(Errc::temporary, "the server lists an object without a size");
    }
    return size;
}

} // namespace

std::optional<std::string> xml_text(std::string_view document, std::string const& element) {
    pugi::xml_document parsed;
    if (!parsed.load_buffer(document.data(), document.size())) {
        return std::nullopt;
    }
    auto const node = first_named(parsed, element);
    return node ? std::optional<std::string>(node.text().as_string()) : std::nullopt;
}

Result<Listing> parse_listing(std::string_view document) {
    pugi::xml_document parsed;
    auto const root = load(parsed, document, "ListBucketResult");
    if (!root) {
        return fail(Errc::temporary, "the server answers with no list of objects");
    }
    Listing listing;
    for (auto const& entry : root.children("Contents")) {
        TRY_ASSIGN(auto const size, size_of(entry.child_value("Size")));
        listing.objects.push_back({entry.child_value("Key"), size});
    }
    for (auto const& entry : root.children("CommonPrefixes")) {
        listing.prefixes.emplace_back(entry.child_value("Prefix"));
    }
    std::string const truncated = root.child_value("IsTruncated");
    listing.next = root.child_value("NextContinuationToken");
    if (truncated == "true" && listing.next.empty()) {
        return fail(Errc::temporary, k_goes_on_unsaid);
    }
    if (truncated != "true") {
        listing.next.clear();
    }
    return listing;
}

Result<PendingUploads> parse_pending_uploads(std::string_view document) {
    pugi::xml_document parsed;
    auto const root = load(parsed, document, "ListMultipartUploadsResult");
    if (!root) {
        return fail(Errc::temporary, "the server answers with no list of uploads");
    }
    PendingUploads page;
    for (auto const& entry : root.children("Upload")) {
        TRY_ASSIGN(auto const begun, time::parse_timestamp(entry.child_value("Initiated")));
        page.uploads.push_back({entry.child_value("Key"), entry.child_value("UploadId"), begun});
    }
    if (std::string_view(root.child_value("IsTruncated")) == "true") {
        page.next_key = root.child_value("NextKeyMarker");
        page.next_id = root.child_value("NextUploadIdMarker");
        TRY(page.next_key.empty() ? fail(Errc::temporary, k_goes_on_unsaid) : Result<void>{});
    }
    return page;
}

} // namespace sluice::s3
