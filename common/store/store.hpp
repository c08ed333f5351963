#pragma once

#include "common/crypto/digest.hpp"
#include "common/result/result.hpp"

#include <chrono>
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

inline constexpr std::chrono::minutes k_move_limit{15};

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

    /// Gives an object another key and replaces what was there. False when there is nothing at `from`. A store without
    /// a rename copies first and removes then, so others may find the object at both keys, but never at neither; it
    /// must make sure that the removal comes at most `k_move_limit` after the call or never, even where the process or
    /// the request is held up. (An S3 request is refused 15 minutes after the time that it was signed for.)
    [[nodiscard]] virtual Result<bool> move(std::string const& from, std::string const& to) = 0;

    /// Whether `move` is one step.
    [[nodiscard]] virtual bool moves_at_once() const = 0;

    /// Clears away what writes that were cut short left behind, which no list shows, once it is older than `age`; how
    /// many. No single write takes that long.
    [[nodiscard]] virtual Result<std::size_t> remove_abandoned(std::chrono::milliseconds age) = 0;

    /// All objects whose key begins with `prefix` (ends in "/" or is empty), in key order.
    [[nodiscard]] virtual Result<std::vector<Object>> list(std::string const& prefix) = 0;

    /// The next part of the names below `prefix`, each once, in order: "a" and "b" of a/x, a/y, b/z.
    [[nodiscard]] virtual Result<std::vector<std::string>> list_folders(std::string const& prefix) = 0;

    /// The name of a chunk with this content, 64 hex digits: its SHA-256, which an encrypted store keys, so that nobody
    /// can tell from names whether it holds what he already knows.
    [[nodiscard]] virtual std::string content_name(std::string_view plain) const { return crypto::sha256_hex(plain); }

    /// For messages: "store '/backups'".
    [[nodiscard]] virtual std::string description() const = 0;
};

} // namespace sluice::store
