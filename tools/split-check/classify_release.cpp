#include "tools/split-check/classify_release.hpp"

#include <algorithm>
#include <set>

namespace sluice::split_check {

namespace {

using PresetList = std::vector<Preset const*>;

// What is kept of one change while the texts are being read.
struct Pending {
    std::vector<Candidate> candidates{};
    bool needs_text = false;
    std::optional<std::string> text{};
    std::optional<std::string> old_text{};
};

bool contains(PresetList const& list, Preset const* preset) {
    return std::find(list.begin(), list.end(), preset) != list.end();
}

Result<bool> is_alive(Preset const& preset, Source& source) {
    TRY_ASSIGN(auto const* files, source.files());
    std::vector<FileRef> to_read;
    std::vector<Marker const*> because;
    for (auto const& file : *files) {
        for (auto const& marker : preset.markers) {
            if (!marker.path.matches(file.path) || is_outside_presets(file.path)) {
                continue;
            }
            if (marker.contains.empty()) {
                return true;
            }
            to_read.push_back(file);
            because.push_back(&marker);
        }
    }
    TRY_ASSIGN(auto const texts, source.read(to_read));
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (texts[i] && texts[i]->find(because[i]->contains) != std::string::npos) {
            return true;
        }
    }
    return false;
}

// The text on the side where the file is: head, or base when it was deleted.
Result<void> read_texts(std::vector<Change> const& changes, std::vector<Pending>& pending, Source* source,
                        bool of_base) {
    std::vector<FileRef> wanted;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        bool const there = of_base ? changes[i].status != 'A' : changes[i].status != 'D';
        unsigned const mode = of_base ? changes[i].old_mode : changes[i].new_mode;
        if (pending[i].needs_text && there && mode != k_mode_submodule) {
            wanted.push_back({changes[i].path, of_base ? changes[i].old_id : changes[i].new_id});
            places.push_back(i);
        }
    }
    if (source == nullptr || wanted.empty()) {
        return {};
    }
    TRY_ASSIGN(auto texts, source->read(wanted));
    for (std::size_t i = 0; i < places.size(); ++i) {
        auto& slot = of_base ? pending[places[i]].old_text : pending[places[i]].text;
        slot = std::move(texts[i]);
    }
    return {};
}

bool may_hold_ddl(Change const& change) {
    constexpr std::string_view sql_like = " sql ddl psql pgsql plsql ";
    std::string const ending = " " + std::string(ending_of(change.path)) + " ";
    return (ending.size() > 2 && sql_like.find(ending) != std::string_view::npos) ||
           change.path.find("migrat") != std::string::npos;
}

} // namespace

Result<PresetList> alive_presets(PresetList const& wanted, Config const& config, Sides sides) {
    PresetList alive;
    for (Preset const* preset : wanted) {
        bool const named =
            std::find(config.presets.begin(), config.presets.end(), preset->name) != config.presets.end();
        bool lives = named || preset->markers.empty();
        for (Source* source : {sides.head, sides.base}) {
            if (!lives && source != nullptr) {
                TRY_ASSIGN(lives, is_alive(*preset, *source));
            }
        }
        if (lives) {
            alive.push_back(preset);
        }
    }
    return alive;
}

Result<std::vector<ClassifiedFile>> classify_release(std::vector<Change> changes, Config const& config, Sides sides) {
    TRY_ASSIGN(auto const* presets, built_in_presets());
    PresetIndex const index(*presets);
    std::vector<Pending> pending(changes.size());
    PresetList possible;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        pending[i].candidates = index.candidates(changes[i].path);
        for (auto const& candidate : pending[i].candidates) {
            if (!contains(possible, candidate.preset) && !is_outside_presets(changes[i].path)) {
                possible.push_back(candidate.preset);
            }
        }
    }
    TRY_ASSIGN(auto const alive, alive_presets(possible, config, sides));
    for (std::size_t i = 0; i < changes.size(); ++i) {
        std::erase_if(pending[i].candidates, [&](Candidate const& c) { return !contains(alive, c.preset); });
        auto const* rule = rule_for(config, changes[i].path);
        bool const said_migration = rule != nullptr && rule->file_class == FileClass::migration;
        pending[i].needs_text = !pending[i].candidates.empty() || said_migration || may_hold_ddl(changes[i]);
    }
    TRY(read_texts(changes, pending, sides.head, false));
    TRY(read_texts(changes, pending, sides.base, true));
    std::vector<ClassifiedFile> files;
    files.reserve(changes.size());
    for (std::size_t i = 0; i < changes.size(); ++i) {
        auto const& text = changes[i].status == 'D' ? pending[i].old_text : pending[i].text;
        files.push_back(classify_file(std::move(changes[i]), config, pending[i].candidates, text));
        if (files.back().file_class == FileClass::migration) {
            files.back().text = text;
            files.back().old_text = std::move(pending[i].old_text);
        }
    }
    return files;
}

} // namespace sluice::split_check
