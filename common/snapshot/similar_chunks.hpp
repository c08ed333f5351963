#pragma once

#include "common/snapshot/manifest.hpp"
#include "common/snapshot/sketch.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace sluice::snapshot {

/// Finds, among an earlier snapshot's chunks, one that a new chunk can be stored as a difference to.
class SimilarChunks {
  public:
    explicit SimilarChunks(std::vector<ChunkInfo> const& known);

    /// Its number: a chunk that is stored as it is, never one that is a difference itself, so that a reader needs two
    /// objects at most. Nothing where none is alike in half of the sketch: the difference would save too little.
    [[nodiscard]] std::optional<std::uint32_t> base_for(Sketch const& sketch) const;

  private:
    std::map<std::pair<std::size_t, std::uint32_t>, std::uint32_t> m_bases{}; ///< by place in the sketch and number
};

} // namespace sluice::snapshot
