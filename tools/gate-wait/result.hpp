#pragma once

#include "common/ci/pipeline.hpp"
#include "common/cli/exit_code.hpp"
#include "common/json/forward.hpp"
#include "tools/gate-wait/record.hpp"
#include "tools/gate-wait/waiting.hpp"

namespace sluice::gate_wait {

/// What is known of a run when it ends, or before: then there is no ending.
struct RunFacts {
    time::Wall started{};
    time::Wall ended{};
    std::optional<Waited> waited{};
    int exit_code = 0;
    std::string override_reason{};
    ci::Pipeline pipeline{};
};

/// The one document that says what was decided and why (record.schema.json, "result"). Without an ending its decision
/// is "unfinished", which is what a run that was killed leaves.
[[nodiscard]] Json result_json(Gate const& gate, RunFacts const& facts);

/// "open", "rejected", "closed" or "unknown", as CI gets it.
[[nodiscard]] std::string gate_word(Waited const& waited);

/// Lines for a person: every condition with the last that was seen of it.
[[nodiscard]] std::string summary_text(Gate const& gate, RunFacts const& facts);

[[nodiscard]] cli::ExitCode exit_code_of(Ending ending);

} // namespace sluice::gate_wait
