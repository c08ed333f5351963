#include "tools/split-check/run.hpp"

#include "tools/split-check/check.hpp"
#include "tools/split-check/plan_command.hpp"
#include "tools/split-check/small_verbs.hpp"

namespace sluice::split_check {

Result<cli::ExitCode> run(Options const& options, cli::Context& context) {
    switch (options.verb) {
    case Verb::plan: return run_plan(options, context);
    case Verb::lint: return run_lint(options, context);
    case Verb::explain: return run_explain(options, context);
    case Verb::init: return run_init(options, context);
    case Verb::check: break;
    }
    return run_check(options, context);
}

} // namespace sluice::split_check
