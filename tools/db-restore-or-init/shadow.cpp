#include "tools/db-restore-or-init/shadow.hpp"

#include "common/cli/options.hpp"
#include "common/snapshot/target.hpp"
#include "common/time/duration_text.hpp"
#include "common/time/timestamp.hpp"
#include "tools/db-restore-or-init/markers.hpp"

#include <regex>

namespace sluice::db_restore {

namespace {

// What cannot be read is no reason to drop somebody's database.
bool has_passed(std::string const& expires, time::Wall now) {
    auto const when = time::parse_timestamp(expires);
    return when && *when <= now;
}

} // namespace

void add_shadow_options(CLI::App& app, ShadowOptions& options) {
    app.add_option("--as", options.as, "restore beside the target under this name, without a swap")->type_name("NAME");
    app.add_option("--expires", options.expires_text, "when cleanup may drop it, such as 14d")->type_name("D");
}

Result<void> validate_shadow(ShadowOptions& options) {
    static std::regex const pattern("[A-Za-z_][A-Za-z0-9_.-]{0,62}");
    if (options.as.empty() != options.expires_text.empty()) {
        return fail(Errc::usage, "--as and --expires belong together",
                    "Write for example --as shop_next --expires 14d, or leave both out.");
    }
    if (options.as.empty()) {
        return {};
    }
    if (!std::regex_match(options.as, pattern)) {
        return fail(Errc::usage, "--as '" + options.as + "' is not a name for a database",
                    "Use letters, digits, '_', '-' and '.', at most 63.");
    }
    TRY_ASSIGN(options.life, time::parse_duration(options.expires_text).map_error(while_doing("reading --expires")));
    return {};
}

Result<postgres::ConnectionParameters> as_shadow(postgres::Session& maintenance,
                                                 postgres::ConnectionParameters const& live, std::string const& name) {
    if (live.get("dbname") == name) {
        return fail(Errc::usage, "--as '" + name + "' is the target itself", "Give the shadow a name of its own.");
    }
    TRY_ASSIGN(bool const taken, snapshot::database_exists(maintenance, name));
    if (taken) {
        return fail(Errc::refused, "database '" + name + "' is there already",
                    "Give the shadow another name; an expired one is dropped by db-restore-or-init cleanup.");
    }
    return live.with("dbname", name);
}

Result<std::vector<Shadow>> find_shadows(postgres::Session& maintenance, std::string const& live, time::Wall now) {
    TRY_ASSIGN(auto const databases, list_databases(maintenance));
    std::vector<Shadow> shadows;
    for (auto const& database : databases) {
        auto const comment = snapshot::split_comment(database.comment);
        if (database.ours && kind_of(comment) == MarkerKind::shadow && text_in(comment, "of") == live) {
            std::string const expires = text_in(comment, "expires");
            shadows.push_back({database.name, expires, has_passed(expires, now)});
        }
    }
    return shadows;
}

} // namespace sluice::db_restore
