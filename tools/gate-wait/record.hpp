#pragma once

#include "common/json/forward.hpp"
#include "common/result/result.hpp"
#include "common/time/clock.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::gate_wait {

/// Where a chain of lines stands: each holds its number and the SHA-256 of the line before it.
struct Chain {
    std::size_t lines = 0;
    std::string last_hash;  ///< of the last line, without its line break
    std::string last_event; ///< "start", "condition", …, "decision"
    std::string last_line;
};

/// "prev" of the first line.
[[nodiscard]] std::string first_hash();

/// Follows the chain. Errors: bad_data for the first line that does not fit, with its number.
[[nodiscard]] Result<Chain> follow_chain(std::string_view text, std::string const& name);

/// The record as JSON lines, each on the disk before its call returns. Runs of one gate may share a file: the chain
/// goes on. The file is only ever appended to. Source of the chain's form: our own, record.schema.json.
class Record {
  public:
    /// An empty path writes nowhere. Errors: bad_data where the file holds something else or a broken chain; temporary
    /// where another process writes to it; denied, not_found.
    [[nodiscard]] static Result<Record> open(std::string const& path, time::Clock& clock);

    /// Adds version, number, time and chain to `event`, which names itself under "event"; secrets are hidden.
    [[nodiscard]] Result<void> append(Json event);

    [[nodiscard]] Chain const& chain() const { return m_chain; }
    [[nodiscard]] std::string const& path() const { return m_path; }
    /// The one document beside the lines.
    [[nodiscard]] std::string final_path() const { return m_path + ".final.json"; }

  private:
    struct Closer {
        void operator()(int const* file) const;
    };
    Record(std::string path, time::Clock& clock) : m_path(std::move(path)), m_clock(&clock) {}

    std::string m_path;
    time::Clock* m_clock;
    std::unique_ptr<int, Closer> m_file{};
    Chain m_chain{};
};

} // namespace sluice::gate_wait
