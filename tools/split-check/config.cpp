#include "tools/split-check/config.hpp"

#include "common/json/object_reader.hpp"
#include "common/result/did_you_mean.hpp"
#include "tools/split-check/preset.hpp"

#include <algorithm>

namespace sluice::split_check {

namespace {

using json::ObjectReader;
using Strings = std::vector<std::string>;

Result<ClassRule> read_class_rule(std::string const& line) {
    if (line.starts_with('!')) {
        return ClassRule{as_in_gitignore(std::string_view(line).substr(1)), std::nullopt, line};
    }
    std::size_t const blank = line.find(' ');
    std::size_t const pattern = line.find_first_not_of(' ', blank);
    auto const file_class = file_class_of(line.substr(0, blank));
    if (!file_class || pattern == std::string::npos) {
        return fail(Errc::bad_data, "'" + line + "' in 'classes' is not understood",
                    "Write 'code PATTERN', 'migration PATTERN', 'companion PATTERN', 'neutral PATTERN' or '!PATTERN'.");
    }
    return ClassRule{as_in_gitignore(std::string_view(line).substr(pattern)), file_class, line};
}

std::vector<Glob> globs_of(Strings const& patterns) {
    std::vector<Glob> globs;
    for (auto const& pattern : patterns) {
        globs.push_back(as_in_gitignore(pattern));
    }
    return globs;
}

Result<Service> read_service(Json const& value, std::string const& path) {
    ObjectReader reader(value, path);
    Service service;
    service.name = reader.required<std::string>("name");
    service.roots = globs_of(reader.required<Strings>("roots"));
    service.database = reader.optional<std::string>("database").value_or(service.name);
    TRY(reader.finish());
    // The name goes into dotenv lines and job names.
    bool const plain = !service.name.empty() && std::all_of(service.name.begin(), service.name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    if (!plain) {
        return fail(Errc::bad_data, "'" + path + "/name' may hold letters, digits, '-' and '_' only");
    }
    return service;
}

Result<Renderer> read_renderer(Json const& value, std::string const& path) {
    ObjectReader reader(value, path);
    Renderer renderer{as_in_gitignore(reader.required<std::string>("pattern")), reader.required<Strings>("command")};
    TRY(reader.finish());
    if (renderer.command.empty()) {
        return fail(Errc::bad_data, "'" + path + "/command' is empty");
    }
    return renderer;
}

template <class T>
Result<std::vector<T>> read_list(ObjectReader& reader, std::string const& key,
                                 Result<T> (*read)(Json const&, std::string const&)) {
    std::vector<T> items;
    Json const* list = reader.find(key);
    if (list == nullptr) {
        return items;
    }
    if (!list->is_array()) {
        return fail(Errc::bad_data, "'" + reader.path_of(key) + "' must be a list");
    }
    for (auto const& value : *list) {
        TRY_ASSIGN(auto item, read(value, reader.path_of(key) + "/" + std::to_string(items.size())));
        items.push_back(std::move(item));
    }
    return items;
}

Result<void> check_presets(Strings const& names) {
    TRY_ASSIGN(auto const* presets, built_in_presets());
    Strings known;
    for (auto const& preset : *presets) {
        known.push_back(preset.name);
    }
    for (auto const& name : names) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            return fail(Errc::bad_data, "there is no preset '" + name + "'", result::did_you_mean(name, known));
        }
    }
    return {};
}

Result<std::map<std::string, std::uint64_t>> read_sizes(ObjectReader& reader) {
    std::map<std::string, std::uint64_t> sizes;
    Json const* object = reader.find("table_bytes");
    if (object == nullptr) {
        return sizes;
    }
    for (auto const& [table, bytes] : object->items()) {
        if (!bytes.is_number_unsigned()) {
            return fail(Errc::bad_data, "'/table_bytes/" + table + "' must be a number of bytes");
        }
        sizes[table] = bytes.get<std::uint64_t>();
    }
    return sizes;
}

// Ordinary keys; the lists are read by the caller.
unsigned read_plain(ObjectReader& reader, Config& config) {
    config.presets = reader.optional<Strings>("presets").value_or(Strings{});
    config.shared = globs_of(reader.optional<Strings>("shared").value_or(Strings{}));
    config.approvers = reader.optional<Strings>("approvers").value_or(Strings{});
    config.postgres_version = reader.optional<unsigned>("postgres_version").value_or(config.postgres_version);
    config.lock_timeout_set = reader.optional<bool>("lock_timeout_set").value_or(false);
    config.style = reader.optional<bool>("style").value_or(false);
    config.mysql = reader.optional<bool>("mysql").value_or(false);
    return reader.required<unsigned>("version");
}

} // namespace

Result<Config> parse_config(std::string_view text, std::string const& name) {
    auto const here = while_doing("reading the configuration '" + name + "'");
    TRY_ASSIGN(auto const document, json::parse(text, name).map_error(here));
    ObjectReader reader(document, "");
    Config config;
    unsigned const version = read_plain(reader, config);
    for (auto const& line : reader.optional<Strings>("classes").value_or(Strings{})) {
        TRY_ASSIGN(auto rule, read_class_rule(line).map_error(here));
        config.classes.push_back(std::move(rule));
    }
    TRY_ASSIGN(config.services, read_list<Service>(reader, "services", read_service).map_error(here));
    TRY_ASSIGN(config.render, read_list<Renderer>(reader, "render", read_renderer).map_error(here));
    TRY_ASSIGN(config.table_bytes, read_sizes(reader).map_error(here));
    TRY(reader.finish().map_error(here));
    TRY(check_presets(config.presets).map_error(here));
    if (config.postgres_version < k_oldest_postgres || config.postgres_version > k_newest_postgres) {
        return fail(Errc::bad_data, "'postgres_version' in '" + name + "' is no major version such as 15");
    }
    if (version != 1) {
        return fail(Errc::bad_data, "'" + name + "' has version " + std::to_string(version) + ", known is 1");
    }
    return config;
}

ClassRule const* rule_for(Config const& config, std::string_view path) {
    auto const place = std::find_if(config.classes.rbegin(), config.classes.rend(),
                                    [&](ClassRule const& rule) { return rule.glob.matches(path); });
    return place == config.classes.rend() ? nullptr : &*place;
}

} // namespace sluice::split_check
