#pragma once

#include "common/snapshot/manifest.hpp"
#include "common/snapshot/source_view.hpp"

#include <string>
#include <vector>

namespace sluice::snapshot {

/// Reads a database whole and holds its rows, large objects and sequences against a manifest. One sentence for every
/// difference; none means equal. Errors: as `SourceView::open`.
[[nodiscard]] Result<std::vector<std::string>> compare_with_manifest(postgres::ConnectionParameters const& database,
                                                                     Manifest const& manifest,
                                                                     SourceOptions const& options, time::Clock& clock);

} // namespace sluice::snapshot
