#include "common/snapshot/similar_chunks.hpp"

#include <algorithm>

namespace sluice::snapshot {

namespace {

struct Votes {
    std::size_t count = 0;
    std::uint64_t plain_bytes = 0;
};

// The share of the sketch is about |A and B| / |A or B|, from which the size of what both have follows. Size counts:
// where a change has joined two chunks, a small one may have more votes than the large one that saves more.
double shared_bytes(Votes const& base, std::uint64_t plain_bytes) {
    double const resemblance = static_cast<double>(base.count) / Sketch::k_numbers;
    auto const base_bytes = static_cast<double>(base.plain_bytes);
    return std::min(base_bytes, resemblance * (static_cast<double>(plain_bytes) + base_bytes) / (1 + resemblance));
}

} // namespace

SimilarChunks::SimilarChunks(std::vector<ChunkInfo> const& known) {
    for (std::uint32_t number = 0; number < known.size(); ++number) {
        auto const& chunk = known[number];
        std::uint32_t const base = chunk.base.value_or(number);
        for (std::size_t i = 0; chunk.sketch && i < Sketch::k_numbers; ++i) {
            m_bases[{i, chunk.sketch->least.at(i)}] = {base, known.at(base).plain_bytes};
        }
    }
}

std::optional<std::uint32_t> SimilarChunks::base_for(Sketch const& sketch, std::uint64_t plain_bytes) const {
    std::map<std::uint32_t, Votes> votes;
    for (std::size_t i = 0; i < Sketch::k_numbers; ++i) {
        if (auto const place = m_bases.find({i, sketch.least.at(i)}); place != m_bases.end()) {
            auto& base = votes[place->second.number];
            ++base.count;
            base.plain_bytes = place->second.plain_bytes;
        }
    }
    auto const best = std::max_element(votes.begin(), votes.end(), [&](auto const& a, auto const& b) {
        return shared_bytes(a.second, plain_bytes) < shared_bytes(b.second, plain_bytes);
    });
    constexpr double least_share = 1.0 / 3;
    bool const alike = best != votes.end() &&
                       shared_bytes(best->second, plain_bytes) >= least_share * static_cast<double>(plain_bytes);
    return alike ? std::optional(best->first) : std::nullopt;
}

} // namespace sluice::snapshot
