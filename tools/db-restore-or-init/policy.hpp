#pragma once

#include "common/result/result.hpp"
#include "tools/db-restore-or-init/missing_rule.hpp"
#include "tools/db-restore-or-init/origin.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::db_restore {

// One file a service, kept with its code: whose data its stages may have, and what happens where there is none.
// Schema: policy.schema.json.

inline constexpr unsigned k_policy_version = 1;

/// How to start empty. Paths are relative to the policy's folder and are made absolute when it is read.
struct Initialisation {
    std::vector<std::string> sql{};
    std::string command;
    std::vector<std::string> seed{}; ///< psql files with first rows, after the others
};

struct StagePolicy {
    std::vector<Origin> origins{}; ///< tried in order; every condition of the stage is among theirs
    bool masked = false;           ///< unmasked data is refused, whatever the origin
    std::optional<OnMissing> on_missing{};
    std::vector<std::string> neutralise{};
};

struct Policy {
    std::string service;
    Answers answers{};
    std::optional<OnMissing> on_missing{};
    Initialisation initialise{};
    std::vector<std::string> neutralise{}; ///< psql files that make a copy harmless; before those of the stage
    std::map<std::string, StagePolicy> stages{};

    /// Errors: usage with "did you mean".
    [[nodiscard]] Result<StagePolicy const*> stage(std::string const& name) const;
    /// What is decided explicitly for a stage, by itself or for all.
    [[nodiscard]] std::optional<ExplicitDecision> decision_for(std::string const& name) const;
};

/// Strict: an unknown key, a condition that an origin cannot meet or a stage without origins is an error. `path` is
/// the file's, for messages and relative paths. Errors: usage. Pure.
[[nodiscard]] Result<Policy> parse_policy(std::string_view text, std::string const& path);

/// Errors: as `parse_policy`; usage for a file that cannot be read.
[[nodiscard]] Result<Policy> read_policy(std::string const& path);

} // namespace sluice::db_restore
