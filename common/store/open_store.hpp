#pragma once

#include "common/ci/environment.hpp"
#include "common/store/key_ring.hpp"
#include "common/store/store.hpp"
#include "common/time/clock.hpp"

namespace sluice::store {

/// Opens an existing store, a directory or s3://BUCKET/PREFIX that holds a store.json. What is missing or has no
/// store.json is never taken for an empty store: it may be a disk that is not mounted. S3 finds its server and its
/// credentials in the environment. An encrypted store is opened with the key that `read_recipient_key` finds. Errors:
/// not_found, denied, bad_data (another format, damaged or changed key files), usage (a location of an unknown kind; a
/// key that is missing, malformed or of another store), refused (a store that is not encrypted although a key is set).
[[nodiscard]] Result<std::unique_ptr<Store>>
open_store(std::string const& location, ci::Environment const& environment = ci::Environment::of_process(),
           std::string const& key_reference = {});

/// Opens the store, or makes a new one at a location that does not exist or is an empty directory. Its parent must
/// exist, as a bucket must. With a key nothing is made. Errors: as above; refused when the location holds other files.
[[nodiscard]] Result<std::unique_ptr<Store>>
open_or_create_store(std::string const& location, time::Clock const& clock,
                     ci::Environment const& environment = ci::Environment::of_process(),
                     std::string const& key_reference = {});

/// Makes an encrypted store, with the key that is found as its first recipient; opens it where it is there already.
/// Errors: as above; refused where there is a store that is not encrypted.
[[nodiscard]] Result<std::unique_ptr<Store>>
create_encrypted_store(std::string const& location, std::string const& recipient, time::Clock const& clock,
                       ci::Environment const& environment, std::string const& key_reference);

/// An encrypted store as it lies there, and who may open it.
struct OpenedKeyRing {
    std::unique_ptr<Store> store;
    KeyRing ring;
};

/// Errors: as `open_store`; refused for a store that is not encrypted.
[[nodiscard]] Result<OpenedKeyRing> open_key_ring(std::string const& location, ci::Environment const& environment,
                                                  std::string const& key_reference);

} // namespace sluice::store
