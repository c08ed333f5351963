#include "tools/split-check/change_list.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace sluice::split_check {

namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> pieces;
    while (!text.empty()) {
        std::size_t const end = std::min(text.find(separator), text.size());
        pieces.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return pieces;
}

// "M", "A", "D", "T", "R087", "C100". Source: git-diff-tree(1), --name-status.
bool is_status(std::string_view text) {
    if (text.empty() || std::string_view{"AMDTRC"}.find(text.front()) == std::string_view::npos) {
        return false;
    }
    bool const scored = text.front() == 'R' || text.front() == 'C';
    std::string_view const score = text.substr(1);
    bool const digits = std::all_of(score.begin(), score.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    return scored ? digits : score.empty();
}

void add_change(std::vector<Change>& changes, char status, std::string_view path, std::string_view new_path) {
    bool const renamed = status == 'R' && !new_path.empty();
    bool const copied = status == 'C' && !new_path.empty();
    if (renamed) {
        changes.push_back({'D', std::string(path)});
    }
    char const kept = renamed || copied ? 'A' : status == 'R' || status == 'C' ? 'M' : status;
    changes.push_back({kept, std::string(renamed || copied ? new_path : path)});
    if (renamed) {
        changes.back().renamed_from = path;
    }
}

void add_line(std::vector<Change>& changes, std::string_view line) {
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    if (line.empty()) {
        return;
    }
    auto const fields = split(line, '\t');
    if (fields.size() > 1 && is_status(fields[0])) {
        add_change(changes, fields[0].front(), fields[1], fields.size() > 2 ? fields[2] : std::string_view{});
    } else {
        add_change(changes, '?', line, {});
    }
}

} // namespace

std::vector<Change> parse_change_list(std::string_view text) {
    std::vector<Change> changes;
    bool const nul = text.find('\0') != std::string_view::npos;
    auto const pieces = split(text, nul ? '\0' : '\n');
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        bool const status = nul && is_status(pieces[i]) && i + 1 < pieces.size();
        if (!status) {
            add_line(changes, pieces[i]);
            continue;
        }
        bool const two = (pieces[i].front() == 'R' || pieces[i].front() == 'C') && i + 2 < pieces.size();
        add_change(changes, pieces[i].front(), pieces[i + 1], two ? pieces[i + 2] : std::string_view{});
        i += two ? 2 : 1;
    }
    return changes;
}

} // namespace sluice::split_check
