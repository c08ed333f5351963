#include "common/snapshot/stream_cutter.hpp"

#include <algorithm>
#include <array>

namespace sluice::snapshot {

namespace {

// Sebastiano Vigna's splitmix64, for a table that looks random and is the same everywhere.
constexpr std::array<std::uint64_t, 256> make_gear() {
    std::array<std::uint64_t, 256> gear{};
    std::uint64_t state = 0x736c75696365; // "sluice"
    for (auto& value : gear) {
        state += 0x9e3779b97f4a7c15;
        std::uint64_t mixed = (state ^ (state >> 30U)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111eb;
        value = mixed ^ (mixed >> 31U);
    }
    return gear;
}

constexpr auto k_gear = make_gear();

constexpr std::uint64_t high_bits(unsigned count) { return ~std::uint64_t{0} << (64 - count); }

// The average of 2^20 asks for 20 bits; two more before it and two fewer after it keep the sizes near to it.
constexpr std::uint64_t k_mask_before = high_bits(22);
constexpr std::uint64_t k_mask_after = high_bits(18);

} // namespace

// Goes on where it stopped. The hash forgets a byte after 64 more, so it begins 64 bytes before the first place for a
// cut.
bool StreamCutter::scan() {
    constexpr std::size_t window = 64;
    m_scanned = std::max(m_scanned, k_least - window);
    auto const* bytes = reinterpret_cast<unsigned char const*>(m_buffer.data()); // NOLINT(*-reinterpret-cast)
    auto const scan_to = [&](std::size_t end, std::uint64_t mask) {
        std::uint64_t hash = m_hash;
        std::size_t at = m_scanned;
        while (at < end) {
            hash = (hash << 1U) + k_gear[bytes[at++]];
            if ((hash & mask) == 0 && at >= k_least) {
                m_hash = hash;
                m_scanned = at;
                return true;
            }
        }
        m_hash = hash;
        m_scanned = std::max(m_scanned, end);
        return false;
    };
    return scan_to(std::min(m_buffer.size(), k_average), k_mask_before) || scan_to(m_buffer.size(), k_mask_after) ||
           m_scanned == k_most;
}

Result<void> StreamCutter::append(std::string_view bytes) {
    while (!bytes.empty()) {
        auto const taken = bytes.substr(0, k_most - m_buffer.size());
        m_buffer.append(taken);
        bytes.remove_prefix(taken.size());
        while (m_buffer.size() >= k_least && scan()) {
            TRY(cut(m_scanned));
        }
    }
    return {};
}

Result<void> StreamCutter::finish() { return m_buffer.empty() ? Result<void>{} : cut(m_buffer.size()); }

Result<void> StreamCutter::cut(std::size_t length) {
    TRY(m_take(std::string_view(m_buffer).substr(0, length)));
    m_buffer.erase(0, length);
    m_scanned = 0;
    m_hash = 0;
    return {};
}

} // namespace sluice::snapshot
