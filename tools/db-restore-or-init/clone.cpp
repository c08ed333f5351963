#include "tools/db-restore-or-init/clone.hpp"

#include "common/log/log.hpp"
#include "common/postgres/quote.hpp"
#include "common/snapshot/target.hpp"
#include "tools/db-restore-or-init/markers.hpp"
#include "tools/db-restore-or-init/names.hpp"
#include "tools/db-restore-or-init/side_database.hpp"

#include <algorithm>

namespace sluice::db_restore {

namespace {

using postgres::quote_identifier;
using postgres::Session;

Result<void> close_template(Session& maintenance, std::string const& name, std::string const& snapshot) {
    TRY(maintenance.execute("ALTER DATABASE " + quote_identifier(name) + " ALLOW_CONNECTIONS false"));
    return set_comment(maintenance, name, {}, template_marker(snapshot, true));
}

Result<void> create_from(Session& maintenance, std::string const& from, std::string const& name,
                         std::string const& options) {
    TRY(maintenance.execute("CREATE DATABASE " + quote_identifier(name) + " TEMPLATE " + quote_identifier(from) +
                            options));
    return maintenance.execute("REVOKE ALL ON DATABASE " + quote_identifier(name) + " FROM PUBLIC");
}

// Reflinks need the file system's help, which only trying can tell.
bool try_file_clone(Session& maintenance, std::string const& from, std::string const& name) {
    if (!maintenance.execute("SET file_copy_method = clone")) {
        return false;
    }
    auto const created = create_from(maintenance, from, name, " STRATEGY FILE_COPY");
    if (!created) {
        log::info("the server cannot clone files, copying them", {{"reason", created.error().message}});
    }
    auto const reset = maintenance.execute("RESET file_copy_method");
    return created && reset;
}

} // namespace

Result<std::optional<std::string>> find_template(Session& maintenance, std::string const& database,
                                                 std::string const& snapshot) {
    TRY_ASSIGN(auto const templates, find_templates(maintenance, false));
    std::string const name = template_name(database, snapshot);
    auto const place = std::find_if(templates.begin(), templates.end(), [&](NamedDatabase const& candidate) {
        auto const comment = snapshot::split_comment(candidate.comment);
        return candidate.name == name && is_complete_template(comment) && text_in(comment, "snapshot") == snapshot;
    });
    return place == templates.end() ? std::optional<std::string>{} : std::optional(place->name);
}

Result<std::optional<std::string>> make_template(Session& maintenance, snapshot::DatabaseProperties const& properties,
                                                 std::string const& database, std::string const& snapshot,
                                                 FillDatabase const& fill) {
    std::string const name = template_name(database, snapshot);
    std::string const lock = "sluice template " + name;
    TRY_ASSIGN(bool const locked, try_lock(maintenance, lock));
    if (!locked) {
        log::info("another restore is making the template, loading without it", {{"template", name}});
        return std::optional<std::string>{};
    }
    TRY_ASSIGN(auto made_meanwhile, find_template(maintenance, database, snapshot));
    if (made_meanwhile) {
        unlock(maintenance, lock);
        return made_meanwhile;
    }
    // What died under this name is of no use; the lock says that nobody works on it.
    TRY(snapshot::drop_database(maintenance, name));
    TRY(make_and_fill(
        maintenance, name, template_marker(snapshot, false),
        [&](std::string const& empty) { return snapshot::create_empty_database(maintenance, empty, properties); },
        [&]() -> Result<void> {
            TRY(fill(name));
            return close_template(maintenance, name, snapshot);
        }));
    unlock(maintenance, lock);
    return std::optional(name);
}

Result<std::string> clone_template(Session& maintenance, std::string const& from, std::string const& name) {
    constexpr int with_clone = 180000;
    constexpr int with_strategy = 150000;
    if (maintenance.server_version() >= with_clone && try_file_clone(maintenance, from, name)) {
        return std::string("file clone");
    }
    bool const strategy = maintenance.server_version() >= with_strategy;
    TRY(create_from(maintenance, from, name, strategy ? " STRATEGY FILE_COPY" : ""));
    return std::string(strategy ? "file copy" : "copy");
}

} // namespace sluice::db_restore
