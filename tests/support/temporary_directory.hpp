#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace sluice::test {

/// A fresh directory that is removed with everything in it. Other users may pass through it, since a PostgreSQL below
/// it runs as one of them when the tests run as root.
class TemporaryDirectory {
  public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(TemporaryDirectory const&) = delete;
    TemporaryDirectory& operator=(TemporaryDirectory const&) = delete;

    [[nodiscard]] std::filesystem::path const& path() const { return m_path; }
    /// The full name of a file in it, as text.
    [[nodiscard]] std::string file(std::string_view name) const { return (m_path / name).string(); }

  private:
    std::filesystem::path m_path;
};

[[nodiscard]] std::string read_text(std::filesystem::path const& file);
void write_text(std::filesystem::path const& file, std::string_view text);

} // namespace sluice::test
