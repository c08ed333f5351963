#include "common/time/timestamp.hpp"

#include <array>
#include <charconv>
#include <ctime>

namespace sluice::time {

namespace {

std::tm utc_parts(Wall when) {
    std::time_t const seconds = std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(when));
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return parts;
}

std::string format(std::tm const& parts, char const* pattern) {
    std::array<char, 32> text{};
    std::size_t const length = std::strftime(text.data(), text.size(), pattern, &parts);
    return {text.data(), length};
}

} // namespace

std::string timestamp_text(Wall when) {
    auto const fraction =
        std::chrono::floor<std::chrono::milliseconds>(when) - std::chrono::floor<std::chrono::seconds>(when);
    std::string digits = std::to_string(fraction.count());
    digits.insert(0, 3 - digits.size(), '0');
    return format(utc_parts(when), "%Y-%m-%dT%H:%M:%S.") + digits + "Z";
}

std::string compact_timestamp(Wall when) { return format(utc_parts(when), "%Y%m%dT%H%M%SZ"); }

Result<Wall> parse_timestamp(std::string_view text) {
    std::string const copy{text};
    std::tm parts{};
    int milliseconds = 0;
    char const* const rest = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (rest != nullptr && *rest == '.') {
        std::from_chars(rest + 1, copy.c_str() + copy.size(), milliseconds);
    }
    Wall const when = std::chrono::system_clock::from_time_t(timegm(&parts)) + std::chrono::milliseconds(milliseconds);
    // strptime takes single digits, and timegm turns the 30th of February into a day of March; neither comes back
    // equal.
    std::string const written = timestamp_text(when);
    if (rest == nullptr || (copy != written && copy != written.substr(0, written.find('.')) + "Z")) {
        return fail(Errc::bad_data, "'" + copy + "' is not a UTC timestamp");
    }
    return when;
}

} // namespace sluice::time
