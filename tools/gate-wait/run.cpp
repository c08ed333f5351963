#include "tools/gate-wait/run.hpp"

#include "common/config/secrets.hpp"
#include "tools/gate-wait/commands.hpp"

namespace sluice::gate_wait {

Result<cli::ExitCode> run(Options const& options, cli::Context& context) {
    config::remember_secrets_of(context.environment);
    switch (options.verb) {
    case Verb::explain: return explain(options, context);
    case Verb::lint: return lint(options, context);
    case Verb::hold: return hold(options, context);
    case Verb::approve:
    case Verb::reject: return answer(options, context);
    case Verb::verify_record: return verify_record(options, context);
    case Verb::wait: break;
    }
    return wait_at_gate(options, context);
}

} // namespace sluice::gate_wait
