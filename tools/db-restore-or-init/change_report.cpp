#include "tools/db-restore-or-init/change_report.hpp"

#include "common/json/json.hpp"

#include <fstream>
#include <iterator>

namespace sluice::db_restore {

namespace {

Error no_report(std::string const& path, std::string const& why) {
    Error error;
    error.kind = Errc::unknown;
    error.message = "cannot tell whether the change was started: '" + path + "' " + why;
    error.hint = "Look at the database; to put it back whatever the report says, leave --if-started out.";
    return error;
}

Json const* find(Json const& object, char const* key) {
    bool const there = object.is_object() && object.contains(key);
    return there ? &object.at(key) : nullptr;
}

bool is_text(Json const* value, char const* text) { return value != nullptr && value->is_string() && *value == text; }

} // namespace

// Not read strictly: the report is another tool's, and only two of its keys matter here.
Result<ChangeReport> parse_change_report(std::string_view text, std::string const& path) {
    auto const document = json::parse(text, path);
    if (!document) {
        return tl::unexpected<Error>(no_report(path, "is no JSON document"));
    }
    Json const* const version = find(*document, "version");
    Json const* const smoke = find(*document, "smoke");
    if (version == nullptr || *version != 1 || smoke == nullptr || !is_text(find(*document, "mode"), "during")) {
        return tl::unexpected<Error>(no_report(path, "is no report of smoke during, version 1"));
    }
    if (is_text(find(*smoke, "verdict"), "unfinished")) {
        return ChangeReport{};
    }
    Json const* const during = find(*document, "during");
    Json const* const command = during == nullptr ? nullptr : find(*during, "command");
    Json const* const started = command == nullptr ? nullptr : find(*command, "started");
    if (started == nullptr || !started->is_boolean()) {
        return tl::unexpected<Error>(no_report(path, "does not say it"));
    }
    Json const* const why = find(*during, "not_started_because");
    return ChangeReport{started->get<bool>(),
                        why != nullptr && why->is_string() ? why->get<std::string>() : std::string{}};
}

Result<ChangeReport> read_change_report(std::string const& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return tl::unexpected<Error>(no_report(path, "cannot be read"));
    }
    return parse_change_report(std::string(std::istreambuf_iterator<char>(file), {}), path);
}

} // namespace sluice::db_restore
