#include "tools/split-check/migration_judge.hpp"

#include "tools/split-check/method_scan.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

namespace sluice::split_check {

namespace {

SqlSettings settings_for(ClassifiedFile const& file, Config const& config) {
    SqlSettings settings;
    settings.postgres_version = config.postgres_version;
    settings.lock_timeout_set = config.lock_timeout_set;
    settings.style = config.style;
    settings.mysql = config.mysql;
    settings.table_bytes = config.table_bytes;
    if (file.preset == nullptr) {
        return settings;
    }
    auto const& marks = file.preset->no_transaction;
    bool const outside = std::any_of(marks.begin(), marks.end(), [&](std::string const& mark) {
        return file.text && file.text->find(mark) != std::string::npos;
    });
    settings.one_transaction = file.preset->one_transaction && !outside;
    settings.up_markers = file.preset->up_markers;
    settings.down_markers = file.preset->down_markers;
    return settings;
}

Finding release_finding(int number, Safety safety, std::string path, std::string what) {
    Finding finding;
    finding.rule = number;
    finding.safety = safety;
    finding.path = std::move(path);
    finding.message = std::move(what) + ": " + std::string(rule_of(number).harm);
    finding.advice = rule_of(number).advice;
    finding.statement = finding.message;
    return finding;
}

SqlReport unsupported(Preset const& preset, std::string const& path) {
    SqlReport report;
    report.phase = Phase::unknown;
    report.safety = Safety::unsafe;
    Finding finding = release_finding(rule::unsupported, Safety::unsafe, path, preset.title);
    finding.advice = preset.unsupported;
    report.findings.push_back(std::move(finding));
    return report;
}

SqlReport unreadable(std::string const& path) {
    SqlReport report;
    report.phase = Phase::unknown;
    report.safety = Safety::unknown;
    report.findings.push_back(release_finding(rule::opaque, Safety::unknown, path, "its text is not at hand"));
    return report;
}

std::string folder_of(std::string_view path) {
    std::size_t const slash = path.rfind('/');
    return slash == std::string_view::npos ? "" : std::string(path.substr(0, slash));
}

// Where the number stands: in the folder's name for tools that keep one folder per migration.
std::string_view numbered_name(std::string_view path) {
    std::size_t const slash = path.rfind('/');
    std::string_view const name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    bool const fixed = name == "up.sql" || name == "down.sql" || name == "migration.sql";
    return fixed && slash != std::string_view::npos ? numbered_name(path.substr(0, slash)) : name;
}

// The folder in which numbers are compared.
std::string sequence_of(std::string_view path) {
    std::string_view const name = numbered_name(path);
    std::size_t const at = path.rfind(name);
    return folder_of(path.substr(0, at + name.size()));
}

bool is_ordered_migration(ClassifiedFile const& file) {
    return file.file_class == FileClass::migration && file.preset != nullptr && file.preset->ordered &&
           !file.habits.down && !file.habits.repeatable;
}

bool only_grew(ClassifiedFile const& file) {
    return file.text && file.old_text && file.text->starts_with(*file.old_text);
}

bool is_applied_edit(ClassifiedFile const& file) {
    bool const was_there = file.change.status != 'A' && file.change.status != '?';
    if (file.file_class != FileClass::migration || !was_there) {
        return false;
    }
    // A change of mode alone leaves the bytes, and so the checksum, as they were.
    if (file.change.status != 'D' && !file.change.old_id.empty() && file.change.old_id == file.change.new_id) {
        return false;
    }
    bool const appended = file.habits.append_only && only_grew(file);
    return !file.habits.repeatable && !appended;
}

using Version = std::vector<std::string>;

// Folder and ending of files that are numbered together, with the newest number that is deployed.
using NewestVersions = std::map<std::pair<std::string, std::string>, Version>;

std::pair<std::string, std::string> sequence_key(std::string const& path) {
    return {sequence_of(path), std::string(ending_of(path))};
}

NewestVersions newest_versions(std::vector<ClassifiedFile> const& files, std::vector<FileRef> const& base_files) {
    NewestVersions newest;
    for (auto const& file : files) {
        if (file.change.status == 'A' && is_ordered_migration(file)) {
            newest.emplace(sequence_key(file.change.path), Version{});
        }
    }
    for (auto const& file : base_files) {
        auto const place = newest.find(sequence_key(file.path));
        if (place != newest.end()) {
            place->second = std::max(place->second, version_of(file.path), is_before);
        }
    }
    return newest;
}

} // namespace

SqlReport judge_migration(ClassifiedFile const& file, Config const& config, SchemaState& state,
                          std::optional<std::string> const& rendered) {
    if (file.preset != nullptr && !file.preset->unsupported.empty()) {
        return unsupported(*file.preset, file.change.path);
    }
    if (file.habits.down || file.change.status == 'D') {
        return {};
    }
    SqlSettings settings = settings_for(file, config);
    if (rendered) {
        settings.up_markers.clear();
        settings.down_markers.clear();
        return judge_sql(*rendered, settings, state);
    }
    if (!file.text) {
        return unreadable(file.change.path);
    }
    return is_sql_name(file.change.path) ? judge_sql(*file.text, settings, state)
                                         : scan_methods(*file.text, settings, state);
}

std::vector<std::string> version_of(std::string_view path) {
    std::string_view name = numbered_name(path);
    std::size_t const first = name.find_first_of("0123456789");
    // One letter may come first (V, m), or a word that ends in the number (Version2024…, Migration2024…).
    std::size_t const letters = name.find_first_not_of("VUBmMigratoners");
    if (first == std::string_view::npos || (first != 0 && first != letters)) {
        return {};
    }
    std::vector<std::string> parts;
    for (std::size_t at = first; at < name.size();) {
        std::size_t end = at;
        while (end < name.size() && std::isdigit(static_cast<unsigned char>(name[end])) != 0) {
            ++end;
        }
        std::string_view digits = name.substr(at, end - at);
        digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
        parts.emplace_back(digits);
        bool const goes_on = end + 1 < name.size() && (name[end] == '.' || name[end] == '_' || name[end] == '-') &&
                             std::isdigit(static_cast<unsigned char>(name[end + 1])) != 0;
        at = goes_on ? end + 1 : name.size();
    }
    return parts;
}

bool is_before(std::vector<std::string> const& a, std::vector<std::string> const& b) {
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        if (a[i] != b[i]) {
            return a[i].size() != b[i].size() ? a[i].size() < b[i].size() : a[i] < b[i];
        }
    }
    return a.size() < b.size();
}

