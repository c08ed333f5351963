#include "tools/db-snapshot/run.hpp"

#include "common/json/json.hpp"
#include "common/store/open_store.hpp"
#include "tools/db-snapshot/background.hpp"
#include "tools/db-snapshot/bundle.hpp"
#include "tools/db-snapshot/cat.hpp"
#include "tools/db-snapshot/export_files.hpp"
#include "tools/db-snapshot/inspect.hpp"
#include "tools/db-snapshot/key.hpp"
#include "tools/db-snapshot/mask_lint.hpp"
#include "tools/db-snapshot/pin.hpp"
#include "tools/db-snapshot/prune.hpp"
#include "tools/db-snapshot/stats.hpp"
#include "tools/db-snapshot/take.hpp"
#include "tools/db-snapshot/take_stream.hpp"
#include "tools/db-snapshot/verify.hpp"
#include "tools/db-snapshot/wait.hpp"

#include <ostream>

namespace sluice::db_snapshot {

namespace {

Result<std::unique_ptr<store::Store>> make_store(Options const& options, cli::Context& context) {
    if (!options.encrypt) {
        return store::open_or_create_store(options.store, context.clock, context.environment, options.store_key);
    }
    std::string const recipient = options.recipient.empty() ? "first" : options.recipient;
    return store::create_encrypted_store(options.store, recipient, context.clock, context.environment,
                                         options.store_key);
}

Result<cli::ExitCode> init(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const store, make_store(options, context));
    context.out << (options.common.json ? json::dump({{"version", 1}, {"store", options.store}}) : options.store)
                << '\n';
    return cli::ExitCode::ok;
}

Result<cli::ExitCode> take_any(Options const& options, cli::Context& context) {
    auto const work = options.takes_stream() ? take_stream : take;
    return options.background ? in_background(options, context, work) : work(options, context);
}

} // namespace

Result<cli::ExitCode> run(Options const& options, cli::Context& context) {
    switch (options.verb) {
    case Verb::init: return init(options, context);
    case Verb::take: return take_any(options, context);
    case Verb::list: return list(options, context);
    case Verb::show: return show(options, context);
    case Verb::status: return status(options, context);
    case Verb::verify: return verify(options, context);
    case Verb::export_files: return export_files(options, context);
    case Verb::prune: return prune(options, context);
    case Verb::pin: return pin(options, context);
    case Verb::unpin: return unpin(options, context);
    case Verb::stats: return stats(options, context);
    case Verb::cat: return cat(options, context);
    case Verb::bundle: return bundle(options, context);
    case Verb::wait: return wait(options, context);
    case Verb::key_generate: return key_generate(options, context);
    case Verb::key_list: return key_list(options, context);
    case Verb::key_add: return key_add(options, context);
    case Verb::key_remove: return key_remove(options, context);
    case Verb::key_rotate: return key_rotate(options, context);
    case Verb::mask_lint: return mask_lint(options, context);
    }
    return fail(Errc::internal, "no such verb");
}

} // namespace sluice::db_snapshot
