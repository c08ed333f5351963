#pragma once

#include "tests/support/temporary_directory.hpp"

namespace sluice::test {

/// A place where no more than 256 KiB can be written: a tiny tmpfs where mounting is allowed, else a limit on the size
/// of any file this process writes.
class SmallDisk {
  public:
    static constexpr std::size_t k_size_bytes = std::size_t{256} * 1024;

    SmallDisk();
    ~SmallDisk();
    SmallDisk(SmallDisk const&) = delete;
    SmallDisk& operator=(SmallDisk const&) = delete;

    [[nodiscard]] std::filesystem::path const& path() const { return m_folder.path(); }
    /// Whether a write beyond the size fails with ENOSPC as on a real disk, and not with EFBIG.
    [[nodiscard]] bool is_real() const { return m_mounted; }

  private:
    TemporaryDirectory m_folder{};
    bool m_mounted = false;
};

} // namespace sluice::test
