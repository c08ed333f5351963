#include "common/process/temporary_directory.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace sluice::process {

Result<TemporaryDirectory> TemporaryDirectory::create() {
    std::error_code failure;
    auto const parent = std::filesystem::temp_directory_path(failure);
    std::string path = (parent / "sluice-XXXXXX").string();
    if (failure || mkdtemp(path.data()) == nullptr) {
        return fail(Errc::temporary, "cannot make a temporary directory: " + std::string(std::strerror(errno)),
                    "Set TMPDIR to a directory that is writable and has space.");
    }
    return TemporaryDirectory(std::move(path));
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : m_path(std::exchange(other.m_path, std::string{})) {}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    if (!m_path.empty()) {
        std::filesystem::remove_all(m_path, ignored);
    }
}

} // namespace sluice::process
