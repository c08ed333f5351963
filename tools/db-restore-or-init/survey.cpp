#include "tools/db-restore-or-init/survey.hpp"

#include "common/log/log.hpp"
#include "common/process/signals.hpp"
#include "common/snapshot/catalog.hpp"
#include "common/snapshot/preflight.hpp"
#include "common/store/open_store.hpp"
#include "common/time/timestamp.hpp"
#include "tools/db-restore-or-init/broken_snapshot.hpp"
#include "tools/db-restore-or-init/command_origin.hpp"

#include <algorithm>

namespace sluice::db_restore {

namespace {

std::string reason_of(Error const& error) {
    return error.message + (error.hint.empty() ? "" : " (" + error.hint + ")");
}

Surveyed found_nothing(Origin const& origin, Finding finding, std::string why) {
    return {{to_text(origin), finding, std::move(why)}, {}, {}, {}, {}};
}

// A mistake on the command line is no fact about an origin, and neither is Ctrl-C.
bool ends_survey(Error const& error) { return error.kind == Errc::usage || error.kind == Errc::interrupted; }

Surveyed found_snapshot(Origin const& origin, snapshot::Manifest manifest, snapshot::Catalog const& catalog,
                        time::Clock const& clock) {
    OriginData data{.id = manifest.id, .masked = manifest.masked, .migration = manifest.inventory.migration.version};
    if (auto const taken = time::parse_timestamp(manifest.started)) {
        data.taken = *taken;
    }
    if (origin.conditions.verified) {
        data.verified = catalog.is_verified(manifest.id).value_or(false); // unreadable is not verified
    }
    Surveyed surveyed = found_nothing(origin, Finding::usable, {});
    surveyed.fact = judge(origin, data, clock.wall_now());
    surveyed.manifest = std::move(manifest);
    return surveyed;
}

Surveyed snapshot_missing(Origin const& origin, snapshot::Catalog const& catalog, Error const& error) {
    auto const history = catalog.history();
    if (!history) {
        return found_nothing(origin, Finding::unreachable, reason_of(history.error()));
    }
    // Whoever names an id knows of a snapshot, so that "there never was one" cannot be true.
    if (*history == snapshot::History::never && origin.what == "latest") {
        return found_nothing(origin, Finding::never,
                             catalog.store().description() + " has never held '" + catalog.name() + "'");
    }
    bool const unreadable = error.kind == Errc::denied || error.kind == Errc::temporary;
    return found_nothing(origin, unreadable ? Finding::unreachable : Finding::gone, reason_of(error));
}

Result<Surveyed> look_at_snapshot(Origin const& origin, Survey const& survey, time::Clock const& clock) {
    snapshot::Catalog const catalog(*survey.store, survey.name);
    auto manifest = catalog.find(origin.what, clock.wall_now());
    if (manifest) {
        return found_snapshot(origin, *std::move(manifest), catalog, clock);
    }
    return snapshot_missing(origin, catalog, manifest.error());
}

// The whole inventory and not only a greeting: a role that may not read it all is found out here and not half-way.
Result<snapshot::Inventory> look_into(postgres::ConnectionParameters const& parameters) {
    TRY_ASSIGN(auto const session, postgres::connect(parameters, "look at the source"));
    TRY(snapshot::check_source(*session));
    return snapshot::take_inventory(*session, {});
}

Result<Surveyed> look_at_live(Origin const& origin, cli::Context& context) {
    TRY_ASSIGN(auto parameters, postgres::resolve_connection(origin.what, context.environment));
    auto inventory = look_into(parameters);
    if (inventory) {
        Surveyed surveyed = found_nothing(origin, Finding::usable, {});
        surveyed.fact = judge(origin, {.migration = inventory->migration.version}, context.clock.wall_now());
        surveyed.live = std::move(parameters);
        surveyed.live_inventory = *std::move(inventory);
        return surveyed;
    }
    if (ends_survey(inventory.error())) {
        return tl::unexpected<Error>(std::move(inventory).error());
    }
    // 3D000: the server let us in as far as to say that it has no such database.
    bool const no_database = inventory.error().message.find(" 3D000: ") != std::string::npos;
    return found_nothing(origin, no_database ? Finding::no_such_database : Finding::unreachable,
                         reason_of(inventory.error()));
}

// Opens the store once, when the first origin needs it. The fact to report instead, when it cannot be used.
Result<std::optional<Surveyed>> open_store_for(Origin const& origin, Survey& survey, Options const& options,
                                               std::string const& target, cli::Context const& context) {
    if (survey.store) {
        return std::optional<Surveyed>{};
    }
    auto store = store::open_store(options.store, context.environment, options.store_key);
    if (!store) {
        // Refused: a plain store where there should be an encrypted one is nothing to work around.
        if (ends_survey(store.error()) || store.error().kind == Errc::refused) {
            return tl::unexpected<Error>(std::move(store).error());
        }
        return std::optional(found_nothing(origin, Finding::unreachable, reason_of(store.error())));
    }
    auto names = snapshot::database_names(**store);
    if (!names) {
        return std::optional(found_nothing(origin, Finding::unreachable, reason_of(names.error())));
    }
    std::erase_if(*names, is_broken_name);
    TRY_ASSIGN(survey.name, choose_name(options.name, target, *names));
    survey.store = *std::move(store);
    return std::optional<Surveyed>{};
}

Result<Surveyed> look_at(Origin const& origin, Survey& survey, Options const& options, std::string const& target,
                         cli::Context& context) {
    if (origin.kind == Origin::Kind::live) {
        return look_at_live(origin, context);
    }
    if (origin.kind == Origin::Kind::command) {
        return look_at_command(origin, options.stage, context.runner, context.clock);
    }
    TRY_ASSIGN(auto closed, open_store_for(origin, survey, options, target, context));
    return closed ? Result<Surveyed>(*std::move(closed)) : look_at_snapshot(origin, survey, context.clock);
}

} // namespace

std::vector<OriginFact> Survey::facts() const {
    std::vector<OriginFact> facts;
    for (auto const& origin : origins) {
        facts.push_back(origin.fact);
    }
    return facts;
}

std::vector<KnownSource> Survey::sources() const {
    std::vector<KnownSource> sources;
    for (auto const& origin : origins) {
        if (origin.manifest) {
            sources.push_back({origin.fact.origin, origin.manifest->inventory.source, false});
        } else if (origin.live_inventory) {
            sources.push_back({origin.fact.origin, origin.live_inventory->source, true});
        }
    }
    return sources;
}

Result<std::string> choose_name(std::string const& given, std::string const& target,
                                std::vector<std::string> const& in_store) {
    bool const own = std::find(in_store.begin(), in_store.end(), target) != in_store.end();
    if (!given.empty()) {
        return given;
    }
    if (own || in_store.empty()) {
        TRY(snapshot::check_name(target));
        return target;
    }
    if (in_store.size() == 1) {
        return in_store.front();
    }
    std::string list;
    for (auto const& name : in_store) {
        list += (list.empty() ? "'" : ", '") + name + "'";
    }
    return fail(Errc::usage, "the store holds " + list + ", and none is called '" + target + "' like the target",
                "Say with --name whose data the stage is to have.");
}

Result<Survey> survey_origins(Options const& options, std::string const& target, cli::Context& context) {
    Survey survey;
    bool found = false;
    for (auto const& origin : options.origins) {
        TRY(process::check_not_stopped());
        if (found) {
            survey.origins.push_back(found_nothing(origin, Finding::not_looked_at,
                                                   "not looked at: an earlier one is "
                                                   "taken"));
            continue;
        }
        TRY_ASSIGN(auto surveyed, look_at(origin, survey, options, target, context));
        found = surveyed.fact.finding == Finding::usable;
        survey.origins.push_back(std::move(surveyed));
    }
    return survey;
}

} // namespace sluice::db_restore
