#include "tools/db-snapshot/run.hpp"

#include "common/json/json.hpp"
#include "common/store/open_store.hpp"
#include "tools/db-snapshot/export_files.hpp"
#include "tools/db-snapshot/inspect.hpp"
#include "tools/db-snapshot/mask_lint.hpp"
#include "tools/db-snapshot/pin.hpp"
#include "tools/db-snapshot/prune.hpp"
#include "tools/db-snapshot/stats.hpp"
#include "tools/db-snapshot/take.hpp"
#include "tools/db-snapshot/verify.hpp"

#include <ostream>

namespace sluice::db_snapshot {

namespace {

Result<cli::ExitCode> init(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const store, store::open_or_create_store(options.store, context.clock));
    context.out << (options.common.json ? json::dump({{"version", 1}, {"store", options.store}}) : options.store)
                << '\n';
    return cli::ExitCode::ok;
}

} // namespace

Result<cli::ExitCode> run(Options const& options, cli::Context& context) {
    switch (options.verb) {
    case Verb::init: return init(options, context);
    case Verb::take: return take(options, context);
    case Verb::list: return list(options, context);
    case Verb::show: return show(options, context);
    case Verb::status: return status(options, context);
    case Verb::verify: return verify(options, context);
    case Verb::export_files: return export_files(options, context);
    case Verb::prune: return prune(options, context);
    case Verb::pin: return pin(options, context);
    case Verb::unpin: return unpin(options, context);
    case Verb::stats: return stats(options, context);
    case Verb::mask_lint: return mask_lint(options, context);
    }
    return fail(Errc::internal, "no such verb");
}

} // namespace sluice::db_snapshot
