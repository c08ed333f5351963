#pragma once

#include "common/result/result.hpp"
#include "common/time/clock.hpp"

#include <string>
#include <string_view>

namespace sluice::db_restore {

/// Rows that could not be carried over, a JSON object a line. Nobody but its owner may read it. Made with the first
/// line; gone again unless `keep` is called, since without the swap nothing is lost.
class RescueFile {
  public:
    /// Opens nothing. An empty `path`: "TARGET__rescue_TIME.jsonl" in the current directory.
    RescueFile(std::string path, std::string const& target, time::Clock const& clock);
    ~RescueFile();
    RescueFile(RescueFile const&) = delete;
    RescueFile& operator=(RescueFile const&) = delete;

    /// Errors: refused where the file is there already; temporary or denied when it cannot be written.
    [[nodiscard]] Result<void> add(std::string_view line);
    /// All lines are on the disk. Errors: temporary.
    [[nodiscard]] Result<void> sync();
    void keep() { m_keep = true; }
    /// Empty where there was nothing to write.
    [[nodiscard]] std::string path() const { return m_descriptor < 0 ? std::string{} : m_path; }

  private:
    Result<void> open();

    std::string m_path;
    int m_descriptor = -1;
    bool m_keep = false;
};

} // namespace sluice::db_restore
