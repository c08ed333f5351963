#pragma once

#include "common/store/sealed_object.hpp"
#include "common/store/store.hpp"

namespace sluice::store {

/// Another store, in which everything is sealed. What lies there unsealed is never read. Names, numbers and times of
/// objects stay visible; sizes are told without the seal.
class SealedStore final : public Store {
  public:
    SealedStore(std::unique_ptr<Store> inner, StoreKeys keys) : m_inner(std::move(inner)), m_keys(std::move(keys)) {}

    Result<std::optional<std::string>> read(std::string const& key) override;
    Result<std::optional<std::uint64_t>> size(std::string const& key) override;
    Result<void> write(std::string const& key, std::string_view bytes) override;
    Result<void> remove(std::string const& key) override { return m_inner->remove(key); }
    /// A chunk is moved as the store below does it. Anything else is sealed anew, since it is bound to its key, and the
    /// removal then has no time limit; nothing but chunks is ever moved.
    Result<bool> move(std::string const& from, std::string const& to) override;
    [[nodiscard]] bool moves_at_once() const override { return m_inner->moves_at_once(); }
    Result<std::size_t> remove_abandoned(std::chrono::milliseconds age) override {
        return m_inner->remove_abandoned(age);
    }
    Result<std::vector<Object>> list(std::string const& prefix) override;
    Result<std::vector<std::string>> list_folders(std::string const& prefix) override {
        return m_inner->list_folders(prefix);
    }
    [[nodiscard]] std::string content_name(std::string_view plain) const override;
    [[nodiscard]] std::string description() const override { return m_inner->description(); }

  private:
    std::unique_ptr<Store> m_inner;
    StoreKeys m_keys;
};

} // namespace sluice::store
