#pragma once

#include "common/store/store.hpp"

#include <optional>
#include <string>

namespace sluice::snapshot {

/// Chunks that prune has set aside, in a folder for each prune: common/DECISIONS.md, 60. They may still turn out to be
/// needed, so readers look here for what is missing in its place.
inline constexpr char const* k_trash = "trash/";

/// "trash/20261122T001530Z-3f9a/ab12…".
[[nodiscard]] std::string trash_key(std::string const& batch, std::string_view stored_name);

/// A chunk's stored bytes from its place or from the trash; nothing when it is in neither. It may be on its way from
/// one to the other while we look.
[[nodiscard]] Result<std::optional<std::string>> read_frame(store::Store& store, std::string const& stored_name);

} // namespace sluice::snapshot
