#pragma once

#include "common/cli/context.hpp"
#include "tools/db-restore-or-init/plan.hpp"
#include "tools/db-restore-or-init/provenance.hpp"
#include "tools/db-restore-or-init/swap.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace sluice::db_restore {

struct Step {
    std::string what;
    std::chrono::milliseconds took{};
};

/// What was done.
struct Outcome {
    Provenance provenance{};
    std::string path;                ///< "load", "file clone", "file copy", "copy" or "init"
    std::string template_database{}; ///< that was made or cloned
    std::vector<Step> steps{};
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    SwapReport swap{};
    std::string old_database{};         ///< the name the replaced one has now; empty where there was none
    std::vector<std::string> dropped{}; ///< older replaced ones
};

/// Makes the database beside the target and swaps it in. Until the swap the target is untouched, whatever happens; what
/// was half-made is dropped. Errors: of every step.
[[nodiscard]] Result<Outcome> carry_out(Plan const& plan, Options const& options, postgres::Session& maintenance,
                                        cli::Context& context);

/// A dated name for the database that is replaced, not taken yet.
[[nodiscard]] Result<std::string> free_old_name(postgres::Session& maintenance, std::string const& target,
                                                time::Clock const& clock);

/// Gives the new database its comment, owner, limit and settings.
[[nodiscard]] Result<void> dress(Plan const& plan, postgres::Session& maintenance, std::string const& fresh,
                                 Json const& marker);

void warn_of_leftovers(postgres::Session& maintenance, std::string const& target);

} // namespace sluice::db_restore
