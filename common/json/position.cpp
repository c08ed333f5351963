#include "common/json/position.hpp"

#include <algorithm>

namespace sluice::json {

result::SourcePosition position_of_byte(std::string_view text, std::size_t offset, std::string const& name) {
    offset = std::min(offset, text.size());
    std::string_view const before = text.substr(0, offset);
    std::size_t const line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    std::size_t const line_end = std::min(text.find('\n', line_start), text.size());
    auto const line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    return {name, line, offset - line_start + 1, std::string(text.substr(line_start, line_end - line_start))};
}

} // namespace sluice::json
