#pragma once

#include "common/postgres/session.hpp"

#include <map>
#include <string>

namespace sluice::snapshot {

struct PartitionRoot {
    std::string schema;
    std::string name;
};

/// The topmost parent of every partition, by the partition's quoted name. A row may come back into another partition
/// than it was in: an enum, for one, hashes by its OID, which a restored database gives anew.
using PartitionRoots = std::map<std::string, PartitionRoot>;
[[nodiscard]] Result<PartitionRoots> read_partition_roots(postgres::Session& session);

} // namespace sluice::snapshot
