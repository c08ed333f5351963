#pragma once

#include "common/ci/environment.hpp"
#include "common/store/store.hpp"
#include "common/time/clock.hpp"

namespace sluice::store {

/// Opens an existing store, a directory or s3://BUCKET/PREFIX that holds a store.json of format 1. What is missing or
/// has no store.json is never taken for an empty store: it may be a disk that is not mounted. S3 finds its server and
/// its credentials in the environment. Errors: not_found, denied, bad_data (another format, damaged store.json), usage
/// (a location of an unknown kind).
[[nodiscard]] Result<std::unique_ptr<Store>>
open_store(std::string const& location, ci::Environment const& environment = ci::Environment::of_process());

/// Opens the store, or makes a new one at a location that does not exist or is an empty directory. Its parent must
/// exist, as a bucket must. Errors: as above; refused when the location holds other files.
[[nodiscard]] Result<std::unique_ptr<Store>>
open_or_create_store(std::string const& location, time::Clock const& clock,
                     ci::Environment const& environment = ci::Environment::of_process());

} // namespace sluice::store
