#pragma once

#include "common/json/json.hpp"
#include "tests/tools/db-restore-or-init/shop.hpp"

#include <string>
#include <vector>

namespace sluice::test {

/// A stage of the shop, marked as such, with the protection that a pipeline took of it before a migration.
class BackOut {
  public:
    /// Makes the stage `target` and takes its protection, as the pipeline `protection-pipeline` of GitLab.
    explicit BackOut(Shop& shop, std::string target);

    [[nodiscard]] std::string const& target() const { return m_target; }
    [[nodiscard]] std::string const& protection() const { return m_protection; }
    /// The contents at the time of the protection, by a way of counting that is not the tool's.
    [[nodiscard]] std::string const& protected_contents() const { return m_contents; }

    /// As the application's owner.
    void execute(std::string const& sql) const;
    [[nodiscard]] std::string text(std::string const& sql) const { return m_shop.text(sql, m_target); }
    [[nodiscard]] std::string contents() const { return m_shop.fingerprint(m_target); }
    [[nodiscard]] std::string broken_database() const;

    /// The arguments of `rollback` to the protection, without a snapshot of the broken state.
    [[nodiscard]] std::vector<std::string> arguments(std::vector<std::string> const& more = {}) const;
    [[nodiscard]] process::Outcome roll_back(std::vector<std::string> const& more = {}) const;
    [[nodiscard]] Json explain(std::vector<std::string> more = {}) const;

  private:
    Shop& m_shop;
    std::string m_target;
    std::string m_protection;
    std::string m_contents;
};

/// Runs db-snapshot of `database` as `role` into the shop's store; its id.
[[nodiscard]] std::string take_snapshot(Shop& shop, std::string const& database,
                                        std::map<std::string, std::string> const& more = {},
                                        std::string const& role = "stage");

/// "table inserted updated deleted certainty", one for each loss of a result.
[[nodiscard]] std::vector<std::string> losses_in(Json const& result, std::string const& key = "losses");

} // namespace sluice::test
