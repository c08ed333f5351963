#include "common/snapshot/similar_chunks.hpp"

#include <algorithm>

namespace sluice::snapshot {

SimilarChunks::SimilarChunks(std::vector<ChunkInfo> const& known) {
    for (std::uint32_t number = 0; number < known.size(); ++number) {
        auto const& chunk = known[number];
        for (std::size_t i = 0; chunk.sketch && i < Sketch::k_numbers; ++i) {
            m_bases[{i, chunk.sketch->least.at(i)}] = chunk.base.value_or(number);
        }
    }
}

std::optional<std::uint32_t> SimilarChunks::base_for(Sketch const& sketch) const {
    std::map<std::uint32_t, std::size_t> votes;
    for (std::size_t i = 0; i < Sketch::k_numbers; ++i) {
        if (auto const place = m_bases.find({i, sketch.least.at(i)}); place != m_bases.end()) {
            ++votes[place->second];
        }
    }
    auto const best =
        std::max_element(votes.begin(), votes.end(), [](auto const& a, auto const& b) { return a.second < b.second; });
    bool const alike = best != votes.end() && best->second * 2 >= Sketch::k_numbers;
    return alike ? std::optional(best->first) : std::nullopt;
}

} // namespace sluice::snapshot
