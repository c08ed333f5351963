#include "tools/gate-wait/local_time_text.hpp"

#include <array>
#include <cstdlib>
#include <ctime>

namespace sluice::gate_wait {

namespace {

std::string format(LocalTime reading, char const* pattern) {
    std::time_t const seconds = reading.time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&seconds, &parts); // the reading counted as if it were UTC
    std::array<char, 64> text{};
    return {text.data(), std::strftime(text.data(), text.size(), pattern, &parts)};
}

std::string two_digits(std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

std::string offset_text(std::chrono::seconds offset) {
    auto const minutes = std::abs(std::chrono::duration_cast<std::chrono::minutes>(offset).count());
    return (offset.count() < 0 ? "-" : "+") + two_digits(minutes / 60) + ":" + two_digits(minutes % 60);
}

} // namespace

std::string local_text(TimeZone const& zone, Instant when) {
    return format(zone.local(when), "%a %Y-%m-%d %H:%M") + " (" + zone.name() + ", UTC" +
           offset_text(zone.offset_at(when)) + ")";
}

std::string offset_timestamp(TimeZone const& zone, Instant when) {
    return format(zone.local(when), "%Y-%m-%dT%H:%M:%S") + offset_text(zone.offset_at(when));
}

} // namespace sluice::gate_wait
