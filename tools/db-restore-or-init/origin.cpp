#include "tools/db-restore-or-init/origin.hpp"

#include "common/result/did_you_mean.hpp"
#include "common/snapshot/catalog.hpp"

#include <array>

namespace sluice::db_restore {

namespace {

constexpr char const* k_forms = "Write live:REF, snapshot:latest, snapshot:ID or command:CMD.";

Result<Origin> snapshot_origin(std::string const& id) {
    if (id != "latest" && !snapshot::is_snapshot_id(id)) {
        std::string const suggestion = result::did_you_mean(id, {"latest"});
        return fail(Errc::usage, "'" + id + "' is not a snapshot id",
                    suggestion.empty() ? "Write an id as 'db-snapshot list' shows it, or latest." : suggestion);
    }
    return Origin{Origin::Kind::snapshot, id, {}};
}

} // namespace

Result<Origin> parse_origin(std::string const& text) {
    std::size_t const colon = text.find(':');
    std::string const kind = text.substr(0, colon);
    std::string const what = colon == std::string::npos ? std::string{} : text.substr(colon + 1);
    if (kind == "snapshot" && !what.empty()) {
        return snapshot_origin(what);
    }
    if (kind == "live" && !what.empty()) {
        return Origin{Origin::Kind::live, what, {}};
    }
    if (kind == "command" && !what.empty()) {
        return Origin{Origin::Kind::command, what, {}};
    }
    std::string const suggestion = result::did_you_mean(kind, {"live", "snapshot", "command"});
    return fail(Errc::usage, "'" + text + "' is not an origin",
                suggestion.empty() ? std::string(k_forms) : suggestion + " " + k_forms);
}

std::string to_text(Origin const& origin) {
    constexpr std::array<char const*, 3> kinds{"live:", "snapshot:", "command:"};
    return kinds.at(static_cast<std::size_t>(origin.kind)) + origin.what;
}

} // namespace sluice::db_restore
