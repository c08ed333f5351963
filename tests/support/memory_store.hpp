#pragma once

#include "common/store/store.hpp"

#include <map>
#include <mutex>
#include <set>

namespace sluice::test {

/// A store in memory that counts what is asked of it and can be told to fail. Its members are for one thread.
class MemoryStore final : public store::Store {
  public:
    Result<std::optional<std::string>> read(std::string const& key) override;
    Result<std::optional<std::uint64_t>> size(std::string const& key) override;
    Result<void> write(std::string const& key, std::string_view bytes) override;
    Result<void> remove(std::string const& key) override;
    Result<bool> move(std::string const& from, std::string const& to) override;
    [[nodiscard]] bool moves_at_once() const override { return true; }
    Result<std::size_t> remove_abandoned(std::chrono::milliseconds age) override;
    Result<std::vector<store::Object>> list(std::string const& prefix) override;
    Result<std::vector<std::string>> list_folders(std::string const& prefix) override;
    [[nodiscard]] std::string description() const override { return "store 'memory'"; }

    std::map<std::string, std::string> objects{};
    std::size_t reads = 0;
    std::size_t writes = 0;
    bool out_of_reach = false; ///< every call fails, as when a network share is gone

  private:
    [[nodiscard]] Result<void> check_reach() const;

    std::mutex m_guard{};
};

} // namespace sluice::test
