#pragma once

#include "common/cli/dotenv.hpp"
#include "tools/db-restore-or-init/loss_acceptance.hpp"
#include "tools/db-restore-or-init/restore.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sluice::db_restore {

/// A table whose newer rows were carried over.
struct Rescued {
    std::string table;
    std::uint64_t inserted = 0;
    std::uint64_t updated = 0;
    std::uint64_t kept_in_file = 0; ///< rows that could not be carried, or not with all their columns
};

/// What a rollback found and did.
struct RollbackResult {
    std::string action; ///< "explained", "refused", "put_back" or "not_needed"
    std::string target;
    std::string snapshot;
    std::string taken;
    LossReport report{};
    LossDecision decision{};
    std::vector<std::string> left_out{}; ///< what the snapshot does not hold, so that it does not come back

    // where something was done
    std::vector<std::string> ended_sessions{};
    std::string broken_snapshot{}; ///< id; empty where none was taken
    std::string broken_name{};     ///< its name in the store
    std::vector<Rescued> rescued{};
    std::string rescue_file{}; ///< empty where every row could be carried
    Outcome outcome{};
};

[[nodiscard]] std::string rescued_text(Rescued const& rescued);
[[nodiscard]] std::string to_text(RollbackResult const& result);
/// Schema: rollback.schema.json.
[[nodiscard]] Json to_json(RollbackResult const& result);
[[nodiscard]] cli::DotenvLines dotenv_lines(RollbackResult const& result);

} // namespace sluice::db_restore
