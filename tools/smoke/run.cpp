#include "tools/smoke/run.hpp"

#include "tools/smoke/commands.hpp"

namespace sluice::smoke {

Result<cli::ExitCode> run(Options const& options, cli::Context& context) {
    switch (options.verb) {
    case Verb::wait: return wait(options, context);
    case Verb::during: return during(options, context);
    case Verb::lint: return lint(options, context);
    case Verb::list: return list(options, context);
    case Verb::compare: return compare(options, context);
    case Verb::check: break;
    }
    return check_once(options, context);
}

} // namespace sluice::smoke
