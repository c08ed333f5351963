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

    /// Its number: the one that has most of a chunk of that sketch and size. It is stored as it is and never a
    /// difference itself, so that a reader needs two objects at most. Nothing where none seems to have a third of the
    /// chunk: the difference would save too little.
    [[nodiscard]] std::optional<std::uint32_t> base_for(Sketch const& sketch, std::uint64_t plain_bytes) const;

  private:
    struct Base {
        std::uint32_t number = 0;
        std::uint64_t plain_bytes = 0;
    };
    std::map<std::pair<std::size_t, std::uint32_t>, Base> m_bases{}; ///< by place in the sketch and number
};

} // namespace sluice::snapshot
