#include "tools/split-check/preset.hpp"

#include "common/json/object_reader.hpp"
#include "tools/split-check/preset_data.hpp"

namespace sluice::split_check {

namespace {

using json::ObjectReader;
using Texts = std::vector<std::string>;

Result<Marker> read_marker(Json const& value, std::string const& path) {
    ObjectReader reader(value, path);
    auto const pattern = reader.required<std::string>("path");
    auto const contains = reader.optional<std::string>("contains");
    TRY(reader.finish());
    return Marker{anywhere(pattern), contains.value_or("")};
}

// Those of a location stand below a folder that is not known yet.
Glob as_written(std::string_view pattern) { return Glob(pattern); }

Result<PresetFile> read_file(Json const& value, std::string const& path, Glob (*glob_of)(std::string_view)) {
    ObjectReader reader(value, path);
    auto const kind = file_class_of(reader.required<std::string>("class"));
    auto const patterns = reader.required<Texts>("paths");
    PresetFile file;
    file.contains = reader.optional<Texts>("contains").value_or(Texts{});
    file.habits.down = reader.optional<bool>("down").value_or(false);
    file.habits.repeatable = reader.optional<bool>("repeatable").value_or(false);
    file.habits.append_only = reader.optional<bool>("append_only").value_or(false);
    TRY(reader.finish());
    if (!kind) {
        return fail(Errc::bad_data, "'" + path + "/class' must be code, migration, companion or neutral");
    }
    file.file_class = *kind;
    for (auto const& pattern : patterns) {
        file.paths.push_back(glob_of(pattern));
    }
    return file;
}

Result<std::vector<PresetFile>> read_files(Json const* list, std::string const& path,
                                           Glob (*glob_of)(std::string_view)) {
    std::vector<PresetFile> files;
    if (list == nullptr || !list->is_array()) {
        return fail(Errc::bad_data, "'" + path + "' must be a list");
    }
    for (auto const& value : *list) {
        TRY_ASSIGN(auto file, read_file(value, path + "/" + std::to_string(files.size()), glob_of));
        files.push_back(std::move(file));
    }
    return files;
}

Result<Location> read_location(Json const& value, std::string const& path) {
    ObjectReader reader(value, path);
    Location location{anywhere(reader.required<std::string>("config")), reader.required<Texts>("keys")};
    Json const* files = reader.find("files");
    TRY(reader.finish());
    TRY_ASSIGN(location.files, read_files(files, path + "/files", as_written));
    return location;
}

Result<void> read_lists(ObjectReader& reader, Preset& preset) {
    Json const* markers = reader.find("markers");
    if (markers == nullptr || !markers->is_array()) {
        return fail(Errc::bad_data, "'markers' must be a list");
    }
    for (auto const& value : *markers) {
        TRY_ASSIGN(auto marker, read_marker(value, "/markers/" + std::to_string(preset.markers.size())));
        preset.markers.push_back(std::move(marker));
    }
    TRY_ASSIGN(preset.files, read_files(reader.find("files"), "/files", anywhere));
    Json const* locations = reader.find("locations");
    for (auto const& value : locations == nullptr ? Json::array() : *locations) {
        TRY_ASSIGN(auto location, read_location(value, "/locations/" + std::to_string(preset.locations.size())));
        preset.locations.push_back(std::move(location));
    }
    return {};
}

Result<std::vector<Preset>> parse_all() {
    std::vector<Preset> presets;
    for (auto const& [name, text] : k_preset_data) {
        TRY_ASSIGN(auto preset, parse_preset(text, std::string(name)));
        presets.push_back(std::move(preset));
    }
    return presets;
}

} // namespace

Result<Preset> parse_preset(std::string_view text, std::string const& name) {
    TRY_ASSIGN(auto const document, json::parse(text, name));
    ObjectReader reader(document, "");
    Preset preset;
    auto const version = reader.required<unsigned>("version");
    preset.name = reader.required<std::string>("name");
    preset.title = reader.required<std::string>("title");
    preset.language = reader.required<std::string>("language");
    preset.one_transaction = reader.required<std::string>("transaction") == "file";
    preset.ordered = reader.required<std::string>("order") == "number";
    preset.no_transaction = reader.optional<Texts>("no_transaction").value_or(Texts{});
    preset.up_markers = reader.optional<Texts>("up_markers").value_or(Texts{});
    preset.down_markers = reader.optional<Texts>("down_markers").value_or(Texts{});
    preset.coupling = reader.optional<std::string>("coupling").value_or("");
    preset.unsupported = reader.optional<std::string>("unsupported").value_or("");
    TRY(read_lists(reader, preset).map_error(while_doing("reading preset '" + name + "'")));
    TRY(reader.finish().map_error(while_doing("reading preset '" + name + "'")));
    if (version != 1) {
        return fail(Errc::bad_data, "preset '" + name + "' has a version that this program does not know");
    }
    return preset;
}

Result<std::vector<Preset> const*> built_in_presets() {
    static auto const all = parse_all();
    if (!all) {
        return tl::unexpected<Error>(all.error());
    }
    return &*all;
}

} // namespace sluice::split_check
