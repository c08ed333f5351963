#pragma once

#include "tools/split-check/config.hpp"
#include "tools/split-check/model.hpp"
#include "tools/split-check/preset.hpp"
#include "tools/split-check/source.hpp"

#include <map>
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
    std::string decided_by{};       ///< "preset rails: db/migrate/<14>_*.rb", "default: tests", …
    Preset const* preset = nullptr; ///< for migrations
    PresetFile const* entry = nullptr;
    std::optional<std::string> text{};     ///< of a migration, at head (at base where it was deleted)
    std::optional<std::string> old_text{}; ///< of a migration that was changed
    bool holds_unclaimed_ddl = false;      ///< changes a schema, and no class knows it
};

/// Finds, for a path, the preset files it could be. Cheap: what most paths of a large change need is one look-up.
class PresetIndex {
  public:
    explicit PresetIndex(std::vector<Preset> const& presets);
    [[nodiscard]] std::vector<Candidate> candidates(std::string_view path) const;

  private:
    struct Entry {
        Candidate candidate;
        Glob const* glob;
    };
    std::map<std::string, std::vector<Entry>, std::less<>> m_by_ending{};
};

/// Whether a folder of the path holds what is never run: tests, fixtures, dependencies, documentation.
[[nodiscard]] bool is_outside_presets(std::string_view path);

/// "default: …" for what does not change a running program (documents, tests, CI files), else empty.
[[nodiscard]] std::string neutral_reason(std::string_view path);

/// Whether the text changes a schema, by its words alone.
[[nodiscard]] bool holds_ddl(std::string_view path, std::string_view text);

/// The pure decision for one file. `candidates` are those of alive presets; `text` is needed only where a candidate
/// asks for content.
[[nodiscard]] ClassifiedFile classify_file(Change change, Config const& config,
                                           std::vector<Candidate> const& candidates,
                                           std::optional<std::string> const& text);

} // namespace sluice::split_check
