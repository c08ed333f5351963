#pragma once

#include "common/json/forward.hpp"
#include "common/result/result.hpp"

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace sluice::json {

/// Items of the list under `key` of the outermost object, which are handed out as they are read and not kept: for a
/// list that is too long to be held as JSON.
struct HandedOut {
    std::string key{};
    std::function<void(Json const&)> take{};
};

/// Parses one document. `name` is the file's name for messages. A repeated key is an error, since the second value
/// would win silently. Errors: bad_data with line, column and the line's text.
[[nodiscard]] Result<Json> parse(std::string_view text, std::string const& name, HandedOut const* handed_out = nullptr);

/// One line, or indented by two spaces. Invalid UTF-8 is replaced, so this never fails.
[[nodiscard]] std::string dump(Json const& value);
[[nodiscard]] std::string dump_indented(Json const& value);

} // namespace sluice::json
