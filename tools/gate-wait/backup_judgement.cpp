#include "tools/gate-wait/backup_judgement.hpp"

#include "common/json/json.hpp"
#include "common/time/timestamp.hpp"

namespace sluice::gate_wait {

namespace {

Json const* member(Json const& object, char const* key) {
    auto const place = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && place != object.end() ? &*place : nullptr;
}

std::optional<std::int64_t> number_in(Json const* object, char const* key) {
    Json const* const value = object == nullptr ? nullptr : member(*object, key);
    return value != nullptr && value->is_number_integer() ? std::optional(value->get<std::int64_t>()) : std::nullopt;
}

std::string text_in(Json const& object, char const* key) {
    Json const* const value = member(object, key);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string{};
}

Json const* stanza_named(Json const& list, std::string const& name) {
    for (auto const& one : list) {
        if (text_in(one, "name") == name) {
            return &one;
        }
    }
    return nullptr;
}

bool is_meant(Json const& backup, BackupCondition const& wanted) {
    if (!wanted.label.empty() && text_in(backup, "label") != wanted.label) {
        return false;
    }
    auto const start = number_in(member(backup, "timestamp"), "start");
    return !wanted.since || (start && time::Wall{std::chrono::seconds{*start}} >= *wanted.since);
}

Observation judge_backup(Json const& backup) {
    std::string const label = "backup " + text_in(backup, "label");
    auto const stop = number_in(member(backup, "timestamp"), "stop");
    Json const* const error = member(backup, "error");
    if (!stop || (error != nullptr && !error->is_boolean())) {
        return saw_nothing(label + " does not say when it ended, or whether it is sound");
    }
    if (error != nullptr && error->get<bool>()) {
        return for_good(saw_closed(label + " has errors: pages failed their checksums"));
    }
    return saw_open(label + " ended at " + time::timestamp_text(time::Wall{std::chrono::seconds{*stop}}));
}

} // namespace

Observation judge_backups(std::string const& json, BackupCondition const& wanted) {
    auto const document = json::parse(json, "pgBackRest's answer");
    if (!document || !document->is_array()) {
        return saw_nothing("pgBackRest's answer is no JSON list");
    }
    Json const* const stanza = stanza_named(*document, wanted.stanza);
    Json const* const status = stanza == nullptr ? nullptr : member(*stanza, "status");
    auto const code = number_in(status, "code");
    if (!code) {
        return saw_nothing("pgBackRest does not know the stanza '" + wanted.stanza + "'");
    }
    std::string const said = "stanza '" + wanted.stanza + "': " + text_in(*status, "message");
    constexpr std::int64_t none_yet = 2;
    constexpr std::int64_t requested_missing = 6;
    if (*code == none_yet || *code == requested_missing) {
        return saw_closed(said);
    }
    Json const* const backups = member(*stanza, "backup");
    if (*code != 0 || backups == nullptr || !backups->is_array()) {
        return saw_nothing(said + " (status " + std::to_string(*code) + ")");
    }
    for (auto backup = backups->rbegin(); backup != backups->rend(); ++backup) {
        if (is_meant(*backup, wanted)) {
            return judge_backup(*backup);
        }
    }
    return saw_closed(said + "; the backup that is meant is not there yet");
}

} // namespace sluice::gate_wait
