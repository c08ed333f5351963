#include "tools/split-check/classify.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace sluice::split_check {

namespace {

template <std::size_t N> bool is_one_of(std::string_view text, std::array<std::string_view, N> const& set) {
    return std::find(set.begin(), set.end(), text) != set.end();
}

constexpr std::array<std::string_view, 9> k_outside{"test",         "tests",  "spec", "fixtures", "testdata",
                                                    "node_modules", "vendor", "docs", "examples"};
constexpr std::array<std::string_view, 7> k_test_folders{"test",     "tests",     "spec", "fixtures",
                                                         "testdata", "__tests__", "specs"};
constexpr std::array<std::string_view, 9> k_neutral_names{".gitmodules",    ".editorconfig",  ".gitignore",
                                                          ".gitattributes", ".gitlab-ci.yml", "Jenkinsfile",
                                                          "CODEOWNERS",     "LICENSE",        ".mailmap"};
constexpr std::array<std::string_view, 3> k_neutral_folders{".github", ".gitlab", ".split-check"};

std::string_view name_in(std::string_view path) {
    std::size_t const slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// True when `wanted` holds for any folder of the path.
template <class Wanted> bool any_folder(std::string_view path, Wanted wanted) {
    for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/')) {
        if (wanted(path.substr(0, slash))) {
            return true;
        }
        path.remove_prefix(slash + 1);
    }
    return false;
}

bool is_test_name(std::string_view name) {
    std::size_t const point = std::min(name.rfind('.'), name.size());
    std::string_view const stem = name.substr(0, point);
    return stem.ends_with("_test") || stem.ends_with("_spec") || stem.ends_with(".test") || stem.ends_with(".spec") ||
           (stem.starts_with("test_") && name.ends_with(".py"));
}

// Lower case, with every run of white space as one blank: what is searched for words.
std::string plain_words(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    for (char const c : text) {
        bool const blank = std::isspace(static_cast<unsigned char>(c)) != 0;
        if (!blank) {
            plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        } else if (!plain.empty() && plain.back() != ' ') {
            plain += ' ';
        }
    }
    return plain;
}

template <std::size_t N> bool holds_any(std::string const& text, std::array<std::string_view, N> const& words) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

bool content_fits(PresetFile const& file, std::optional<std::string> const& text) {
    return file.contains.empty() ||
           (text && std::any_of(file.contains.begin(), file.contains.end(),
                                [&](std::string const& word) { return text->find(word) != std::string::npos; }));
}

// Content beats a mere path, so that of two tools that share a folder the one the file names is taken.
Candidate const* best_candidate(std::vector<Candidate> const& candidates, std::optional<std::string> const& text) {
    Candidate const* best = nullptr;
    for (auto const& candidate : candidates) {
        bool const better = best == nullptr || (best->file->contains.empty() && !candidate.file->contains.empty() &&
                                                candidate.preset != best->preset);
        if (better && content_fits(*candidate.file, text)) {
            best = &candidate;
        }
    }
    return best;
}

void take_preset(ClassifiedFile& file, Candidate const& candidate) {
    file.preset = candidate.preset;
    file.habits = candidate.file->habits;
}

std::string pattern_that_matched(PresetFile const& file, std::string_view path) {
    for (auto const& glob : file.paths) {
        if (glob.matches(path)) {
            return glob.text().substr(glob.text().starts_with("**/") ? 3 : 0);
        }
    }
    return {};
}

} // namespace

void add_preset_file(PresetIndex& index, Preset const& preset, PresetFile const& file) {
    for (auto const& glob : file.paths) {
        index.add(glob, {&preset, &file});
    }
}

PresetIndex index_of(std::vector<Preset> const& presets) {
    PresetIndex index;
    for (auto const& preset : presets) {
        for (auto const& file : preset.files) {
            add_preset_file(index, preset, file);
        }
    }
    return index;
}

bool is_outside_presets(std::string_view path) {
    return any_folder(path, [](std::string_view folder) { return is_one_of(folder, k_outside); });
}

std::string neutral_reason(std::string_view path) {
    std::string_view const name = name_in(path);
    if (name.ends_with(".md") || any_folder(path, [](auto folder) { return folder == "docs"; })) {
        return "default: documentation";
    }
    if (is_test_name(name) || any_folder(path, [](auto folder) { return is_one_of(folder, k_test_folders); })) {
        return "default: tests";
    }
    bool const about_project = is_one_of(name, k_neutral_names) || name.starts_with("LICENSE.") ||
                               any_folder(path, [](auto folder) { return is_one_of(folder, k_neutral_folders); });
    return about_project ? "default: project files" : "";
}

bool is_sql_name(std::string_view path) {
    constexpr std::array<std::string_view, 5> endings{"sql", "ddl", "psql", "pgsql", "plsql"};
    return is_one_of(ending_of(path), endings);
}

bool holds_ddl(std::string_view path, std::string_view text) {
    constexpr std::array<std::string_view, 9> sql{"create table", "alter table",         "drop table",
                                                  "create index", "create unique index", "drop index",
                                                  "drop column",  "add column",          "alter type"};
    constexpr std::array<std::string_view, 8> calls{"create_table", "add_column", "remove_column", "createtable",
                                                    "addcolumn",    "dropcolumn", "drop_table",    "drop_column"};
    bool const is_sql = is_sql_name(path);
    bool const about_migrations = path.find("migrat") != std::string_view::npos;
    if (!is_sql && !about_migrations) {
        return false;
    }
    std::string const plain = plain_words(text);
    return holds_any(plain, sql) || (about_migrations && holds_any(plain, calls));
}

ClassifiedFile classify_file(Change change, Config const& config, std::vector<Candidate> const& candidates,
                             std::optional<std::string> const& text) {
    ClassifiedFile file{std::move(change)};
    std::string const& path = file.change.path;
    Candidate const* const candidate = is_outside_presets(path) ? nullptr : best_candidate(candidates, text);
    ClassRule const* const rule = rule_for(config, path);
    if (rule != nullptr && rule->file_class) {
        file.file_class = *rule->file_class;
        file.decided_by = "configuration: " + rule->text;
        if (candidate != nullptr && candidate->file->file_class == FileClass::migration) {
            take_preset(file, *candidate);
        }
        return file;
    }
    if (file.change.unseen) {
        file.file_class = FileClass::unknown;
        file.decided_by = "submodule: its commits are not in this clone";
        return file;
    }
    if (candidate != nullptr) {
        file.file_class = candidate->file->file_class;
        file.decided_by = "preset " + candidate->preset->name + ": " + pattern_that_matched(*candidate->file, path);
        take_preset(file, *candidate);
        return file;
    }
    file.decided_by = neutral_reason(path);
    file.file_class = file.decided_by.empty() ? FileClass::code : FileClass::neutral;
    file.holds_unclaimed_ddl = file.decided_by.empty() && text && holds_ddl(path, *text);
    return file;
}

std::string reason_of(ClassifiedFile const& file) {
    if (!file.decided_by.empty()) {
        return file.decided_by;
    }
    bool const submodule = file.change.new_mode == k_mode_submodule || file.change.old_mode == k_mode_submodule;
    return submodule ? "default: a submodule is code" : "default: what nothing else knows is code";
}

} // namespace sluice::split_check
