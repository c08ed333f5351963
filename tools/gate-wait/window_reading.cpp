#include "tools/gate-wait/window_reading.hpp"

#include "common/result/did_you_mean.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace sluice::gate_wait {

namespace {

using config::FileReader;
using json::ObjectReader;
using std::chrono::local_days;
using Strings = std::vector<std::string>;

constexpr int k_most_weeks = 520;
constexpr std::chrono::minutes k_whole_day{24 * 60};

tl::unexpected<Error> wrong(FileReader const& file, std::string const& path, std::string message,
                            std::string hint = {}) {
    return tl::unexpected<Error>(file.at_value(Error{Errc::usage, std::move(message), std::move(hint), {}, {}}, path));
}

template <class T> auto at(FileReader const& file, std::string const& path, Result<T> result) {
    return std::move(result).map_error([&](Error error) { return file.at_value(std::move(error), path); });
}

std::optional<int> number_in(std::string_view text, int least, int most) {
    int value = 0;
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool const whole = problem == std::errc{} && end == text.data() + text.size() && text.front() != '-';
    return whole && value >= least && value <= most ? std::optional(value) : std::nullopt;
}

// "10:00"; "24:00" is the end of the day.
Result<std::chrono::minutes> parse_time_of_day(std::string const& text) {
    constexpr std::size_t length = 5;
    auto const hour = text.size() == length ? number_in(text.substr(0, 2), 0, 24) : std::nullopt;
    auto const minute = text.size() == length && text[2] == ':' ? number_in(text.substr(3), 0, 59) : std::nullopt;
    if (!hour || !minute || (*hour == 24 && *minute > 0)) {
        return fail(Errc::usage, "'" + text + "' is no time of day", "Write hours and minutes: 09:30, 24:00.");
    }
    return std::chrono::minutes{*hour * 60 + *minute};
}

Result<std::chrono::minutes> read_time(FileReader const& file, ObjectReader& reader, std::string const& key) {
    auto const text = reader.optional<std::string>(key);
    if (!text) {
        return wrong(file, reader.path_of(key), R"(the window has no ")" + key + R"(")",
                     R"(Write a time of day: "10:00".)");
    }
    return at(file, reader.path_of(key), parse_time_of_day(*text));
}

Result<std::chrono::weekday> parse_weekday(std::string const& text) {
    Strings const names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
    auto const place = std::find(names.begin(), names.end(), text);
    if (place == names.end()) {
        std::string const near = result::did_you_mean(text, names);
        return fail(Errc::usage, "'" + text + "' is no day of the week",
                    near.empty() ? "Write mon, tue, wed, thu, fri, sat or sun." : near);
    }
    return std::chrono::weekday{static_cast<unsigned>(place - names.begin())};
}

template <class T>
Result<std::vector<T>> read_list(FileReader const& file, ObjectReader& reader, std::string const& key,
                                 Result<T> (*parse)(std::string const&)) {
    std::vector<T> values;
    Strings const texts = reader.optional<Strings>(key).value_or(Strings{});
    for (std::size_t i = 0; i < texts.size(); ++i) {
        TRY_ASSIGN(auto value, at(file, reader.path_of(key) + "/" + std::to_string(i), parse(texts[i])));
        values.push_back(std::move(value));
    }
    return values;
}

Result<std::vector<int>> read_nth(FileReader const& file, ObjectReader& reader) {
    std::vector<int> nth;
    Json const* const list = reader.find("nth");
    bool good = list == nullptr || (list->is_array() && !list->empty());
    for (std::size_t i = 0; good && list != nullptr && i < list->size(); ++i) {
        Json const& one = (*list)[i];
        good = one.is_number_integer() && one >= -5 && one <= 5 && one != 0;
        nth.push_back(good ? one.get<int>() : 0);
    }
    if (!good) {
        return wrong(file, reader.path_of("nth"), "'nth' is a list of numbers from 1 to 5, or -1 for the last");
    }
    return nth;
}

Result<void> check_rule(FileReader const& file, std::string const& path, DayRule const& rule, bool has_weeks) {
    if (rule.days.empty() == rule.dates.empty()) {
        return wrong(file, path, R"(a rule needs either "days" or "dates")",
                     R"(Write {"days": ["tue"]}, or {"dates": ["2026-12-01"]}.)");
    }
    if (has_weeks != rule.anchor.has_value()) {
        return wrong(file, path, R"("every_weeks" and "anchor" need each other)",
                     "The anchor is the first day on which the window opens; weeks are counted from there.");
    }
    if ((rule.anchor || !rule.dates.empty()) && !rule.nth.empty()) {
        return wrong(file, path + "/nth", R"("nth" goes with "days" alone)");
    }
    if (rule.anchor && !rule.dates.empty()) {
        return wrong(file, path + "/anchor", R"("anchor" goes with "days")");
    }
    if (rule.anchor && !falls_on(rule, *rule.anchor)) {
        return wrong(file, path + "/anchor", "the anchor is none of the window's days",
                     "Write the date of the first day on which the window opens.");
    }
    return {};
}

Result<DayRule> read_rule(FileReader const& file, ObjectReader& window) {
    Json const* const value = window.find("rule");
    std::string const path = window.path_of("rule");
    if (value == nullptr) {
        return wrong(file, path, R"(the window has no "rule": on which days does it open?)",
                     R"(Write, for example, "rule": {"days": ["mon", "thu"]}.)");
    }
    auto reader = file.object(*value, path);
    DayRule rule;
    TRY_ASSIGN(rule.days, read_list(file, reader, "days", &parse_weekday));
    TRY_ASSIGN(rule.dates, read_list(file, reader, "dates", &parse_date));
    TRY_ASSIGN(rule.nth, read_nth(file, reader));
    auto const weeks = reader.optional<int>("every_weeks");
    auto const anchor = reader.optional<std::string>("anchor");
    if (anchor) {
        TRY_ASSIGN(rule.anchor, at(file, path + "/anchor", parse_date(*anchor)));
    }
    TRY(reader.finish());
    rule.every_weeks = weeks.value_or(1);
    if (rule.every_weeks < 1 || rule.every_weeks > k_most_weeks) {
        return wrong(file, path + "/every_weeks", R"("every_weeks" is a number from 1 to 520)");
    }
    TRY(check_rule(file, path, rule, weeks.has_value()));
    return rule;
}

// A day, or first/last.
Result<DateRange> parse_range(std::string const& text) {
    std::size_t const slash = text.find('/');
    TRY_ASSIGN(auto const first, parse_date(text.substr(0, slash)));
    TRY_ASSIGN(auto const last, parse_date(slash == std::string::npos ? text : text.substr(slash + 1)));
    if (last < first) {
        return fail(Errc::usage, "'" + text + "' ends before it begins");
    }
    return DateRange{first, last};
}

Result<std::vector<Window>> read_denials(FileReader const& file, ObjectReader& reader, Window const& denied) {
    std::vector<Window> list;
    Json const* const value = reader.find("deny");
    std::string const path = reader.path_of("deny");
    if (value != nullptr && !value->is_array()) {
        return wrong(file, path, "'deny' is a list of windows");
    }
    for (std::size_t i = 0; value != nullptr && i < value->size(); ++i) {
        auto inner = file.object((*value)[i], path + "/" + std::to_string(i));
        Window deny;
        deny.zone = denied.zone;
        deny.to = k_whole_day;
        TRY_ASSIGN(deny.rule, read_rule(file, inner));
        if (inner.find("from") != nullptr || inner.find("to") != nullptr) {
            TRY_ASSIGN(deny.from, read_time(file, inner, "from"));
            TRY_ASSIGN(deny.to, read_time(file, inner, "to"));
        }
        TRY_ASSIGN(deny.except, read_list(file, inner, "except", &parse_range));
        TRY(inner.finish());
        list.push_back(std::move(deny));
    }
    return list;
}

Result<void> check_length(FileReader const& file, ObjectReader& reader, Window const& window) {
    auto const length = window.to - window.from + (window.to <= window.from ? k_whole_day : std::chrono::minutes{0});
    if (window.from == window.to || window.from == k_whole_day) {
        return wrong(file, reader.path_of("to"), "the window has no length",
                     R"(For a whole day write "from": "00:00", "to": "24:00".)");
    }
    if (window.min_remaining >= length) {
        return wrong(file, reader.path_of("min_remaining"), "the window is not longer than what shall remain of it",
                     "It would never open.");
    }
    return {};
}

} // namespace

