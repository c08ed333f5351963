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

tl::unexpected<Error> not_a_timestamp(std::string const& text) {
    return fail(Errc::bad_data, "'" + text + "' is not a UTC timestamp");
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
    // The clock counts nanoseconds in 64 bits, from 1677 to 2262; a year beyond would wrap around.
    if (rest == nullptr || parts.tm_year < 1700 - 1900 || parts.tm_year > 2200 - 1900) {
        return not_a_timestamp(copy);
    }
    if (*rest == '.') {
        std::from_chars(rest + 1, copy.c_str() + copy.size(), milliseconds);
    }
    Wall const when = std::chrono::system_clock::from_time_t(timegm(&parts)) + std::chrono::milliseconds(milliseconds);
    // strptime takes single digits, and timegm turns the 30th of February into a day of March; neither comes back
    // equal.
    std::string const written = timestamp_text(when);
    bool const same = copy == written || copy == written.substr(0, written.find('.')) + "Z";
    return same ? Result<Wall>{when} : not_a_timestamp(copy);
}

} // namespace sluice::time
