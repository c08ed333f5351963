#include "tools/split-check/presets_in_use.hpp"

#include "tools/split-check/glob_index.hpp"
#include "tools/split-check/locations.hpp"

#include <algorithm>
#include <set>

namespace sluice::split_check {

namespace {

using PresetList = std::vector<Preset const*>;

bool contains(PresetList const& list, Preset const* preset) {
    return std::find(list.begin(), list.end(), preset) != list.end();
}

// What a file of the tree can tell about a preset: that it is in use (marker), or where its migrations are (location).
struct Sign {
    Preset const* preset;
    Marker const* marker;
    Location const* location;
};

// A file whose text decides.
struct Question {
    FileRef file;
    Sign sign;
};

class Search {
  public:
    Search(PresetList const& wanted, Config const& config) {
        for (Preset const* preset : wanted) {
            bool const named =
                std::find(config.presets.begin(), config.presets.end(), preset->name) != config.presets.end();
            if (named || preset->markers.empty()) {
                m_alive.insert(preset);
            }
            for (auto const& marker : preset->markers) {
                m_signs.add(marker.path, {preset, &marker, nullptr});
            }
            for (auto const& location : preset->locations) {
                m_signs.add(location.config, {preset, nullptr, &location});
            }
            m_must_walk = m_must_walk || !m_alive.contains(preset) || !preset->locations.empty();
        }
    }

    Result<PresetsInUse> run(PresetList const& wanted, Sides sides, std::vector<Change> const& changes) {
        if (m_must_walk) {
            TRY(look_at_head(*sides.head));
            if (sides.base != nullptr) {
                TRY(look_at_base(*sides.base, changes));
            }
        }
        PresetsInUse found;
        for (Preset const* preset : wanted) {
            if (m_alive.contains(preset)) {
                found.presets.push_back(preset);
            }
        }
        for (auto& [preset, file] : m_located) {
            if (m_alive.contains(preset)) {
                found.located.emplace_back(preset, std::move(file));
            }
        }
        return found;
    }

  private:
    Result<void> look_at_head(Source& head) {
        TRY_ASSIGN(auto const* files, head.files());
        std::vector<Question> questions;
        for (auto const& file : *files) {
            look_at(file.path, file.id, questions);
        }
        return answer(head, std::move(questions));
    }

    Result<void> look_at_base(Source& base, std::vector<Change> const& changes) {
        std::vector<Question> questions;
        for (auto const& change : changes) {
            if (change.status != 'A' && change.old_mode != k_mode_submodule) {
                look_at(change.path, change.old_id, questions);
            }
        }
        return answer(base, std::move(questions));
    }

    void look_at(std::string const& path, std::string const& id, std::vector<Question>& questions) {
        m_signs.visit(path, [&](Sign const& sign) {
            bool const told = sign.location == nullptr && m_alive.contains(sign.preset);
            if (told || is_outside_presets(path)) {
                return;
            }
            if (sign.marker != nullptr && sign.marker->contains.empty()) {
                m_alive.insert(sign.preset);
            } else {
                questions.push_back({{path, id}, sign});
            }
        });
    }

    Result<void> answer(Source& source, std::vector<Question> questions) {
        std::erase_if(questions, [&](Question const& question) {
            return question.sign.location == nullptr && m_alive.contains(question.sign.preset);
        });
        std::vector<FileRef> files;
        for (auto const& question : questions) {
            files.push_back(question.file);
        }
        TRY_ASSIGN(auto const texts, source.read(files));
        for (std::size_t i = 0; i < questions.size(); ++i) {
            if (texts[i]) {
                take(questions[i], *texts[i]);
            }
        }
        return {};
    }

    void take(Question const& question, std::string const& text) {
        auto const& [preset, marker, location] = question.sign;
        if (marker != nullptr && text.find(marker->contains) != std::string::npos) {
            m_alive.insert(preset);
        }
        if (location != nullptr) {
            for (auto& file : located_files(*location, question.file.path, text)) {
                m_located.emplace_back(preset, std::move(file));
            }
        }
    }

    GlobIndex<Sign> m_signs{};
    std::set<Preset const*> m_alive{};
    std::vector<std::pair<Preset const*, PresetFile>> m_located{};
    bool m_must_walk = false;
};

} // namespace

PossiblePresets::PossiblePresets(std::vector<Preset> const& presets) : m_index(index_of(presets)) {
    for (auto const& preset : presets) {
        for (auto const& location : preset.locations) {
            for (auto const& file : location.files) {
                for (auto const& glob : file.paths) {
                    for (auto const& ending : glob.endings()) {
                        m_located_endings[ending].push_back(&preset);
                    }
                }
            }
        }
    }
}

void PossiblePresets::add(Preset const& preset, std::string_view path) {
    if (!contains(m_list, &preset) && !is_outside_presets(path)) {
        m_list.push_back(&preset);
        m_need_trees = m_need_trees || !preset.markers.empty();
    }
}

void PossiblePresets::take(std::string_view path) {
    m_index.visit(path, [&](Candidate const& candidate) { add(*candidate.preset, path); });
    auto const placed = m_located_endings.find(ending_of(path));
    if (placed != m_located_endings.end()) {
        for (Preset const* preset : placed->second) {
            add(*preset, path);
        }
    }
}

Result<PresetsInUse> presets_in_use(PresetList const& wanted, Config const& config, Sides sides,
                                    std::vector<Change> const& changes) {
    return Search(wanted, config).run(wanted, sides, changes);
}

} // namespace sluice::split_check
