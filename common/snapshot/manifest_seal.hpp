#pragma once

#include "common/json/json.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace sluice::snapshot {

/// A manifest's document on one line, keys sorted, with "sha256" over all the rest of it. Its first key, "chunks",
/// holds one entry for each megabyte or so of a database, hundreds of thousands of them: they pass through as JSON one
/// by one. `rest` is the object without these two keys.
[[nodiscard]] std::string seal(Json rest, std::size_t chunks, std::function<Json(std::size_t)> const& chunk);

/// Reads it back: `take_chunk` gets each entry, the rest is returned. Only the very bytes that `seal` wrote will do, so
/// that no flipped byte is taken for another way to write the same. Errors: bad_data, known only after the last
/// `take_chunk`. `name` is for messages.
[[nodiscard]] Result<Json> unseal(std::string_view text, std::string const& name,
                                  std::function<void(Json const&)> const& take_chunk);

} // namespace sluice::snapshot
