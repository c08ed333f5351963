#pragma once

#include "tools/split-check/classify.hpp"

#include <list>
#include <map>
#include <string>
#include <vector>

namespace sluice::split_check {

/// The two sides of a release; `base` is null where only a list of files is known.
struct Sides {
    Source* base = nullptr;
    Source* head = nullptr;
};

/// The migration tools that a release's trees use.
struct PresetsInUse {
    std::vector<Preset const*> presets{};
    /// Files in places that a tool's own configuration names. A list, so that none moves.
    std::list<std::pair<Preset const*, PresetFile>> located{};
};

/// The presets that one of the changed paths could belong to, by its name alone.
class PossiblePresets {
  public:
    explicit PossiblePresets(std::vector<Preset> const& presets);
    void take(std::string_view path);
    [[nodiscard]] std::vector<Preset const*> const& list() const { return m_list; }
    /// Whether a tree must be asked about one of them.
    [[nodiscard]] bool need_trees() const { return m_need_trees; }

  private:
    void add(Preset const& preset, std::string_view path);

    PresetIndex m_index;
    /// Endings of files that a preset's configuration may place anywhere.
    std::map<std::string, std::vector<Preset const*>, std::less<>> m_located_endings{};
    std::vector<Preset const*> m_list{};
    bool m_need_trees = false;
};

/// Those of `wanted` whose marker is at head or was at base, with the places that their configuration names. The head
/// is walked once; of the base only `changes` are looked at, since all else is the same. Texts are read in one go.
/// Errors: those of the sources.
[[nodiscard]] Result<PresetsInUse> presets_in_use(std::vector<Preset const*> const& wanted, Config const& config,
                                                  Sides sides, std::vector<Change> const& changes);

} // namespace sluice::split_check