std::vector<FileRef> numbered_files_before(std::vector<ClassifiedFile> const& files,
                                           std::vector<FileRef> const& at_head) {
    std::set<std::string_view> endings;
    std::set<std::string_view> added;
    std::vector<FileRef> before;
    for (auto const& file : files) {
        if (file.change.status == 'A' && is_ordered_migration(file)) {
            endings.insert(ending_of(file.change.path));
        }
    }
    auto const may_count = [&](std::string_view path) { return endings.contains(ending_of(path)); };
    for (auto const& file : files) {
        if (file.change.status == 'A' && may_count(file.change.path)) {
            added.insert(file.change.path);
        } else if (file.change.status == 'D' && may_count(file.change.path)) {
            before.push_back({file.change.path});
        }
    }
    std::copy_if(at_head.begin(), at_head.end(), std::back_inserter(before),
                 [&](FileRef const& file) { return may_count(file.path) && !added.contains(file.path); });
    return before;
}

std::vector<Finding> check_applied(std::vector<ClassifiedFile> const& files, std::vector<FileRef> const& base_files) {
    std::vector<Finding> findings;
    auto const newest = newest_versions(files, base_files);
    for (auto const& file : files) {
        if (is_applied_edit(file)) {
            std::string const what = file.change.status == 'D' ? "a deployed migration was deleted or renamed"
                                                               : "a deployed migration was edited";
            findings.push_back(release_finding(rule::applied_migration, Safety::unsafe, file.change.path, what));
        }
        if (file.change.status != 'A' || !is_ordered_migration(file)) {
            continue;
        }
        auto const version = version_of(file.change.path);
        auto const& deployed = newest.at(sequence_key(file.change.path));
        if (!version.empty() && !deployed.empty() && !is_before(deployed, version)) {
            findings.push_back(release_finding(rule::applied_migration, Safety::unsafe, file.change.path,
                                               "a new migration is numbered before the newest deployed one"));
        }
    }
    return findings;
}

} // namespace sluice::split_check
