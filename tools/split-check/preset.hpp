#pragma once

#include "common/result/result.hpp"
#include "tools/split-check/glob.hpp"
#include "tools/split-check/model.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::split_check {

/// A file whose presence, or whose text, shows that a migration tool is in use.
struct Marker {
    Glob path;
    std::string contains{}; ///< empty: being there is enough
};

/// What a migration tool does with a kind of file.
struct FileHabits {
    bool down = false;        ///< undoes a migration: travels with it and is not run by a deploy
    bool repeatable = false;  ///< meant to be edited
    bool append_only = false; ///< grows at its end; what is in it stays
};

/// One kind of file that a migration tool knows.
struct PresetFile {
    FileClass file_class = FileClass::migration;
    std::vector<Glob> paths{};
    std::vector<std::string> contains{}; ///< one of these must be in the text; empty: the path is enough
    FileHabits habits{};
};

/// A key of a tool's own configuration that names folders of migrations.
struct Location {
    Glob config;
    std::vector<std::string> keys{};
    std::vector<PresetFile> files{}; ///< patterns below the folder; "." is the place itself, ".sql" is it if it ends so
};

/// A migration tool's conventions. Data: presets/*.json, format in schema/preset.schema.json.
struct Preset {
    std::string name;
    std::string title;
    std::vector<Marker> markers{}; ///< any of them; none: the text of the file itself is the marker
    std::vector<PresetFile> files{};
    std::vector<Location> locations{};
    std::string language;
    bool one_transaction = true; ///< the tool runs a file inside a transaction unless the file says no
    std::vector<std::string> no_transaction{};
    bool ordered = true; ///< by the number that the name begins with
    std::vector<std::string> up_markers{};
    std::vector<std::string> down_markers{};
    std::string coupling{};    ///< what ties code and migration together in this framework
    std::string unsupported{}; ///< why code and schema cannot be deployed apart; empty for most
};

/// Errors: bad_data with the place in `text`.
[[nodiscard]] Result<Preset> parse_preset(std::string_view text, std::string const& name);

/// All that are built in, in the order of their names. The first call parses them.
[[nodiscard]] Result<std::vector<Preset> const*> built_in_presets();

} // namespace sluice::split_check
