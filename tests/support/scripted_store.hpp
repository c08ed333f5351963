#pragma once

#include "common/time/clock.hpp"
#include "tests/support/memory_store.hpp"

#include <functional>

namespace sluice::test {

/// Another store behind a script: what happens between two operations, and at which one the process dies. Counts
/// operations from 0. With a clock it moves as an object store does: by a copy and a removal, two operations.
class ScriptedStore final : public store::Store {
  public:
    explicit ScriptedStore(store::Store& inner, time::Clock const* two_step = nullptr)
        : m_inner(inner), m_two_step(two_step) {}

    Result<std::optional<std::string>> read(std::string const& key) override;
    Result<std::optional<std::uint64_t>> size(std::string const& key) override;
    Result<void> write(std::string const& key, std::string_view bytes) override;
    Result<void> remove(std::string const& key) override;
    Result<bool> move(std::string const& from, std::string const& to) override;
    [[nodiscard]] bool moves_at_once() const override { return m_two_step == nullptr; }
    Result<std::size_t> remove_abandoned(std::chrono::milliseconds age) override;
    Result<std::vector<store::Object>> list(std::string const& prefix) override;
    Result<std::vector<std::string>> list_folders(std::string const& prefix) override;
    [[nodiscard]] std::string description() const override { return m_inner.description(); }

    std::function<void(std::size_t operation)> before{}; ///< called before each operation
    /// This operation and all later ones fail and do nothing, as for a process that was killed.
    std::size_t dies_at = static_cast<std::size_t>(-1);
    std::string refuses_to_remove = "-"; ///< keys that begin so, for want of a right
    std::size_t operations = 0;

  private:
    [[nodiscard]] Result<void> next();

    store::Store& m_inner;
    time::Clock const* m_two_step;
};

} // namespace sluice::test