Result<local_days> parse_date(std::string const& text) {
    constexpr std::size_t length = 10;
    bool const shaped = text.size() == length && text[4] == '-' && text[7] == '-';
    auto const year = shaped ? number_in(text.substr(0, 4), 1970, 2200) : std::nullopt;
    auto const month = shaped ? number_in(text.substr(5, 2), 1, 12) : std::nullopt;
    auto const day = shaped ? number_in(text.substr(8), 1, 31) : std::nullopt;
    if (year && month && day) {
        std::chrono::year_month_day const date{std::chrono::year{*year},
                                               std::chrono::month(static_cast<unsigned>(*month)),
                                               std::chrono::day(static_cast<unsigned>(*day))};
        if (date.ok()) {
            return local_days{date};
        }
    }
    return fail(Errc::usage, "'" + text + "' is no date", "Write year, month and day: 2026-12-22.");
}

Result<Window> read_window_keys(FileReader const& file, ObjectReader& reader, ci::Environment const& environment) {
    Window window;
    auto const name = reader.optional<std::string>("tz");
    if (!name) {
        return wrong(file, reader.path_of("tz"), "the window names no time zone", R"(Write "tz": "Europe/Berlin".)");
    }
    auto zone = TimeZone::load(*name, environment);
    if (!zone) {
        Error error = zone.error();
        Errc const kind = error.kind;
        error = file.at_value(std::move(error), reader.path_of("tz"));
        error.kind = kind; // a zone that this machine does not have is no mistake in the file
        return tl::unexpected<Error>(std::move(error));
    }
    window.zone = *zone;
    TRY_ASSIGN(window.rule, read_rule(file, reader));
    TRY_ASSIGN(window.from, read_time(file, reader, "from"));
    TRY_ASSIGN(window.to, read_time(file, reader, "to"));
    TRY_ASSIGN(auto const remaining, file.duration(reader, "min_remaining"));
    window.min_remaining = remaining.value_or(std::chrono::milliseconds{0});
    TRY_ASSIGN(window.except, read_list(file, reader, "except", &parse_range));
    TRY_ASSIGN(window.deny, read_denials(file, reader, window));
    TRY(check_length(file, reader, window));
    return window;
}

} // namespace sluice::gate_wait
