#include "common/snapshot/compression.hpp"

#include <algorithm>
#include <zstd.h>

namespace sluice::snapshot {

namespace {

constexpr int k_level = 1;

} // namespace

void Compressor::Free::operator()(void* context) const { ZSTD_freeCCtx(static_cast<ZSTD_CCtx*>(context)); }

Compressor::Compressor() : m_context(ZSTD_createCCtx()) {}

Result<std::string_view> Compressor::compress(std::string_view plain) {
    // Only ever grown: a string that shrinks and grows again is filled with zeros each time.
    m_frame.resize(std::max(m_frame.size(), ZSTD_compressBound(plain.size())));
    std::size_t const size = ZSTD_compressCCtx(static_cast<ZSTD_CCtx*>(m_context.get()), m_frame.data(), m_frame.size(),
                                               plain.data(), plain.size(), k_level);
    if (ZSTD_isError(size) != 0) {
        return fail(Errc::internal, std::string("zstd cannot compress: ") + ZSTD_getErrorName(size));
    }
    return std::string_view(m_frame).substr(0, size);
}

Result<void> decompress(std::string_view frame, std::uint64_t plain_bytes, std::string& plain) {
    plain.resize(plain_bytes);
    std::size_t const size = ZSTD_decompress(plain.data(), plain.size(), frame.data(), frame.size());
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
