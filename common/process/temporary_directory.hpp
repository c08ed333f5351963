#pragma once

#include "common/result/result.hpp"

#include <string>

namespace sluice::process {

/// A directory below TMPDIR (else /tmp) that only this user may enter, removed with all it holds at the end. SIGKILL
/// leaves it behind.
class TemporaryDirectory {
  public:
    /// Errors: temporary.
    [[nodiscard]] static Result<TemporaryDirectory> create();
    TemporaryDirectory(TemporaryDirectory&& other) noexcept;
    TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
    ~TemporaryDirectory();

    [[nodiscard]] std::string file(std::string const& name) const { return m_path + "/" + name; }

  private:
    explicit TemporaryDirectory(std::string path) : m_path(std::move(path)) {}
    std::string m_path;
};

} // namespace sluice::process
