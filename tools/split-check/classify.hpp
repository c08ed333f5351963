#pragma once

#include "tools/split-check/config.hpp"
#include "tools/split-check/glob_index.hpp"
#include "tools/split-check/model.hpp"
#include "tools/split-check/preset.hpp"
#include "tools/split-check/source.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sluice::split_check {

/// A file of a preset that a path could be.
struct Candidate {
    Preset const* preset;
    PresetFile const* file;
};

/// A changed file with its class and who decided it.
struct ClassifiedFile {
    Change change;
    FileClass file_class = FileClass::code;
    std::string decided_by{};       ///< see `reason_of`; empty for the many files that nothing knows
    Preset const* preset = nullptr; ///< for migrations
    FileHabits habits{};
    std::optional<std::string> text{};     ///< of a migration, at head (at base where it was deleted)
    std::optional<std::string> old_text{}; ///< of a migration that was changed
    bool holds_unclaimed_ddl = false;      ///< changes a schema, and no class knows it
};

/// Who decided the class: "preset rails: db/migrate/<14>_*.rb", "default: tests", …
[[nodiscard]] std::string reason_of(ClassifiedFile const& file);

/// The files of presets by their paths.
using PresetIndex = GlobIndex<Candidate>;

void add_preset_file(PresetIndex& index, Preset const& preset, PresetFile const& file);

/// All that these presets know.
[[nodiscard]] PresetIndex index_of(std::vector<Preset> const& presets);

/// Whether a folder of the path holds what is never run: tests, fixtures, dependencies, documentation.
[[nodiscard]] bool is_outside_presets(std::string_view path);

/// "default: …" for what does not change a running program (documents, tests, CI files), else empty.
[[nodiscard]] std::string neutral_reason(std::string_view path);

/// Whether the name is one of SQL.
[[nodiscard]] bool is_sql_name(std::string_view path);

/// Whether the text changes a schema, by its words alone.
[[nodiscard]] bool holds_ddl(std::string_view path, std::string_view text);

/// The pure decision for one file. `candidates` are those of alive presets; `text` is needed only where a candidate
/// asks for content.
[[nodiscard]] ClassifiedFile classify_file(Change change, Config const& config,
                                           std::vector<Candidate> const& candidates,
                                           std::optional<std::string> const& text);

} // namespace sluice::split_check
