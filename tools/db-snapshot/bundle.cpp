#include "tools/db-snapshot/bundle.hpp"

#include "common/json/json.hpp"
#include "common/snapshot/bundle.hpp"
#include "common/snapshot/catalog.hpp"
#include "common/store/open_store.hpp"

#include <ostream>

namespace sluice::db_snapshot {

namespace {

Result<snapshot::Member> parse_member(std::string const& text) {
    std::size_t const slash = text.find('/');
    std::string const id = slash == std::string::npos ? "" : text.substr(slash + 1);
    if (!snapshot::is_snapshot_id(id)) {
        return fail(Errc::usage, "'" + text + "' is not NAME/ID", "Write for example shop/20261122T001530Z-3f9a.");
    }
    TRY(snapshot::check_name(text.substr(0, slash)));
    return snapshot::Member{text.substr(0, slash), id};
}

} // namespace

Result<cli::ExitCode> bundle(Options const& options, cli::Context& context) {
    snapshot::Bundle bundle{options.id, {}};
    for (auto const& text : options.members) {
        TRY_ASSIGN(auto member, parse_member(text));
        bundle.members.push_back(std::move(member));
    }
    TRY_ASSIGN(auto store, store::open_store(options.store, context.environment, options.store_key));
    TRY(snapshot::write_bundle(*store, bundle, context.clock.wall_now()));
    context.out << (options.common.json ? json::dump({{"version", 1}, {"bundle", bundle.name}}) : bundle.name) << '\n';
    return cli::ExitCode::ok;
}

} // namespace sluice::db_snapshot
