#include "tools/db-restore-or-init/cleanup.hpp"

#include "common/json/json.hpp"
#include "common/log/log.hpp"
#include "common/snapshot/target.hpp"
#include "tools/db-restore-or-init/side_database.hpp"

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

void print(std::vector<std::string> const& names, std::string const& target, Options const& options,
           std::ostream& out) {
    if (options.common.json) {
        out << json::dump({{"version", 1}, {"target", target}, {"dry_run", options.dry_run}, {"databases", names}})
            << '\n';
        return;
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
    print(names, target, options, context.out);
    return cli::ExitCode::ok;
}

} // namespace sluice::db_restore
