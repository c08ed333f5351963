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

Result<PresetFile> read_file(Json const& value, std::string const& path) {
    ObjectReader reader(value, path);
    auto const kind = file_class_of(reader.required<std::string>("class"));
    auto const patterns = reader.required<Texts>("paths");
    PresetFile file;
    file.contains = reader.optional<Texts>("contains").value_or(Texts{});
    file.down = reader.optional<bool>("down").value_or(false);
    file.repeatable = reader.optional<bool>("repeatable").value_or(false);
    file.append_only = reader.optional<bool>("append_only").value_or(false);
    TRY(reader.finish());
    if (!kind) {
        return fail(Errc::bad_data, "'" + path + "/class' must be code, migration, companion or neutral");
    }
    file.file_class = *kind;
    for (auto const& pattern : patterns) {
        file.paths.push_back(anywhere(pattern));
    }
    return file;
}

Result<void> read_lists(ObjectReader& reader, Preset& preset) {
    for (Json const* list : {reader.find("markers"), reader.find("files")}) {
        if (list == nullptr || !list->is_array()) {
            return fail(Errc::bad_data, "'markers' and 'files' must be lists");
        }
    }
    std::size_t index = 0;
    for (auto const& value : *reader.find("markers")) {
        TRY_ASSIGN(auto marker, read_marker(value, "/markers/" + std::to_string(index++)));
        preset.markers.push_back(std::move(marker));
    }
    index = 0;
    for (auto const& value : *reader.find("files")) {
        TRY_ASSIGN(auto file, read_file(value, "/files/" + std::to_string(index++)));
        preset.files.push_back(std::move(file));
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
