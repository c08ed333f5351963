#pragma once

#include "common/postgres/copy.hpp"
#include "common/postgres/session.hpp"
#include "common/snapshot/inventory.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sluice::snapshot {

/// Consecutive large objects that one worker reads in one go: oids from `first` to `last`.
struct LargeObjectRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::uint64_t size_bytes = 0;
};

/// About a chunk's worth of objects each. `objects` in order of their oids.
[[nodiscard]] std::vector<LargeObjectRange> plan_large_objects(std::vector<LargeObject> const& objects);

/// The COPY … TO STDOUT that gives the range as rows of (oid, offset, bytes).
[[nodiscard]] std::string copy_large_objects_sql(LargeObjectRange const& range);

/// Makes all objects, empty, with their oids.
[[nodiscard]] Result<void> create_large_objects(postgres::Session& session, std::vector<LargeObject> const& objects);

/// Writes rows of (oid, offset, bytes), as COPY text, into objects that exist. Returns how many rows they were.
[[nodiscard]] Result<std::uint64_t>
load_large_object_rows(postgres::CopyConnection& connection,
                       std::function<Result<void>(postgres::CopyConnection::Put const&)> const& fill);

/// Owner, grants and comment of every object.
[[nodiscard]] Result<void> finish_large_objects(postgres::Session& session, std::vector<LargeObject> const& objects);

/// GRANT statements that give `object` ("LARGE OBJECT 7", "DATABASE \"x\"") exactly these rights. The server explains
/// the aclitems, so every role in them must exist. Rights of the owner that the list lacks are revoked.
[[nodiscard]] Result<std::string> grants_for(postgres::Session& session, std::string const& object,
                                             std::string const& owner, std::vector<std::string> const& acl);

} // namespace sluice::snapshot
