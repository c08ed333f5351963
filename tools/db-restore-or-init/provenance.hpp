#pragma once

#include "common/ci/pipeline.hpp"
#include "common/cli/context.hpp"
#include "common/cli/dotenv.hpp"
#include "common/cli/exit_code.hpp"
#include "common/json/json.hpp"
#include "tools/db-restore-or-init/options.hpp"

#include <string>
#include <vector>

namespace sluice::db_restore {

/// What a restored database says of itself.
struct Provenance {
    std::string origin;   ///< "live", "snapshot" or "init"
    std::string snapshot; ///< id, or empty
    std::string taken;    ///< when the data was production's; empty for init
    bool masked = false;
    std::string stage;
    std::string source_system; ///< system identifier; empty for init
    std::string source_database;
    std::string restored;
    ci::Pipeline pipeline{};
    std::vector<std::string> decision{};
    std::string shadow_of{}; ///< the live database that it stands beside; empty: it is no shadow
    std::string expires{};   ///< of a shadow
};

[[nodiscard]] Json to_marker(Provenance const& provenance);

/// Strict. Errors: bad_data.
[[nodiscard]] Result<Provenance> from_marker(Json const& marker);

/// SLUICE_ORIGIN and its like for the next job.
[[nodiscard]] cli::DotenvLines dotenv_lines(Provenance const& provenance, std::string const& target);

/// The verb: prints what the target says of itself. The answer is `no` for a database that says nothing.
[[nodiscard]] Result<cli::ExitCode> show_provenance(Options const& options, cli::Context& context);

} // namespace sluice::db_restore
