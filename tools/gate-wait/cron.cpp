#include "tools/gate-wait/cron.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace sluice::gate_wait {

namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::year_month_day;

constexpr days k_horizon{3660};

tl::unexpected<Error> odd(std::string const& field) {
    return fail(Errc::bad_data, "'" + field + "' is no cron field that this program reads");
}

std::optional<int> number(std::string_view text) {
    int value = 0;
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::string in_lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

std::vector<std::string> split(std::string const& text, char by) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, by);) {
        parts.push_back(part);
    }
    if (text.empty() || text.back() == by) {
        parts.emplace_back();
    }
    return parts;
}

struct Names {
    std::vector<std::string> list;
    int first = 0;
};

std::optional<int> value_of(std::string const& text, Names const& names) {
    auto const place = std::find(names.list.begin(), names.list.end(), text);
    return place == names.list.end() ? number(text)
                                     : std::optional(names.first + static_cast<int>(place - names.list.begin()));
}

struct Span {
    int least;
    int most;
};

// "*", "5", "1-5", each with "/2" behind it: the values, in order.
Result<std::vector<int>> read_part(std::string const& part, Span span, Names const& names) {
    std::size_t const slash = part.find('/');
    auto const step = slash == std::string::npos ? std::optional(1) : number(part.substr(slash + 1));
    std::string const range = part.substr(0, slash);
    std::size_t const dash = range.find('-', 1);
    std::optional<int> first;
    std::optional<int> last;
    if (range == "*") {
        first = span.least;
        last = span.most;
    } else {
        first = value_of(range.substr(0, dash), names);
        last = dash == std::string::npos ? first : value_of(range.substr(dash + 1), names);
        last = slash != std::string::npos && dash == std::string::npos ? std::optional(span.most) : last;
    }
    if (!first || !last || !step || *step < 1 || *first < span.least || *last > span.most || *last < *first) {
        return odd(part);
    }
    std::vector<int> values;
    for (int value = *first; value <= *last; value += *step) {
        values.push_back(value);
    }
    return values;
}

template <std::size_t Size>
Result<void> read_set(std::string const& field, Span span, Names const& names, std::bitset<Size>& set) {
    for (auto const& part : split(field, ',')) {
        TRY_ASSIGN(auto const values, read_part(part, span, names));
        for (int const value : values) {
            set.set(static_cast<std::size_t>(value));
        }
    }
    return {};
}

// Days of the month also as "L" and "-2", counted from its end.
Result<std::optional<std::vector<int>>> read_month_days(std::string const& field) {
    using Days = std::optional<std::vector<int>>;
    if (field == "*") {
        return Days{};
    }
    std::vector<int> list;
    for (auto const& part : split(field, ',')) {
        auto const counted = number(part);
        if (part == "l" || part == "last") {
            list.push_back(0);
        } else if (counted && *counted < 0 && *counted >= -31) {
            list.push_back(*counted + 1);
        } else {
            TRY_ASSIGN(auto const values, read_part(part, {1, 31}, {}));
            list.insert(list.end(), values.begin(), values.end());
        }
    }
    return Days{std::move(list)};
}

// "%2" or "%2+1".
std::optional<std::pair<int, int>> read_modulo(std::string const& text) {
    std::size_t const sign = text.find_first_of("+-");
    auto const divisor = number(text.substr(0, sign));
    std::size_t const from = sign == std::string::npos || text[sign] == '-' ? sign : sign + 1;
    auto const rest = sign == std::string::npos ? std::optional(0) : number(text.substr(from));
    // fugit 1.5 counts such a rest forwards, later versions backwards: only what both take alike is read.
    bool const good = divisor && rest && *divisor >= 1 && (2 * *rest) % *divisor == 0;
    return good ? std::optional(std::pair(*divisor, *rest)) : std::nullopt;
}

Result<std::vector<CronWeekday>> read_weekday(std::string const& part) {
    constexpr int week = 7;
    Names const names{{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}, 0};
    std::size_t const mark = part.find_first_of("#%");
    TRY_ASSIGN(auto const values, read_part(part.substr(0, mark), {0, week}, names));
    std::vector<CronWeekday> list;
    for (int const value : values) {
        list.push_back({static_cast<unsigned>(value % week), 0, {}});
    }
    if (mark == std::string::npos) {
        return list;
    }
    std::string const extension = part.substr(mark + 1);
    if (part[mark] == '%') {
        list.front().every_weeks = read_modulo(extension);
    } else {
        list.front().nth = extension == "l" || extension == "last" ? -1 : number(extension).value_or(0);
    }
    bool const good = list.front().every_weeks || (list.front().nth != 0 && std::abs(list.front().nth) <= 5);
    return list.size() == 1 && good ? Result<std::vector<CronWeekday>>(std::move(list)) : odd(part);
}

Result<std::optional<std::vector<CronWeekday>>> read_weekdays(std::string const& field) {
    using Weekdays = std::optional<std::vector<CronWeekday>>;
    if (field == "*") {
        return Weekdays{};
    }
    bool const has_extension = field.find_first_of("#%") != std::string::npos;
    std::vector<CronWeekday> list;
    for (auto const& part : split(field, ',')) {
        TRY_ASSIGN(auto const some, read_weekday(part));
        for (auto const& one : some) {
            bool const twice =
                std::any_of(list.begin(), list.end(), [&](auto const& other) { return other.day == one.day; });
            // fugit looks at the first entry of a day only, which nobody means who writes two.
            if (twice && has_extension) {
                return odd(field);
            }
            list.push_back(one);
        }
    }
    return Weekdays{std::move(list)};
}

