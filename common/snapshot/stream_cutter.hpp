#pragma once

#include "common/result/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace sluice::snapshot {

/// Cuts a stream where its content says so, so that an insertion moves the cuts beside it and no others: tomorrow's
/// stream has most of today's chunks. Cuts depend on the bytes alone, never on how they come in. Part of the format
/// only in so far as another way to cut finds no chunk again. One thread.
/// Source: W. Xia et al., "FastCDC", USENIX ATC 2016 (gear hash, two masks around the average).
class StreamCutter {
  public:
    /// Bytes of a chunk: never less, on average, never more. The last chunk may be smaller. A chunk costs a line in the
    /// manifest and a request to an object store; a change costs a chunk.
    static constexpr std::size_t k_least = std::size_t{256} * 1024;
    static constexpr std::size_t k_average = std::size_t{1024} * 1024;
    static constexpr std::size_t k_most = std::size_t{4} * 1024 * 1024;

    explicit StreamCutter(std::function<Result<void>(std::string_view)> take) : m_take(std::move(take)) {
        m_buffer.reserve(k_most);
    }

    /// Errors: those of `take`, which gets each chunk.
    [[nodiscard]] Result<void> append(std::string_view bytes);
    /// Hands over the rest. Call once, at the end.
    [[nodiscard]] Result<void> finish();

  private:
    [[nodiscard]] bool scan();
    [[nodiscard]] Result<void> cut(std::size_t length);

    std::function<Result<void>(std::string_view)> m_take;
    std::string m_buffer{};
    std::size_t m_scanned = 0;
    std::uint64_t m_hash = 0;
};

} // namespace sluice::snapshot
