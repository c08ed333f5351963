#include "common/cli/dotenv.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <regex>
#include <unistd.h>

namespace sluice::cli {

namespace {

Result<std::string> text_of(DotenvLines const& lines) {
    static std::regex const name_pattern("[A-Za-z_][A-Za-z0-9_]*");
    std::string text;
    for (auto const& [name, value] : lines) {
        bool const printable =
            std::none_of(value.begin(), value.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
        if (!std::regex_match(name, name_pattern) || !printable) {
            return fail(Errc::bad_data, "'" + name + "' cannot be written as one line of a dotenv file");
        }
        text += name + "=" + value + "\n";
    }
    return text;
}

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

Result<void> write_dotenv(std::string const& path, DotenvLines const& lines) {
    TRY_ASSIGN(auto const text, text_of(lines));
    int const failure = replace_file(path, text);
    if (failure != 0) {
        return fail(kind_of(failure), "cannot write '" + path + "': " + std::strerror(failure),
                    "Give --dotenv a file in a folder that exists and may be written.");
    }
    return {};
}

} // namespace sluice::cli
