#pragma once

#include "common/store/store.hpp"
#include "common/time/clock.hpp"

#include <string>
#include <vector>

namespace sluice::snapshot {

/// A snapshot by its name in the store and its id.
struct Member {
    std::string name;
    std::string id;
    bool operator==(Member const&) const = default;
};

/// Snapshots that are of use only together, such as a database and the files beside it. It is written once, says who
/// belongs to it, and is complete when all of them are: `bundles/<bundle>.json`, and a mark beside each member.
struct Bundle {
    std::string name;
    std::vector<Member> members;
};

/// Writes a bundle; writing the same one again changes nothing. Errors: not_found for a member that was never begun;
/// refused where the bundle has other members already; usage for a name that cannot be one.
[[nodiscard]] Result<void> write_bundle(store::Store& store, Bundle const& bundle, time::Wall when);

/// Errors: not_found when there is no such bundle; bad_data.
[[nodiscard]] Result<Bundle> read_bundle(store::Store& store, std::string const& name);

/// The bundles that the snapshot belongs to.
[[nodiscard]] Result<std::vector<std::string>> bundles_of(store::Store& store, Member const& member);

/// Errors: refused when the snapshot belongs to a bundle of which a member is not there or not known to be whole, or
/// whose list is missing.
[[nodiscard]] Result<void> check_bundles(store::Store& store, Member const& member);

/// Takes the list away, once all members have been removed.
[[nodiscard]] Result<void> remove_bundle(store::Store& store, std::string const& name);

} // namespace sluice::snapshot
