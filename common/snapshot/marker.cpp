#include "common/snapshot/marker.hpp"

namespace sluice::snapshot {

namespace {

constexpr std::string_view k_prefix = "sluice: ";

} // namespace

DatabaseComment split_comment(std::string const& comment) {
    std::size_t const break_at = comment.rfind('\n');
    std::size_t const line_at = break_at == std::string::npos ? 0 : break_at + 1;
    if (comment.compare(line_at, k_prefix.size(), k_prefix) != 0) {
        return {comment, std::nullopt, false};
    }
    std::string const text = break_at == std::string::npos ? std::string{} : comment.substr(0, break_at);
    auto marker = json::parse(comment.substr(line_at + k_prefix.size()), "database comment");
    if (!marker || !marker->is_object()) {
        return {text, std::nullopt, true};
    }
    return {text, *std::move(marker), false};
}

std::string join_comment(std::string const& text, Json const& marker) {
    return text + (text.empty() ? "" : "\n") + std::string(k_prefix) + json::dump(marker);
}

} // namespace sluice::snapshot
