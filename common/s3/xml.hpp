#pragma once

#include "common/result/result.hpp"

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

} // namespace sluice::s3
