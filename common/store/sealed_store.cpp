#include "common/store/sealed_store.hpp"

#include "common/crypto/digest.hpp"

#include <algorithm>

namespace sluice::store {

Result<std::optional<std::string>> SealedStore::read(std::string const& key) {
    TRY_ASSIGN(auto const object, m_inner->read(key));
    if (!object) {
        return std::optional<std::string>{};
    }
    return open_object(m_keys, key, *object, description()).map([](std::string plain) {
        return std::optional(std::move(plain));
    });
}

// What is too short to be sealed is there all the same; whoever reads it is told.
Result<std::optional<std::uint64_t>> SealedStore::size(std::string const& key) {
    TRY_ASSIGN(auto const size, m_inner->size(key));
    return size ? std::optional(*size - std::min(*size, k_seal_bytes)) : std::nullopt;
}

Result<void> SealedStore::write(std::string const& key, std::string_view bytes) {
    TRY_ASSIGN(auto const object, seal_object(m_keys, key, bytes));
    return m_inner->write(key, object);
}

Result<bool> SealedStore::move(std::string const& from, std::string const& to) {
    if (bound_name(from) == bound_name(to)) {
        return m_inner->move(from, to);
    }
    TRY_ASSIGN(auto const plain, read(from));
    if (!plain) {
        return false;
    }
    TRY(write(to, *plain));
    TRY(remove(from));
    return true;
}

Result<std::vector<Object>> SealedStore::list(std::string const& prefix) {
    TRY_ASSIGN(auto objects, m_inner->list(prefix));
    for (auto& object : objects) {
        object.size_bytes -= std::min(object.size_bytes, k_seal_bytes);
    }
    return objects;
}

std::string SealedStore::content_name(std::string_view plain) const {
    return crypto::hex(crypto::hmac_sha256(m_keys.naming, plain));
}

} // namespace sluice::store
