#include "tools/gate-wait/doubt.hpp"
#include "tools/gate-wait/run_command.hpp"

namespace sluice::gate_wait {

std::unique_ptr<Asker> asker_of(ExecCondition const& spec, Condition const& all, Surroundings& around) {
    return asking([spec, timeout = all.timeout, &around] {
        auto const run = run_command({spec.command, spec.environment, spec.directory}, timeout, around.runner);
        Observation seen = run ? told_by_exit(*run) : doubt_of(run.error(), false);
        seen.source = "command " + spec.command.front();
        return seen;
    });
}

} // namespace sluice::gate_wait
