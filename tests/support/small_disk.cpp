#include "tests/support/small_disk.hpp"

#include <algorithm>
#include <csignal>
#include <sys/mount.h>
#include <sys/resource.h>

namespace sluice::test {

namespace {

void limit_file_size(rlim_t size) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = std::min(size, limit.rlim_max);
    setrlimit(RLIMIT_FSIZE, &limit);
}

} // namespace

SmallDisk::SmallDisk() {
    std::string const options = "size=" + std::to_string(k_size_bytes) + ",mode=0755";
    m_mounted = mount("tmpfs", m_folder.path().c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) == 0;
    if (!m_mounted) {
        limit_file_size(k_size_bytes);
    }
}

SmallDisk::~SmallDisk() {
    if (m_mounted) {
        umount2(m_folder.path().c_str(), MNT_DETACH);
    } else {
        limit_file_size(RLIM_INFINITY);
    }
}

} // namespace sluice::test
