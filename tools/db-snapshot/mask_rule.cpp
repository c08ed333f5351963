#include "common/json/object_reader.hpp"
#include "common/result/did_you_mean.hpp"
#include "tools/db-snapshot/mask_file.hpp"

#include <algorithm>
#include <array>

namespace sluice::db_snapshot {

namespace {

constexpr std::array<std::pair<std::string_view, MaskKind>, 11> k_kinds{{{"keep", MaskKind::keep},
                                                                         {"null", MaskKind::null},
                                                                         {"fixed", MaskKind::fixed},
                                                                         {"hash", MaskKind::hash},
                                                                         {"email", MaskKind::email},
                                                                         {"name", MaskKind::name},
                                                                         {"phone", MaskKind::phone},
                                                                         {"digits", MaskKind::digits},
                                                                         {"date_shift", MaskKind::date_shift},
                                                                         {"json", MaskKind::json},
                                                                         {"sql", MaskKind::sql}}};

// A hundred years; more would leave the range of what applications take for a date.
constexpr unsigned k_most_days = 36'500;

Error wrong(std::string message, std::string hint = {}) {
    return Error{Errc::bad_data, std::move(message), std::move(hint), {}, {}};
}

Result<MaskKind> kind_of(std::string const& text, std::string const& path) {
    std::vector<std::string> known;
    for (auto const& [name, kind] : k_kinds) {
        if (name == text) {
            return kind;
        }
        known.emplace_back(name);
    }
    std::string hint = result::did_you_mean(text, known);
    return tl::unexpected<Error>(
        wrong("'" + path + "': there is no mask '" + text + "'",
              hint.empty() ? "Masks are keep, null, fixed, hash, email, name, phone, digits, date_shift, json and sql."
                           : std::move(hint)));
}

bool is_domain(std::string const& text) {
    constexpr std::size_t longest = 63;
    return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

// The domain stands in an SQL text, so it is kept to characters that mean nothing there.
Result<void> read_domain(json::ObjectReader& reader, MaskRule& rule) {
    auto domain = reader.optional<std::string>("domain");
    rule.domain = domain.value_or(std::string(name_of(rule.kind)));
    if (!is_domain(rule.domain)) {
        return tl::unexpected<Error>(wrong("'" + reader.path_of("domain") + "' is no name for a domain",
                                           "Use small letters, digits, - and _, such as \"person\"."));
    }
    return {};
}

Result<void> read_fixed(json::ObjectReader& reader, MaskRule& rule) {
    Json const* value = reader.find("value");
    if (value == nullptr || value->is_structured() || value->is_null()) {
        return tl::unexpected<Error>(
            wrong("'" + reader.path_of("value") + "' must be the text, number or truth value to put in"));
    }
    rule.text = value->is_string() ? value->get<std::string>() : value->dump();
    return {};
}

Result<void> read_part(json::ObjectReader& reader, MaskRule& rule) {
    auto const part = reader.optional<std::string>("part").value_or("full");
    if (part != "full" && part != "first" && part != "last") {
        return tl::unexpected<Error>(wrong("'" + reader.path_of("part") + R"(' must be "full", "first" or "last")"));
    }
    rule.part = part == "full" ? NamePart::full : part == "first" ? NamePart::first : NamePart::last;
    return {};
}

Result<void> read_shift(json::ObjectReader& reader, MaskRule& rule) {
    rule.days = reader.required<unsigned>("days");
    rule.by = reader.optional<std::string>("by").value_or("");
    if (rule.days < 1 || rule.days > k_most_days) {
        return tl::unexpected<Error>(
            wrong("'" + reader.path_of("days") + "' must be from 1 to " + std::to_string(k_most_days)));
    }
    return {};
}

// "$.customer.emails[*].address"
Result<JsonPath> parse_path(std::string const& text, std::string const& where) {
    auto const bad = [&] {
        return tl::unexpected<Error>(wrong("'" + where + "' is no path into a JSON document",
                                           "Write for example \"$.customer.emails[*].address\"."));
    };
    if (!text.starts_with("$")) {
        return bad();
    }
    JsonPath path;
    for (std::size_t at = 1; at < text.size();) {
        if (text.compare(at, 3, "[*]") == 0) {
            path.emplace_back("*");
            at += 3;
            continue;
        }
        std::size_t const end = std::min(text.find_first_of(".[", at + 1), text.size());
        if (text[at] != '.' || end == at + 1 || text.substr(at + 1, end - at - 1) == "*") {
            return bad();
        }
        path.push_back(text.substr(at + 1, end - at - 1));
        at = end;
    }
    return path.empty() ? Result<JsonPath>(bad()) : path;
}

bool is_scalar_mask(MaskKind kind) {
    return kind != MaskKind::json && kind != MaskKind::sql && kind != MaskKind::date_shift;
}

// Of "$.a" and "$.a.b" only one could be obeyed, and it is not ours to choose which.
bool contradict(JsonPath const& one, JsonPath const& other) {
    auto const [a, b] = std::mismatch(one.begin(), one.end(), other.begin(), other.end());
    return a == one.end() || b == other.end() || *a == "*" || *b == "*";
}

Result<void> check_apart(MaskRule const& rule, JsonPath const& path, std::string const& where) {
    for (auto const& [other, inner] : rule.paths) {
        if (contradict(other, path)) {
            return tl::unexpected<Error>(wrong("'" + where + "' lies inside another path of this column",
                                               "Name either the whole or its parts."));
        }
    }
    return {};
}

Result<void> read_paths(Json const& paths, std::string const& where, MaskRule& rule) {
    for (auto const& [text, value] : paths.items()) {
        std::string const here = where + "/" + text;
        TRY_ASSIGN(auto path, parse_path(text, here));
        TRY(check_apart(rule, path, here));
        TRY_ASSIGN(auto inner, parse_mask_rule(value, here));
        if (!is_scalar_mask(inner.kind)) {
            return tl::unexpected<Error>(
                wrong("'" + here + "': " + std::string(name_of(inner.kind)) + " is not possible inside a document"));
        }
        rule.paths.emplace_back(std::move(path), std::move(inner));
    }
    return {};
}

Result<void> read_json(json::ObjectReader& reader, MaskRule& rule) {
    auto const rest = reader.required<std::string>("rest");
    Json const* paths = reader.find("paths");
    if (paths == nullptr || !paths->is_object() || paths->empty()) {
        return tl::unexpected<Error>(wrong("'" + reader.path_of("paths") + "' must be an object of paths and masks"));
    }
    TRY(read_paths(*paths, reader.path_of("paths"), rule));
    if (!rest.empty() && rest != "keep" && rest != "drop") {
        return tl::unexpected<Error>(wrong("'" + reader.path_of("rest") + R"(' must be "keep" or "drop")",
                                           "It decides what no path names, which a program may add tomorrow."));
    }
    rule.keep_rest = rest == "keep";
    return {};
}

Result<void> read_own_keys(json::ObjectReader& reader, MaskRule& rule) {
    if (rule.kind == MaskKind::fixed) {
        return read_fixed(reader, rule);
    }
    if (rule.kind == MaskKind::json) {
        return read_json(reader, rule);
    }
    if (rule.kind == MaskKind::sql) {
        rule.text = reader.required<std::string>("expression");
        rule.unique = reader.optional<bool>("unique").value_or(false);
        return {};
    }
    if (rule.kind == MaskKind::name) {
        TRY(read_part(reader, rule));
    }
    if (rule.kind == MaskKind::date_shift) {
        TRY(read_shift(reader, rule));
    }
    return uses_key(rule.kind) ? read_domain(reader, rule) : Result<void>{};
}

Result<void> read_default(json::ObjectReader& reader, MaskRule& rule) {
    auto const text = reader.optional<std::string>("default").value_or("drop");
    if (text != "keep" && text != "drop") {
        return tl::unexpected<Error>(wrong("'" + reader.path_of("default") + R"(' must be "keep" or "drop")"));
    }
    rule.keep_default = text == "keep";
    return {};
}

} // namespace

std::string_view name_of(MaskKind kind) {
    return std::find_if(k_kinds.begin(), k_kinds.end(), [&](auto const& one) { return one.second == kind; })->first;
}

bool uses_key(MaskKind kind) {
    return kind == MaskKind::hash || kind == MaskKind::email || kind == MaskKind::name || kind == MaskKind::phone ||
           kind == MaskKind::digits || kind == MaskKind::date_shift;
}

Result<MaskRule> parse_mask_rule(Json const& json, std::string const& path) {
    if (json.is_string()) {
        return parse_mask_rule(Json{{"mask", json}}, path);
    }
    json::ObjectReader reader(json, path);
    auto const kind = reader.required<std::string>("mask");
    if (kind.empty()) {
        TRY(reader.finish());
    }
    MaskRule rule;
    TRY_ASSIGN(rule.kind, kind_of(kind, path));
    TRY(read_own_keys(reader, rule));
    TRY(read_default(reader, rule));
    TRY(reader.finish());
    return rule;
}

} // namespace sluice::db_snapshot
