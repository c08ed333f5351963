#include "tools/gate-wait/subject.hpp"

#include "common/snapshot/digest.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

namespace sluice::gate_wait {

namespace {

namespace files = std::filesystem;

Result<std::string> digest_of_file(files::path const& path) {
    std::ifstream file(path, std::ios::binary);
    snapshot::Sha256 digest;
    std::array<char, 65536> buffer{};
    while (file.read(buffer.data(), buffer.size()) || file.gcount() > 0) {
        digest.add({buffer.data(), static_cast<std::size_t>(file.gcount())});
    }
    if (!file.eof()) {
        return fail(Errc::usage, "cannot read '" + path.string() + "'");
    }
    return digest.hex();
}

bool is_hidden(files::path const& path) { return path.filename().string().starts_with('.'); }

std::vector<std::string> files_below(files::path const& root) {
    std::error_code failure;
    std::vector<std::string> found;
    if (files::is_regular_file(root, failure)) {
        return {root.string()};
    }
    files::recursive_directory_iterator entry(root, failure);
    for (; !failure && entry != files::recursive_directory_iterator(); entry.increment(failure)) {
        std::error_code vanished;
        if (is_hidden(entry->path())) {
            entry.disable_recursion_pending();
        } else if (entry->is_regular_file(vanished)) {
            found.push_back(entry->path().string());
        }
    }
    return found;
}

} // namespace

Subject subject_of(ci::Environment const& environment) {
    auto const first_of = [&](std::initializer_list<char const*> names) {
        for (char const* name : names) {
            if (auto value = environment.get(name)) {
                return *value;
            }
        }
        return std::string{};
    };
    return {first_of({"CI_COMMIT_SHA", "GIT_COMMIT"}),
            first_of({"CI_ENVIRONMENT_NAME"}),
            first_of({"GITLAB_USER_LOGIN", "BUILD_USER_ID"}),
            {}};
}

Result<std::string> digest_of_files(std::vector<std::string> const& paths) {
    snapshot::Sha256 whole;
    for (auto const& root : paths) {
        auto found = files_below(root);
        if (found.empty()) {
            return fail(Errc::usage, "there is no file at '" + root + "'", "Name the folder of the migrations.");
        }
        std::sort(found.begin(), found.end());
        for (auto const& file : found) {
            TRY_ASSIGN(auto const digest, digest_of_file(file));
            whole.add(file + '\0' + digest + '\n');
        }
    }
    return whole.hex();
}

} // namespace sluice::gate_wait
