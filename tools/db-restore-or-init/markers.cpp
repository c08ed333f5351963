#include "tools/db-restore-or-init/markers.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace sluice::db_restore {

namespace {

// environment markers have no "kind": they are the form that other programs and people write.
MarkerKind kind_named(std::string const& kind) {
    constexpr std::array<std::pair<char const*, MarkerKind>, 4> kinds{{{"provenance", MarkerKind::provenance},
                                                                       {"shadow", MarkerKind::shadow},
                                                                       {"leftover", MarkerKind::leftover},
                                                                       {"template", MarkerKind::copy_source}}};
    for (auto const& [name, value] : kinds) {
        if (kind == name) {
            return value;
        }
    }
    return MarkerKind::damaged;
}

bool has_text(Json const& marker, char const* key) {
    auto const place = marker.find(key);
    return place != marker.end() && place->is_string() && !place->get<std::string>().empty();
}

bool has_known_version(Json const& marker) {
    auto const version = marker.find("version");
    return version != marker.end() && version->is_number_unsigned() && version->get<unsigned>() == k_marker_version;
}

} // namespace

MarkerKind kind_of(snapshot::DatabaseComment const& comment) {
    if (comment.marker_damaged) {
        return MarkerKind::damaged;
    }
    if (!comment.marker) {
        return MarkerKind::none;
    }
    Json const& marker = *comment.marker;
    if (!has_known_version(marker)) {
        return MarkerKind::damaged;
    }
    if (has_text(marker, "kind")) {
        return kind_named(marker["kind"].get<std::string>());
    }
    return has_text(marker, "environment") ? MarkerKind::environment : MarkerKind::damaged;
}

bool is_production(std::string const& environment) {
    std::string lower = environment;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    return lower == "production";
}

std::string text_in(snapshot::DatabaseComment const& comment, std::string const& key) {
    bool const there = comment.marker && has_text(*comment.marker, key.c_str());
    return there ? (*comment.marker)[key].get<std::string>() : std::string{};
}

bool is_complete_template(snapshot::DatabaseComment const& comment) {
    return kind_of(comment) == MarkerKind::copy_source && comment.marker->value("complete", Json()) == Json(true);
}

Json environment_marker(std::string const& environment, std::string const& system_identifier) {
    return {{"version", k_marker_version}, {"environment", environment}, {"system_identifier", system_identifier}};
}

Json leftover_marker(std::string const& target, std::string const& started) {
    return {{"version", k_marker_version}, {"kind", "leftover"}, {"of", target}, {"started", started}};
}

Json template_marker(std::string const& snapshot, bool complete) {
    return {{"version", k_marker_version}, {"kind", "template"}, {"snapshot", snapshot}, {"complete", complete}};
}

} // namespace sluice::db_restore
