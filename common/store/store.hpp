#pragma once

#include "common/result/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::store {

struct Object {
    std::string key;
    std::uint64_t size_bytes = 0;
};

/// Where snapshots live: named objects in a flat key space with "/" in the names. All calls are safe from several
/// threads and processes at once. Errors of every call: denied (no permission), temporary (disk full, I/O trouble,
/// network), not_found (the store itself is not there).
class Store {
  public:
    virtual ~Store() = default;

    /// The whole object, or nothing when it does not exist.
    [[nodiscard]] virtual Result<std::optional<std::string>> read(std::string const& key) = 0;
    /// Its size in bytes, or nothing when it does not exist.
    [[nodiscard]] virtual Result<std::optional<std::uint64_t>> size(std::string const& key) = 0;

    /// Stores the object durably: once this returns it survives a power loss, and no reader ever sees a part of it.
    /// Replaces what was there.
    [[nodiscard]] virtual Result<void> write(std::string const& key, std::string_view bytes) = 0;

    /// No error when it does not exist.
    [[nodiscard]] virtual Result<void> remove(std::string const& key) = 0;

    /// All objects whose key begins with `prefix` (ends in "/" or is empty), in key order.
    [[nodiscard]] virtual Result<std::vector<Object>> list(std::string const& prefix) = 0;

    /// The next part of the names below `prefix`, each once, in order: "a" and "b" of a/x, a/y, b/z.
    [[nodiscard]] virtual Result<std::vector<std::string>> list_folders(std::string const& prefix) = 0;

    /// For messages: "store '/backups'".
    [[nodiscard]] virtual std::string description() const = 0;
};

} // namespace sluice::store
