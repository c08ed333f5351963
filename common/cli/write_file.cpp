#include "common/cli/write_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace sluice::cli {

namespace {

// 0, or an errno.
int write_synced(int file, std::string_view text) {
    while (!text.empty()) {
        ssize_t const count = write(file, text.data(), text.size());
        if (count < 0 && errno != EINTR) {
            return errno;
        }
        text.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
    }
    return fsync(file) == 0 ? 0 : errno;
}

int replace_file(std::string const& path, std::string_view text) {
    std::string const temporary = path + ".tmp-" + std::to_string(getpid());
    int const file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) {
        return errno;
    }
    int failure = write_synced(file, text);
    if (close(file) != 0 && failure == 0) {
        failure = errno;
    }
    if (failure == 0 && rename(temporary.c_str(), path.c_str()) != 0) {
        failure = errno;
    }
    if (failure != 0) {
        unlink(temporary.c_str());
    }
    return failure;
}

Errc kind_of(int failure) {
    switch (failure) {
    case EACCES:
    case EPERM:
    case EROFS: return Errc::denied;
    case ENOSPC:
    case EDQUOT:
    case EIO: return Errc::temporary;
    default: return Errc::not_found;
    }
}

} // namespace

Result<void> write_file(std::string const& path, std::string_view text) {
    int const failure = replace_file(path, text);
    if (failure != 0) {
        return fail(kind_of(failure), "cannot write '" + path + "': " + std::strerror(failure),
                    "Name a file in a folder that exists and may be written.");
    }
    return {};
}

} // namespace sluice::cli