// Whether the weeks since 2019-01-01, a Tuesday, counted from 1, leave the wanted rest.
bool week_fits(std::pair<int, int> const& modulo, local_days day) {
    constexpr int week = 7;
    auto const reference = local_days{std::chrono::year{2019} / std::chrono::January / 1};
    auto const positive = [](std::int64_t value, std::int64_t by) { return (value % by + by) % by; };
    std::int64_t const since = (day - reference).count();
    std::int64_t const number = (since - positive(since, week)) / week + 1;
    return positive(number, modulo.first) == positive(modulo.second, modulo.first);
}

bool weekday_fits(CronWeekday const& entry, local_days day) {
    constexpr int week = 7;
    if (std::chrono::weekday{day}.c_encoding() != entry.day) {
        return false;
    }
    if (entry.every_weeks) {
        return week_fits(*entry.every_weeks, day);
    }
    year_month_day const date{day};
    local_days const last{date.year() / date.month() / std::chrono::last};
    int const from_start = static_cast<int>((static_cast<unsigned>(date.day()) - 1) / week) + 1;
    int const from_end = -static_cast<int>((last - day).count() / week) - 1;
    return entry.nth == 0 || entry.nth == from_start || entry.nth == from_end;
}

bool month_day_fits(std::vector<int> const& list, local_days day) {
    year_month_day const date{day};
    auto const number = static_cast<int>(static_cast<unsigned>(date.day()));
    auto const length = static_cast<int>(static_cast<unsigned>((date.year() / date.month() / std::chrono::last).day()));
    return std::any_of(list.begin(), list.end(), [&](int one) { return number == (one < 1 ? length + one : one); });
}

// All instants of one day, in order.
std::vector<Instant> instants_on(Cron const& cron, TimeZone const& zone, local_days day, Take take) {
    std::vector<Instant> list;
    for (std::size_t hour = 0; falls_on(cron, day) && hour < cron.hours.size(); ++hour) {
        for (std::size_t minute = 0; cron.hours[hour] && minute < cron.minutes.size(); ++minute) {
            if (cron.minutes[minute]) {
                auto const instants = zone.instants_of(day + std::chrono::hours{hour} + std::chrono::minutes{minute});
                list.push_back(take == Take::earlier ? instants.earliest : instants.latest);
            }
        }
    }
    std::sort(list.begin(), list.end());
    return list;
}

} // namespace

Result<Cron> parse_cron(std::string const& text) {
    std::istringstream stream(in_lower_case(text));
    std::vector<std::string> fields;
    for (std::string field; stream >> field;) {
        fields.push_back(field);
    }
    constexpr std::size_t count = 5;
    if (fields.size() != count) {
        return fail(Errc::bad_data, "'" + text + "' has not the five fields of cron");
    }
    Cron cron;
    for (std::size_t const index : {2U, 4U}) {
        if (fields[index].ends_with('&')) {
            fields[index].pop_back();
            cron.days_and = true;
        }
    }
    Names const months{{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}, 1};
    TRY(read_set(fields[0], {0, 59}, {}, cron.minutes));
    TRY(read_set(fields[1], {0, 23}, {}, cron.hours));
    TRY_ASSIGN(cron.month_days, read_month_days(fields[2]));
    TRY(read_set(fields[3], {1, 12}, months, cron.months));
    TRY_ASSIGN(cron.weekdays, read_weekdays(fields[4]));
    return cron;
}

bool falls_on(Cron const& cron, local_days day) {
    if (!cron.months[static_cast<unsigned>(year_month_day{day}.month())]) {
        return false;
    }
    bool const by_month = !cron.month_days || month_day_fits(*cron.month_days, day);
    bool const by_week = !cron.weekdays || std::any_of(cron.weekdays->begin(), cron.weekdays->end(),
                                                       [&](CronWeekday const& one) { return weekday_fits(one, day); });
    bool const both_given = cron.month_days && cron.weekdays;
    return both_given && !cron.days_and ? by_month || by_week : by_month && by_week;
}

std::optional<Instant> last_before(Cron const& cron, TimeZone const& zone, Instant now, Take take) {
    auto const today = std::chrono::floor<days>(zone.local(now));
    for (auto day = today + days{2}; day > today - k_horizon; day -= days{1}) {
        auto const list = instants_on(cron, zone, day, take);
        auto const after = std::upper_bound(list.begin(), list.end(), now);
        if (after != list.begin()) {
            return *std::prev(after);
        }
    }
    return std::nullopt;
}

std::optional<Instant> first_after(Cron const& cron, TimeZone const& zone, Instant now, Take take) {
    auto const today = std::chrono::floor<days>(zone.local(now));
    for (auto day = today - days{2}; day < today + k_horizon; day += days{1}) {
        auto const list = instants_on(cron, zone, day, take);
        auto const after = std::upper_bound(list.begin(), list.end(), now);
        if (after != list.end()) {
            return *after;
        }
    }
    return std::nullopt;
}

} // namespace sluice::gate_wait
