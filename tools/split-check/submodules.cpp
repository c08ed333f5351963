#include "tools/split-check/submodules.hpp"

#include "tools/split-check/range.hpp"

#include <filesystem>

namespace sluice::split_check {

namespace {

// Deeper means that something is wrong with the repository.
constexpr int k_deepest = 8;

bool is_submodule(Change const& change) {
    return change.old_mode == k_mode_submodule || change.new_mode == k_mode_submodule;
}

// The commit on one side, or the empty tree where there was or is no submodule.
std::string side(unsigned mode, std::string const& id) {
    return mode == k_mode_submodule ? id : std::string(k_empty_tree);
}

Result<bool> holds(Git const& git, std::string const& tree) {
    if (tree == k_empty_tree) {
        return true;
    }
    TRY_ASSIGN(auto const commit, git.commit(tree));
    return commit.has_value();
}

// A plain file that gave way to a submodule, or came in its place, counts by itself.
void keep_plain_side(Change const& change, std::vector<Change>& into) {
    if (change.old_mode != k_mode_submodule && change.old_mode != 0) {
        into.push_back({'D', change.path, change.old_mode, 0, change.old_id, ""});
    }
    if (change.new_mode != k_mode_submodule && change.new_mode != 0) {
        into.push_back({'A', change.path, 0, change.new_mode, "", change.new_id});
    }
}

} // namespace

Result<std::vector<Change>> Submodules::expand(std::vector<Change> changes) {
    std::vector<Change> expanded;
    for (auto& change : changes) {
        TRY(expand_into(std::move(change), expanded, 0));
    }
    return expanded;
}

Result<void> Submodules::expand_into(Change change, std::vector<Change>& into, int depth) {
    if (!is_submodule(change)) {
        into.push_back(std::move(change));
        return {};
    }
    std::string const folder = (std::filesystem::path(m_top) / change.path).string();
    std::error_code ignored;
    if (depth < k_deepest && std::filesystem::exists(folder + "/.git", ignored)) {
        Git const git(m_runner, folder);
        TRY_ASSIGN(bool const old_side, holds(git, side(change.old_mode, change.old_id)));
        TRY_ASSIGN(bool const new_side, holds(git, side(change.new_mode, change.new_id)));
        if (old_side && new_side) {
            return look_inside(change, git, into, depth);
        }
    }
    change.unseen = true;
    into.push_back(std::move(change));
    return {};
}

Result<void> Submodules::look_inside(Change const& change, Git const& git, std::vector<Change>& into, int depth) {
    keep_plain_side(change, into);
    std::string const head = change.new_mode == k_mode_submodule ? change.new_id : "";
    m_inside.erase(change.path + "/");
    m_inside.emplace(change.path + "/", Inside{git, head});
    TRY_ASSIGN(auto changes, git.diff(side(change.old_mode, change.old_id), side(change.new_mode, change.new_id)));
    for (auto& inner : changes) {
        inner.path = change.path + "/" + inner.path;
        TRY(expand_into(std::move(inner), into, depth + 1));
    }
    return {};
}

Result<std::vector<FileRef>> Submodules::files() const {
    std::vector<FileRef> all;
    for (auto const& [prefix, inside] : m_inside) {
        if (inside.head.empty()) {
            continue;
        }
        TRY_ASSIGN(auto files, inside.git.files(inside.head));
        for (auto& file : files) {
            all.push_back({prefix + file.path, std::move(file.id)});
        }
    }
    return all;
}

Git const* Submodules::home_of(std::string_view path) const {
    Git const* home = nullptr;
    std::size_t longest = 0;
    for (auto const& [prefix, inside] : m_inside) {
        if (path.starts_with(prefix) && prefix.size() > longest) {
            home = &inside.git;
            longest = prefix.size();
        }
    }
    return home;
}

Result<std::vector<FileRef> const*> SourceWithSubmodules::files() {
    if (!m_files) {
        TRY_ASSIGN(auto const* own, m_own.files());
        TRY_ASSIGN(auto inner, m_submodules.files());
        m_files = *own;
        std::move(inner.begin(), inner.end(), std::back_inserter(*m_files));
    }
    return &*m_files;
}

Result<Texts> SourceWithSubmodules::read(std::vector<FileRef> const& files) {
    std::map<Git const*, std::vector<std::size_t>> by_home;
    for (std::size_t i = 0; i < files.size(); ++i) {
        by_home[m_submodules.home_of(files[i].path)].push_back(i);
    }
    Texts texts(files.size());
    for (auto const& [home, places] : by_home) {
        std::vector<FileRef> wanted;
        for (std::size_t const place : places) {
            wanted.push_back(files[place]);
        }
        TRY_ASSIGN(auto found, home == nullptr ? m_own.read(wanted) : home->read(wanted));
        for (std::size_t i = 0; i < places.size(); ++i) {
            texts[places[i]] = std::move(found[i]);
        }
    }
    return texts;
}

} // namespace sluice::split_check
