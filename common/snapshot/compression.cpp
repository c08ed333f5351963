#include "common/snapshot/compression.hpp"

#include <algorithm>
#include <zstd.h>

namespace sluice::snapshot {

namespace {

constexpr int k_level = 1;

// Level 1 keeps 16 Ki places, which forget a base of 1 MiB before its lines are looked up: 64 % of the bytes would be
// left of one percent of changed rows, in place of 1.6. With these it is also faster than without a base.
constexpr int k_base_hash_log = 18;
constexpr int k_large_base_hash_log = 20;
constexpr std::size_t k_large_base = std::size_t{2} * 1024 * 1024;
constexpr int k_base_window_log = 24; // 16 MiB: both chunks at their largest

} // namespace

void Compressor::Free::operator()(void* context) const { ZSTD_freeCCtx(static_cast<ZSTD_CCtx*>(context)); }

Compressor::Compressor() : m_context(ZSTD_createCCtx()) {}

Result<std::string_view> Compressor::compress(std::string_view plain) {
    auto* const context = static_cast<ZSTD_CCtx*>(m_context.get());
    ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters);
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, k_level);
    return compress_now(plain);
}

Result<std::string_view> Compressor::compress_against(std::string_view base, std::string_view plain) {
    auto* const context = static_cast<ZSTD_CCtx*>(m_context.get());
    ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters);
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, k_level);
    ZSTD_CCtx_setParameter(context, ZSTD_c_hashLog,
                           base.size() > k_large_base ? k_large_base_hash_log : k_base_hash_log);
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, k_base_window_log);
    ZSTD_CCtx_refPrefix(context, base.data(), base.size());
    return compress_now(plain);
}

Result<std::string_view> Compressor::compress_now(std::string_view plain) {
    // Only ever grown: a string that shrinks and grows again is filled with zeros each time.
    m_frame.resize(std::max(m_frame.size(), ZSTD_compressBound(plain.size())));
    std::size_t const size = ZSTD_compress2(static_cast<ZSTD_CCtx*>(m_context.get()), m_frame.data(), m_frame.size(),
                                            plain.data(), plain.size());
    if (ZSTD_isError(size) != 0) {
        return fail(Errc::internal, std::string("zstd cannot compress: ") + ZSTD_getErrorName(size));
    }
    return std::string_view(m_frame).substr(0, size);
}

Result<void> decompress(std::string_view frame, std::uint64_t plain_bytes, std::string& plain, std::string_view base) {
    struct Free {
        void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
    };
    thread_local std::unique_ptr<ZSTD_DCtx, Free> const context(ZSTD_createDCtx());
    plain.resize(plain_bytes);
    ZSTD_DCtx_reset(context.get(), ZSTD_reset_session_only);
    ZSTD_DCtx_refPrefix(context.get(), base.data(), base.size());
    std::size_t const size = ZSTD_decompressDCtx(context.get(), plain.data(), plain.size(), frame.data(), frame.size());
    if (ZSTD_isError(size) != 0) {
        return fail(Errc::bad_data, std::string("not a sound zstd frame: ") + ZSTD_getErrorName(size));
    }
    if (size != plain_bytes) {
        return fail(Errc::bad_data,
                    "holds " + std::to_string(size) + " bytes instead of " + std::to_string(plain_bytes));
    }
    return {};
}

} // namespace sluice::snapshot
