#pragma once

#include "common/result/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::snapshot {

/// zstd at level 1, one frame a call, with the frame's size in its header. Level 3 costs 1.6 times the time for 0.6 %
/// of size on COPY text (reference/s3-feasibility.md section 5). Keeps its tables between calls; one thread at a time.
class Compressor {
  public:
    Compressor();
    /// The frame; the view holds until the next call. Errors: internal.
    [[nodiscard]] Result<std::string_view> compress(std::string_view plain);
    /// The same as a difference to `base`, without which it cannot be read: for bytes that are mostly found there.
    [[nodiscard]] Result<std::string_view> compress_against(std::string_view base, std::string_view plain);

    /// For the caller: a buffer whose memory is had once, as that of the frames.
    [[nodiscard]] std::string& base_buffer() { return m_base; }

  private:
    struct Free {
        void operator()(void* context) const;
    };
    Result<std::string_view> compress_now(std::string_view plain);

    std::unique_ptr<void, Free> m_context;
    std::string m_frame{};
    std::string m_base{};
};

/// The plain bytes of one frame that must hold exactly `plain_bytes`, and was made against `base` if there is one.
/// Errors: bad_data.
[[nodiscard]] Result<void> decompress(std::string_view frame, std::uint64_t plain_bytes, std::string& plain,
                                      std::string_view base = {});

} // namespace sluice::snapshot
