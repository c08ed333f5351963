#include "tools/db-restore-or-init/cleanup.hpp"

#include "common/json/json.hpp"
#include "common/log/log.hpp"
#include "common/snapshot/target.hpp"
#include "tools/db-restore-or-init/shadow.hpp"
#include "tools/db-restore-or-init/side_database.hpp"

#include <algorithm>

#include <ostream>

namespace sluice::db_restore {

namespace {

using postgres::Session;

Result<std::vector<std::string>> find_all(Session& maintenance, std::string const& target, bool all_templates) {
    TRY_ASSIGN(auto const leftovers, find_leftovers(maintenance, target));
    TRY_ASSIGN(auto const templates, find_templates(maintenance, !all_templates));
    std::vector<std::string> names;
    for (auto const* list : {&leftovers, &templates}) {
        for (auto const& database : *list) {
            names.push_back(database.name);
        }
    }
    return names;
}

// A template's own lock: another restore may be filling it at this moment.
Result<bool> drop_one(Session& maintenance, std::string const& name) {
    TRY_ASSIGN(bool const idle, try_lock(maintenance, "sluice template " + name));
    if (!idle) {
        log::warning("in use by a running restore, left alone", {{"database", name}});
        return false;
    }
    TRY(snapshot::drop_database(maintenance, name).map_error(while_doing("dropping '" + name + "'")));
    unlock(maintenance, "sluice template " + name);
    return true;
}

// Expired shadows join the list of what goes.
Result<std::vector<Shadow>> take_expired(Session& maintenance, std::string const& target, time::Clock const& clock,
                                         std::vector<std::string>& names) {
    TRY_ASSIGN(auto shadows, find_shadows(maintenance, target, clock.wall_now()));
    for (auto const& shadow : shadows) {
        if (shadow.expired && std::find(names.begin(), names.end(), shadow.database) == names.end()) {
            names.push_back(shadow.database);
        }
    }
    std::erase_if(shadows, [](Shadow const& shadow) { return shadow.expired; });
    return shadows;
}

Json shadows_json(std::vector<Shadow> const& shadows) {
    Json list = Json::array();
    for (auto const& shadow : shadows) {
        list.push_back({{"database", shadow.database}, {"expires", shadow.expires}});
    }
    return list;
}

void print(std::vector<std::string> const& names, std::vector<Shadow> const& shadows, std::string const& target,
           Options const& options, std::ostream& out) {
    if (options.common.json) {
        out << json::dump({{"version", 1},
                           {"target", target},
                           {"dry_run", options.dry_run},
                           {"databases", names},
                           {"shadows", shadows_json(shadows)}})
            << '\n';
        return;
    }
    for (auto const& shadow : shadows) {
        out << "kept the shadow '" << shadow.database << "' until " << shadow.expires << '\n';
    }
    if (names.empty()) {
        out << "nothing to clean up for '" << target << "'\n";
    }
    for (auto const& name : names) {
        out << (options.dry_run ? "would drop '" : "dropped '") << name << "'\n";
    }
}

} // namespace

Result<cli::ExitCode> clean_up(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const given, postgres::resolve_connection(options.target, context.environment));
    TRY_ASSIGN(auto const parameters, postgres::spell_out(given));
    TRY_ASSIGN(auto const maintenance, snapshot::connect_for_maintenance(parameters, "cleanup"));
    std::string const target = parameters.get("dbname");
    TRY(lock_target(*maintenance, target));
    TRY_ASSIGN(auto names, find_all(*maintenance, target, options.templates));
    TRY_ASSIGN(auto const shadows, take_expired(*maintenance, target, context.clock, names));
    if (!options.dry_run) {
        std::vector<std::string> dropped;
        for (auto const& name : names) {
            TRY_ASSIGN(bool const done, drop_one(*maintenance, name));
            if (done) {
                dropped.push_back(name);
            }
        }
        names = std::move(dropped);
    }
    print(names, shadows, target, options, context.out);
    return cli::ExitCode::ok;
}

} // namespace sluice::db_restore
