#pragma once

#include "common/result/result.hpp"
#include "common/time/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::s3 {

/// The text of the first element of that name, wherever it stands. Nothing where there is none, or no XML.
[[nodiscard]] std::optional<std::string> xml_text(std::string_view document, std::string const& element);

struct ListedObject {
    std::string key{};
    std::uint64_t size_bytes = 0;
};

/// One page of ListObjectsV2.
struct Listing {
    std::vector<ListedObject> objects{};
    std::vector<std::string> prefixes{}; ///< CommonPrefixes
    std::string next{};                  ///< continuation token; empty: this was the last page
};

/// Errors: temporary for what is no such page, as a proxy may have answered.
[[nodiscard]] Result<Listing> parse_listing(std::string_view document);

/// An upload in parts that was begun and neither completed nor aborted.
struct PendingUpload {
    std::string key{};
    std::string id{};
    time::Wall begun{};
};

/// One page of ListMultipartUploads.
struct PendingUploads {
    std::vector<PendingUpload> uploads{};
    std::string next_key{}; ///< with `next_id` where the next page begins; empty: this was the last one
    std::string next_id{};
};

/// Errors: as `parse_listing`; bad_data for a time that cannot be read.
[[nodiscard]] Result<PendingUploads> parse_pending_uploads(std::string_view document);

} // namespace sluice::s3
