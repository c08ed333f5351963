#include "tests/support/memory_store.hpp"

namespace sluice::test {

Result<void> MemoryStore::check_reach() const {
    return out_of_reach ? fail(Errc::temporary, "store 'memory' is out of reach") : Result<void>{};
}

Result<std::optional<std::string>> MemoryStore::read(std::string const& key) {
    std::lock_guard const lock(m_guard);
    TRY(check_reach());
    ++reads;
    auto const place = objects.find(key);
    return place == objects.end() ? std::nullopt : std::optional(place->second);
}

Result<std::optional<std::uint64_t>> MemoryStore::size(std::string const& key) {
    std::lock_guard const lock(m_guard);
    TRY(check_reach());
    auto const place = objects.find(key);
    return place == objects.end() ? std::nullopt : std::optional<std::uint64_t>(place->second.size());
}

Result<void> MemoryStore::write(std::string const& key, std::string_view bytes) {
    std::lock_guard const lock(m_guard);
    TRY(check_reach());
    ++writes;
    objects[key] = bytes;
    return {};
}

Result<void> MemoryStore::remove(std::string const& key) {
    std::lock_guard const lock(m_guard);
    TRY(check_reach());
    objects.erase(key);
    return {};
}

Result<bool> MemoryStore::move(std::string const& from, std::string const& to) {
    std::lock_guard const lock(m_guard);
    TRY(check_reach());
    auto node = objects.extract(from);
    if (node.empty()) {
        return false;
    }
    objects[to] = std::move(node.mapped());
    return true;
}

// A write into memory is never cut short.
Result<std::size_t> MemoryStore::remove_abandoned(std::chrono::milliseconds /*age*/) {
    std::lock_guard const lock(m_guard);
    TRY(check_reach());
    return std::size_t{0};
}

Result<std::vector<store::Object>> MemoryStore::list(std::string const& prefix) {
    std::lock_guard const lock(m_guard);
    TRY(check_reach());
    std::vector<store::Object> found;
    for (auto const& [key, bytes] : objects) {
        if (key.starts_with(prefix)) {
            found.push_back({key, bytes.size()});
        }
    }
    return found;
}

Result<std::vector<std::string>> MemoryStore::list_folders(std::string const& prefix) {
    std::lock_guard const lock(m_guard);
    TRY(check_reach());
    std::set<std::string> names;
    for (auto const& [key, bytes] : objects) {
        std::size_t const end = key.find('/', prefix.size());
        if (key.starts_with(prefix) && end != std::string::npos) {
            names.insert(key.substr(prefix.size(), end - prefix.size()));
        }
    }
    return std::vector<std::string>(names.begin(), names.end());
}

} // namespace sluice::test
