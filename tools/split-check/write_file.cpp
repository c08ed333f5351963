#include "tools/split-check/reports.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace sluice::split_check {

namespace {

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        ssize_t const count = ::write(descriptor, text.data(), text.size());
        if (count < 0 && errno != EINTR) {
            return false;
        }
        text.remove_prefix(count > 0 ? static_cast<std::size_t>(count) : 0);
    }
    return fsync(descriptor) == 0 || errno == EINVAL;
}

} // namespace

Result<void> write_whole(std::string const& path, std::string const& text) {
    std::string const temporary = path + ".tmp-" + std::to_string(getpid());
    int const descriptor = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool good = descriptor >= 0 && write_all(descriptor, text);
    int why = errno;
    if (descriptor >= 0) {
        good = close(descriptor) == 0 && good;
    }
    if (good && rename(temporary.c_str(), path.c_str()) == 0) {
        return {};
    }
    why = good ? errno : why;
    unlink(temporary.c_str());
    return fail(Errc::not_found, "cannot write '" + path + "': " + std::strerror(why));
}

} // namespace sluice::split_check
