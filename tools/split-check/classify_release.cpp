#include "tools/split-check/classify_release.hpp"

#include <algorithm>

namespace sluice::split_check {

namespace {

// What is kept of one change while the texts are being read.
struct Pending {
    std::vector<Candidate> candidates{};
    bool needs_text = false;
    std::optional<std::string> text{};
    std::optional<std::string> old_text{};
};

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
    return is_sql_name(change.path) || change.path.find("migrat") != std::string::npos;
}

PresetIndex index_of(PresetsInUse const& in_use) {
    PresetIndex index;
    for (Preset const* preset : in_use.presets) {
        for (auto const& file : preset->files) {
            add_preset_file(index, *preset, file);
        }
    }
    for (auto const& [preset, file] : in_use.located) {
        add_preset_file(index, *preset, file);
    }
    return index;
}

std::vector<Pending> candidates_of(std::vector<Change> const& changes, Config const& config, PresetIndex const& index) {
    std::vector<Pending> pending(changes.size());
    for (std::size_t i = 0; i < changes.size(); ++i) {
        index.visit(changes[i].path, [&](Candidate const& candidate) { pending[i].candidates.push_back(candidate); });
        auto const* rule = rule_for(config, changes[i].path);
        bool const said_migration = rule != nullptr && rule->file_class == FileClass::migration;
        pending[i].needs_text = !pending[i].candidates.empty() || said_migration || may_hold_ddl(changes[i]);
    }
    return pending;
}

} // namespace

Result<std::vector<ClassifiedFile>> classify_changes(std::vector<Change> changes, Config const& config,
                                                     PresetsInUse const& in_use, Sides sides) {
    PresetIndex const index = index_of(in_use);
    auto pending = candidates_of(changes, config, index);
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

Result<std::vector<ClassifiedFile>> classify_release(std::vector<Change> changes, Config const& config, Sides sides) {
    TRY_ASSIGN(auto const* presets, built_in_presets());
    PossiblePresets possible(*presets);
    for (auto const& change : changes) {
        possible.take(change.path);
    }
    TRY_ASSIGN(auto const in_use, presets_in_use(possible.list(), config, sides, changes));
    return classify_changes(std::move(changes), config, in_use, sides);
}

} // namespace sluice::split_check
