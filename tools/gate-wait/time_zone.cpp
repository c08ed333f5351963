#include "tools/gate-wait/time_zone.hpp"

#include "common/result/did_you_mean.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace sluice::gate_wait {

namespace {

using std::chrono::seconds;

constexpr char const* k_default_folder = "/usr/share/zoneinfo";

struct Header {
    char version = 0;
    std::uint32_t utc_flags = 0;
    std::uint32_t standard_flags = 0;
    std::uint32_t leap_seconds = 0;
    std::uint32_t transitions = 0;
    std::uint32_t types = 0;
    std::uint32_t letters = 0;

    [[nodiscard]] std::size_t data_size(std::size_t time_size) const {
        return transitions * (time_size + 1) + types * std::size_t{6} + letters + leap_seconds * (time_size + 4) +
               standard_flags + utc_flags;
    }
};

constexpr std::size_t k_header_size = 44;
constexpr std::uint32_t k_most_entries = 100'000; // the largest zone has some 250

std::int64_t big_endian(std::string_view bytes) {
    std::uint64_t value = static_cast<signed char>(bytes.front()) < 0 ? ~std::uint64_t{0} : 0;
    for (char const byte : bytes) {
        value = value << 8U | static_cast<unsigned char>(byte);
    }
    return static_cast<std::int64_t>(value);
}

std::optional<Header> read_header(std::string_view bytes) {
    if (bytes.size() < k_header_size || !bytes.starts_with("TZif")) {
        return std::nullopt;
    }
    Header header;
    header.version = bytes[4];
    std::size_t at = 20;
    for (auto* field : {&header.utc_flags, &header.standard_flags, &header.leap_seconds, &header.transitions,
                        &header.types, &header.letters}) {
        *field = static_cast<std::uint32_t>(big_endian(bytes.substr(at, 4)));
        if (*field > k_most_entries) {
            return std::nullopt;
        }
        at += 4;
    }
    return header.types == 0 ? std::nullopt : std::optional(header);
}

tl::unexpected<Error> damaged(std::string const& name) {
    return fail(Errc::unknown, "the file of time zone '" + name + "' is damaged or of an unknown version",
                "Install the package tzdata anew.");
}

Result<std::string> read_zone_file(std::filesystem::path const& folder, std::string const& name) {
    auto const path = folder / name;
    std::error_code failure;
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    if (!std::filesystem::is_regular_file(path, failure) || !file || !(bytes << file.rdbuf())) {
        return fail(Errc::unknown, "there is no time zone '" + name + "' in '" + folder.string() + "'");
    }
    return bytes.str();
}

bool can_be_name(std::string const& name) {
    bool const letters = std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("/_+-").find(c) != std::string_view::npos;
    });
    return !name.empty() && letters && name.front() != '/' && name.back() != '/' && !name.starts_with("posix/") &&
           !name.starts_with("right/") && name != "localtime" && name != "posixrules" && name != "Factory";
}

// "Europe/Berlln" is near "Europe/Berlin"; zone1970.tab has the names that are in use.
std::string suggestion_for(std::string const& name, std::filesystem::path const& folder) {
    std::vector<std::string> known{"UTC"};
    std::ifstream table(folder / "zone1970.tab");
    for (std::string line; std::getline(table, line);) {
        std::istringstream fields(line);
        std::string countries;
        std::string place;
        std::string zone;
        if (!line.starts_with('#') && fields >> countries >> place >> zone) {
            known.push_back(zone);
        }
    }
    if (known.size() == 1) {
        return "Install the package tzdata: without it no zone can be told.";
    }
    std::string const near = result::did_you_mean(name, known);
    return near.empty() ? "Write an IANA name, such as Europe/Berlin." : near;
}

} // namespace

Result<TimeZone> TimeZone::parse(std::string_view bytes, std::string name) {
    auto const first = read_header(bytes);
    if (!first || first->version < '2') {
        return damaged(name);
    }
    std::size_t const skipped = std::min(bytes.size(), k_header_size + first->data_size(4));
    bytes.remove_prefix(skipped);
    auto const header = read_header(bytes);
    if (!header || bytes.size() < k_header_size + header->data_size(8)) {
        return damaged(name);
    }
    std::string_view const times = bytes.substr(k_header_size);
    std::string_view const indices = times.substr(header->transitions * std::size_t{8});
    std::string_view const types = indices.substr(header->transitions);
    auto const offset_of = [&](std::size_t type) { return seconds{big_endian(types.substr(type * 6, 4))}; };
    TimeZone zone;
    zone.m_first_offset = offset_of(0);
    for (std::size_t i = 0; i < header->transitions; ++i) {
        auto const type = static_cast<unsigned char>(indices[i]);
        if (type >= header->types) {
            return damaged(name);
        }
        zone.m_transitions.push_back({Instant{seconds{big_endian(times.substr(i * 8, 8))}}, offset_of(type)});
    }
    std::string_view footer = bytes.substr(k_header_size + header->data_size(8));
    if (footer.size() < 2 || footer.front() != '\n' || footer.back() != '\n') {
        return damaged(name);
    }
    footer = footer.substr(1, footer.size() - 2);
    zone.m_after = parse_posix_zone(footer);
    if (!footer.empty() && !zone.m_after) {
        return damaged(name);
    }
    zone.m_name = std::move(name);
    return zone;
}

Result<std::shared_ptr<TimeZone const>> TimeZone::load(std::string const& name, ci::Environment const& environment) {
    if (!can_be_name(name)) {
        return fail(Errc::usage, "'" + name + "' cannot be the name of a time zone",
                    "Write an IANA name, such as Europe/Berlin.");
    }
    std::filesystem::path const folder = environment.get("TZDIR").value_or(k_default_folder);
    auto const bytes = read_zone_file(folder, name);
    if (!bytes) {
        Error error = bytes.error();
        error.hint = suggestion_for(name, folder);
        return tl::unexpected<Error>(std::move(error));
    }
    TRY_ASSIGN(auto zone, parse(*bytes, name));
    return std::make_shared<TimeZone const>(std::move(zone));
}

seconds TimeZone::offset_at(Instant when) const {
    auto const next = std::upper_bound(m_transitions.begin(), m_transitions.end(), when,
                                       [](Instant at, Transition const& one) { return at < one.at; });
    if (next == m_transitions.end() && m_after) {
        return m_after->offset_at(when);
    }
    return next == m_transitions.begin() ? m_first_offset : std::prev(next)->offset;
}

LocalTime TimeZone::local(Instant when) const { return LocalTime{when.time_since_epoch() + offset_at(when)}; }

Instants TimeZone::instants_of(LocalTime reading) const {
    // No place is more than a day away from UTC, so these two are before and after any change at the reading.
    constexpr std::chrono::hours day{24};
    Instant const as_utc{reading.time_since_epoch()};
    seconds const before = offset_at(as_utc - day);
    seconds const after = offset_at(as_utc + day);
    Instant const by_before = as_utc - before;
    Instant const by_after = as_utc - after;
    bool const before_holds = offset_at(by_before) == before;
    bool const after_holds = offset_at(by_after) == after;
    if (before_holds != after_holds) {
        Instant const only = before_holds ? by_before : by_after;
        return {only, only};
    }
    return {std::min(by_before, by_after), std::max(by_before, by_after)};
}

} // namespace sluice::gate_wait
