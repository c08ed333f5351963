#include "tools/db-restore-or-init/rescue_file.hpp"

#include "common/time/timestamp.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace sluice::db_restore {

namespace {

tl::unexpected<Error> failed(std::string const& path) {
    int const reason = errno;
    Errc const kind = reason == EEXIST ? Errc::refused : reason == EACCES ? Errc::denied : Errc::temporary;
    return fail(kind, "cannot write '" + path + "': " + std::strerror(reason),
                "Nothing was changed. Name another file with --rescue-file.");
}

// A database's name may hold what a path may not.
std::string default_path(std::string target, time::Clock const& clock) {
    std::replace(target.begin(), target.end(), '/', '_');
    return target + "__rescue_" + time::compact_timestamp(clock.wall_now()) + ".jsonl";
}

} // namespace

RescueFile::RescueFile(std::string path, std::string const& target, time::Clock const& clock)
    : m_path(path.empty() ? default_path(target, clock) : std::move(path)) {}

RescueFile::~RescueFile() {
    if (m_descriptor >= 0) {
        close(m_descriptor);
        if (!m_keep) {
            unlink(m_path.c_str());
        }
    }
}

Result<void> RescueFile::open() {
    m_descriptor = ::open(m_path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    return m_descriptor < 0 ? failed(m_path) : Result<void>{};
}

Result<void> RescueFile::add(std::string_view line) {
    if (m_descriptor < 0) {
        TRY(open());
    }
    std::string const text = std::string(line) + "\n";
    std::string_view rest = text;
    while (!rest.empty()) {
        ssize_t const written = write(m_descriptor, rest.data(), rest.size());
        if (written < 0 && errno != EINTR) {
            return failed(m_path);
        }
        rest.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> RescueFile::sync() {
    if (m_descriptor >= 0 && fdatasync(m_descriptor) != 0) {
        return failed(m_path);
    }
    return {};
}

} // namespace sluice::db_restore
