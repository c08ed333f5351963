#include "tools/split-check/source.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sluice::split_check {

namespace fs = std::filesystem;

void TreeSource::expect_listing() {
    if (!m_listing.valid() && !m_files) {
        m_listing = std::async(std::launch::async, [this] { return m_git.files(m_tree); });
    }
}

Result<std::vector<FileRef> const*> TreeSource::files() {
    if (!m_files) {
        TRY_ASSIGN(m_files, m_listing.valid() ? m_listing.get() : m_git.files(m_tree));
    }
    return &*m_files;
}

Result<std::vector<FileRef> const*> FolderSource::files() {
    if (m_files) {
        return &*m_files;
    }
    m_files.emplace();
    std::error_code failure;
    auto entry = fs::recursive_directory_iterator(m_folder, fs::directory_options::skip_permission_denied, failure);
    for (; !failure && entry != fs::recursive_directory_iterator{}; entry.increment(failure)) {
        std::string const name = entry->path().filename().string();
        if (entry->is_directory(failure) && (name == ".git" || name == "node_modules")) {
            entry.disable_recursion_pending();
        } else if (entry->is_regular_file(failure)) {
            m_files->push_back({entry->path().lexically_relative(m_folder).string()});
        }
    }
    return &*m_files;
}

Result<Texts> FolderSource::read(std::vector<FileRef> const& files) {
    Texts texts;
    for (auto const& file : files) {
        auto text = read_file(m_folder + "/" + file.path);
        texts.push_back(text ? std::optional<std::string>(std::move(*text)) : std::nullopt);
    }
    return texts;
}

Result<std::string> read_file(std::string const& path) {
    std::error_code ignored;
    std::ifstream file(path, std::ios::binary);
    if (!file || fs::is_directory(path, ignored)) {
        return fail(Errc::not_found, "cannot read '" + path + "': " + std::strerror(errno == 0 ? EISDIR : errno));
    }
    return std::string(std::istreambuf_iterator<char>(file), {});
}

} // namespace sluice::split_check
