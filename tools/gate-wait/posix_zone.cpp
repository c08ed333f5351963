#include "tools/gate-wait/posix_zone.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::gate_wait {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Reads from the front; once something did not fit, `failed` stays true.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : m_text(text) {}

    [[nodiscard]] bool failed() const { return m_failed; }
    [[nodiscard]] bool done() const { return m_text.empty(); }
    [[nodiscard]] char peek() const { return m_text.empty() ? '\0' : m_text.front(); }

    bool take(char wanted) {
        bool const there = peek() == wanted;
        m_text.remove_prefix(there ? 1 : 0);
        return there;
    }
    void need(char wanted) { m_failed = !take(wanted) || m_failed; }

    unsigned number(unsigned least, unsigned most) {
        unsigned value = 0;
        auto const [end, problem] = std::from_chars(m_text.data(), m_text.data() + m_text.size(), value);
        m_failed = m_failed || problem != std::errc{} || value < least || value > most;
        m_text.remove_prefix(static_cast<std::size_t>(end - m_text.data()));
        return value;
    }

    // Three letters or more, or anything in angle brackets.
    void name() {
        bool const quoted = take('<');
        auto const end = std::find_if(m_text.begin(), m_text.end(), [&](char c) {
            bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            return quoted ? c == '>' : !letter;
        });
        auto const length = static_cast<std::size_t>(end - m_text.begin());
        m_failed = m_failed || length < 3;
        m_text.remove_prefix(length);
        if (quoted) {
            need('>');
        }
    }

    // "5", "-3:30", "+26:00:00".
    seconds time(unsigned most_hours) {
        bool const negative = peek() == '-';
        if (negative || peek() == '+') {
            m_text.remove_prefix(1);
        }
        seconds value = hours{number(0, most_hours)};
        if (take(':')) {
            value += minutes{number(0, 59)};
        }
        if (take(':')) {
            value += seconds{number(0, 59)};
        }
        return negative ? -value : value;
    }

  private:
    std::string_view m_text;
    bool m_failed = false;
};

ZoneRule scan_rule(Scanner& text) {
    ZoneRule rule;
    if (text.take('M')) {
        rule.month = text.number(1, 12);
        text.need('.');
        rule.week = text.number(1, 5);
        text.need('.');
        rule.day = text.number(0, 6);
    } else if (text.take('J')) {
        rule.kind = ZoneRule::Kind::day_without_leap;
        rule.day = text.number(1, 365);
    } else {
        rule.kind = ZoneRule::Kind::day_of_year;
        rule.day = text.number(0, 365);
    }
    if (text.take('/')) {
        rule.time = text.time(167);
    }
    return rule;
}

local_days day_of(ZoneRule const& rule, std::chrono::year year) {
    using namespace std::chrono; // NOLINT(google-build-using-namespace): names of the calendar only
    auto const first = local_days{year / January / 1};
    switch (rule.kind) {
    case ZoneRule::Kind::day_of_year: return first + days{rule.day};
    case ZoneRule::Kind::day_without_leap: {
        bool const beyond_february = rule.day > 59;
        return first + days{rule.day - 1} + days{year.is_leap() && beyond_february ? 1 : 0};
    }
    case ZoneRule::Kind::month_week_day: break;
    }
    constexpr unsigned last = 5;
    if (rule.week == last) {
        return local_days{year / month{rule.month} / weekday{rule.day}[std::chrono::last]};
    }
    return local_days{year / month{rule.month} / weekday{rule.day}[rule.week]};
}

std::chrono::sys_seconds instant_of(ZoneRule const& rule, std::chrono::year year, seconds offset) {
    local_seconds const reading = day_of(rule, year) + rule.time;
    return std::chrono::sys_seconds{reading.time_since_epoch() - offset};
}

} // namespace

seconds PosixZone::offset_at(std::chrono::sys_seconds when) const {
    if (!starts || !ends) {
        return standard;
    }
    auto const day = std::chrono::floor<days>(when + standard);
    auto const year = std::chrono::year_month_day{day}.year();
    auto const begin = instant_of(*starts, year, standard);
    auto const end = instant_of(*ends, year, summer);
    bool const is_summer = begin < end ? when >= begin && when < end : when >= begin || when < end;
    return is_summer ? summer : standard;
}

std::optional<PosixZone> parse_posix_zone(std::string_view text) {
    constexpr unsigned widest_offset = 24;
    Scanner scanner(text);
    PosixZone zone;
    scanner.name();
    zone.standard = -scanner.time(widest_offset); // POSIX counts westwards
    if (scanner.done()) {
        return scanner.failed() ? std::nullopt : std::optional(zone);
    }
    scanner.name();
    bool const has_offset = !scanner.done() && scanner.peek() != ',';
    zone.summer = has_offset ? -scanner.time(widest_offset) : zone.standard + hours{1};
    scanner.need(',');
    zone.starts = scan_rule(scanner);
    scanner.need(',');
    zone.ends = scan_rule(scanner);
    return scanner.failed() || !scanner.done() ? std::nullopt : std::optional(zone);
}

} // namespace sluice::gate_wait
