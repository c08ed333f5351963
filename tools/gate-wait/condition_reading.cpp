#include "tools/gate-wait/condition_reading.hpp"

#include "common/ci_server/api.hpp"
#include "common/config/secrets.hpp"
#include "common/result/did_you_mean.hpp"
#include "common/snapshot/catalog.hpp"
#include "tools/gate-wait/window_reading.hpp"

#include <algorithm>

namespace sluice::gate_wait {

namespace {

using config::Exposure;
using json::ObjectReader;
using Strings = std::vector<std::string>;
using namespace std::chrono_literals;

Result<postgres::ConnectionParameters> read_connection(ReadingContext const& context, ObjectReader& reader) {
    auto const reference = reader.optional<std::string>("connection").value_or("");
    return context.at(reader.path_of("connection"), postgres::resolve_connection(reference, context.environment));
}

Result<std::int64_t> read_bytes(ReadingContext const& context, ObjectReader& reader, std::string const& key) {
    auto const value = reader.required<std::int64_t>(key);
    if (value < 0) {
        return context.wrong(reader.path_of(key), "'" + key + "' is a number of bytes");
    }
    return value;
}

Result<Milliseconds> read_duration(ReadingContext const& context, ObjectReader& reader, std::string const& key,
                                   Milliseconds otherwise) {
    TRY_ASSIGN(auto const value, context.file.duration(reader, key));
    return value.value_or(otherwise);
}

Result<Strings> read_command(ReadingContext const& context, ObjectReader& reader) {
    auto command = reader.required<Strings>("command");
    if (Json const* const value = reader.find("command"); value != nullptr && value->is_array() && value->empty()) {
        return context.wrong(reader.path_of("command"), "the command is empty");
    }
    for (auto const& argument : command) {
        if (argument.find("${") != std::string::npos) {
            return context.wrong(reader.path_of("command"),
                                 "variables are not filled into a command, whose arguments every user can read",
                                 R"(Pass them by "environment" and let the command read them there.)");
        }
    }
    return command;
}

Result<std::map<std::string, std::string>> read_variables(ReadingContext const& context, ObjectReader& reader) {
    TRY_ASSIGN(auto const pairs, context.file.pairs(reader, "environment", Exposure::hidden));
    return std::map<std::string, std::string>(pairs.begin(), pairs.end());
}

Result<ConditionSpec> read_snapshot(ReadingContext const& context, ObjectReader& reader) {
    SnapshotCondition snapshot;
    TRY_ASSIGN(snapshot.store, read_store(context, reader));
    TRY_ASSIGN(auto const name, context.file.text(reader, "name"));
    snapshot.name = name.value_or("");
    TRY_ASSIGN(snapshot.id, read_text(context, reader, "snapshot"));
    snapshot.verify = reader.optional<bool>("verify").value_or(true);
    if (!snapshot::is_snapshot_id(snapshot.id)) {
        return context.wrong(reader.path_of("snapshot"), "'" + snapshot.id + "' is not the id of one snapshot",
                             "Write the id that db-snapshot gave it (SLUICE_SNAPSHOT_ID); latest may be another one.");
    }
    return ConditionSpec{std::move(snapshot)};
}

Result<ConditionSpec> read_backup(ReadingContext const& context, ObjectReader& reader) {
    BackupCondition backup;
    TRY_ASSIGN(auto const stanza, context.file.text(reader, "stanza"));
    backup.stanza = stanza.value_or("");
    bool const own_command = reader.find("command") != nullptr;
    if (own_command || backup.stanza.empty()) {
        TRY_ASSIGN(backup.command, read_command(context, reader));
    } else {
        backup.command = {"pgbackrest", "info", "--output=json", "--stanza=" + backup.stanza};
    }
    TRY_ASSIGN(backup.environment, read_variables(context, reader));
    TRY_ASSIGN(auto const label, context.file.text(reader, "label"));
    TRY_ASSIGN(auto const since, context.file.text(reader, "since"));
    backup.label = label.value_or("");
    if (since) {
        backup.since = ci_server::parse_api_time(*since);
        if (!backup.since) {
            return context.wrong(reader.path_of("since"), "'" + *since + "' is no time",
                                 R"(Write "2026-11-22T10:00:00Z", or "${env:CI_PIPELINE_CREATED_AT}".)");
        }
    }
    bool const names_one = !backup.label.empty() || backup.since;
    if (backup.stanza.empty() == names_one) {
        return context.wrong(reader.path_of("type"),
                             backup.stanza.empty() ? R"("label" and "since" need "stanza")"
                                                   : "which backup? That none is running proves nothing",
                             R"(With "stanza", write "label", or "since": the time after which it began.)");
    }
    return ConditionSpec{std::move(backup)};
}

Result<ConditionSpec> read_http(ReadingContext const& context, ObjectReader& reader, Condition const& condition) {
    HttpCondition http;
    TRY_ASSIGN(http.request.url, read_text(context, reader, "url"));
    TRY_ASSIGN(http.request.headers, context.file.pairs(reader, "headers", Exposure::hidden));
    TRY_ASSIGN(auto const ca_file, context.file.text(reader, "ca_file"));
    http.request.tls.ca_file = ca_file.value_or("");
    http.request.timeout = condition.timeout;
    http.request.connect_timeout = condition.timeout;
    TRY_ASSIGN(auto const pointer, context.file.text(reader, "json"));
    http.pointer = pointer.value_or("");
    if (Json const* const wanted = reader.find("equals")) {
        auto copy = std::make_shared<Json>(*wanted);
        if (copy->is_string()) {
            TRY_ASSIGN(*copy, context.file.expand(copy->get<std::string>(), reader.path_of("equals"), Exposure::shown));
        }
        http.equals = std::move(copy);
    }
    config::remember_basic_login(http.request.headers);
    bool const plain = http.request.url.starts_with("http://") || http.request.url.starts_with("https://");
    if (!plain) {
        return context.wrong(reader.path_of("url"), "'" + http.request.url + "' is no http:// or https:// URL");
    }
    for (auto const& [name, value] : http.request.headers) {
        if ((name + value).find_first_of("\r\n") != std::string::npos || name.find(':') != std::string::npos) {
            return context.wrong(reader.path_of("headers"), "header '" + name + "' holds a line break or a colon");
        }
    }
    if (pointer.has_value() != (http.equals != nullptr) || (pointer && !pointer->empty() && pointer->front() != '/')) {
        return context.wrong(reader.path_of("json"),
                             R"("json" (a pointer such as "/state") and "equals" need each other)");
    }
    return ConditionSpec{std::move(http)};
}

Result<ConditionSpec> read_sql(ReadingContext const& context, ObjectReader& reader) {
    SqlCondition sql;
    TRY_ASSIGN(sql.connection, read_connection(context, reader));
    sql.sql = reader.required<std::string>("sql");
    if (sql.sql.find("${") != std::string::npos) {
        return context.wrong(reader.path_of("sql"), "variables are not filled into SQL",
                             "Use current_setting() with options= in the connection string.");
    }
    return ConditionSpec{std::move(sql)};
}

Result<ConditionSpec> read_exec(ReadingContext const& context, ObjectReader& reader) {
    ExecCondition exec;
    TRY_ASSIGN(exec.command, read_command(context, reader));
    TRY_ASSIGN(exec.environment, read_variables(context, reader));
    TRY_ASSIGN(auto const directory, context.file.text(reader, "directory"));
    exec.directory = directory.value_or("");
    return ConditionSpec{std::move(exec)};
}

Result<ConditionSpec> read_transactions(ReadingContext const& context, ObjectReader& reader) {
    TransactionsCondition transactions;
    TRY_ASSIGN(transactions.connection, read_connection(context, reader));
    TRY_ASSIGN(transactions.max_age, read_duration(context, reader, "max_age", 5min));
    return ConditionSpec{std::move(transactions)};
}

Result<ConditionSpec> read_locks(ReadingContext const& context, ObjectReader& reader) {
    LocksCondition locks;
    TRY_ASSIGN(locks.connection, read_connection(context, reader));
    locks.tables = reader.required<Strings>("tables");
    TRY_ASSIGN(locks.max_age, read_duration(context, reader, "max_age", 10s));
    if (Json const* const value = reader.find("tables"); value != nullptr && value->is_array() && value->empty()) {
        return context.wrong(reader.path_of("tables"), "no tables: nothing would be looked at",
                             R"(Name those that the migration changes: ["public.orders"].)");
    }
    return ConditionSpec{std::move(locks)};
}

Result<ConditionSpec> read_replication(ReadingContext const& context, ObjectReader& reader) {
    ReplicationCondition replication;
    TRY_ASSIGN(replication.connection, read_connection(context, reader));
    replication.standbys = reader.required<Strings>("standbys");
    TRY_ASSIGN(replication.max_lag_bytes, read_bytes(context, reader, "max_lag_bytes"));
    TRY_ASSIGN(replication.max_lag, read_duration(context, reader, "max_lag", 10s));
    if (Json const* const value = reader.find("standbys"); value != nullptr && value->is_array() && value->empty()) {
        return context.wrong(reader.path_of("standbys"), "no standbys: nothing would be looked at",
                             "Name each by its application_name, as pg_stat_replication shows it.");
    }
    return ConditionSpec{std::move(replication)};
}

Result<ConditionSpec> read_space(ReadingContext const& context, ObjectReader& reader) {
    SpaceCondition space;
    TRY_ASSIGN(auto const path, context.file.text(reader, "path"));
    space.path = path.value_or("");
    bool const named = reader.find("connection") != nullptr;
    TRY_ASSIGN(space.min_free_bytes, read_bytes(context, reader, "min_free_bytes"));
    if (named == path.has_value() || (path && path->empty())) {
        return context.wrong(
            reader.path_of("type"), R"(write either "path" or "connection")",
            "With a connection the folder of the server's data is looked at, where it is on this machine.");
    }
    if (named) {
        TRY_ASSIGN(space.connection, read_connection(context, reader));
    }
    return ConditionSpec{std::move(space)};
}

Result<ConditionSpec> read_migration(ReadingContext const& context, ObjectReader& reader) {
    MigrationCondition migration;
    TRY_ASSIGN(migration.connection, read_connection(context, reader));
    TRY_ASSIGN(migration.version, read_text(context, reader, "version"));
    TRY_ASSIGN(auto const tool, context.file.text(reader, "tool"));
    migration.tool = tool.value_or("");
    return ConditionSpec{std::move(migration)};
}

struct Kind {
    char const* name;
    Milliseconds interval; ///< cheap and near: often enough to be noticed within a second; another's API: politely
};
constexpr std::array<Kind, 14> k_kinds{{{"approval", 10s},
                                        {"window", 500ms},
                                        {"freeze", 30s},
                                        {"snapshot", 500ms},
                                        {"backup", 5s},
                                        {"job", 10s},
                                        {"http", 500ms},
                                        {"sql", 500ms},
                                        {"exec", 5s},
                                        {"transactions", 500ms},
                                        {"locks", 500ms},
                                        {"replication", 500ms},
                                        {"space", 500ms},
                                        {"migration", 500ms}}};

Result<ConditionSpec> read_spec(ReadingContext const& context, ObjectReader& reader, Condition const& condition,
                                std::size_t kind) {
    switch (kind) {
    case 0:
        return read_approval(context, reader).map([](ApprovalCondition one) { return ConditionSpec{std::move(one)}; });
    case 1:
        return read_window_keys(context.file, reader, context.environment).map([](Window window) {
            return ConditionSpec{WindowCondition{std::move(window), Edges::shrink}};
        });
    case 2: return read_freeze(context, reader);
    case 3: return read_snapshot(context, reader);
    case 4: return read_backup(context, reader);
    case 5: return read_job(context, reader);
    case 6: return read_http(context, reader, condition);
    case 7: return read_sql(context, reader);
    case 8: return read_exec(context, reader);
    case 9: return read_transactions(context, reader);
    case 10: return read_locks(context, reader);
    case 11: return read_replication(context, reader);
    case 12: return read_space(context, reader);
    default: return read_migration(context, reader);
    }
}

bool is_in_store(ConditionSpec const& spec) {
    auto const* approval = std::get_if<ApprovalCondition>(&spec);
    return approval != nullptr && std::holds_alternative<StoreApproval>(approval->by);
}

Result<void> check_condition(ReadingContext const& context, Condition const& condition) {
    bool const printable =
        std::all_of(condition.id.begin(), condition.id.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
    if (condition.id.empty() || !printable || condition.id.size() > 200) {
        return context.wrong(condition.place + "/id", "an id has 1 to 200 printable characters");
    }
    if (condition.overridable && condition.type == "approval") {
        return context.wrong(condition.place + "/overridable", "an approval can't be overridden",
                             R"(Whoever may approve in an emergency belongs into "allowed".)");
    }
    return {};
}

} // namespace

Result<std::size_t> read_choice(ReadingContext const& context, ObjectReader& reader, std::string const& key,
                                Strings const& names) {
    auto const value = reader.optional<std::string>(key);
    auto const place = value ? std::find(names.begin(), names.end(), *value) : names.end();
    if (place != names.end()) {
        return static_cast<std::size_t>(place - names.begin());
    }
    std::string list;
    for (auto const& name : names) {
        list += (list.empty() ? "" : ", ") + name;
    }
    std::string const near = value ? result::did_you_mean(*value, names) : std::string{};
    return context.wrong(reader.path_of(key),
                         value ? "'" + key + "' has no value '" + *value + "'"
                               : "'" + reader.path_of(key) + "' is missing",
                         near.empty() ? "Write one of: " + list + "." : near);
}

Result<std::string> read_text(ReadingContext const& context, ObjectReader& reader, std::string const& key) {
    TRY_ASSIGN(auto const value, context.file.text(reader, key));
    if (!value || value->empty()) {
        return context.wrong(reader.path_of(key), "'" + reader.path_of(key) + "' is missing or empty");
    }
    return *value;
}

Result<std::string> read_store(ReadingContext const& context, ObjectReader& reader) {
    TRY_ASSIGN(auto const named, context.file.text(reader, "store"));
    std::string store = named.value_or(context.environment.get("SLUICE_STORE").value_or(""));
    if (store.empty()) {
        return context.wrong(reader.path_of("store"), "no store named", R"(Write "store", or set SLUICE_STORE.)");
    }
    return store;
}

Result<Condition> read_condition(ReadingContext const& context, Json const& value, std::string const& path) {
    auto reader = context.file.object(value, path);
    Condition condition;
    condition.place = path;
    condition.id = reader.required<std::string>("id");
    Strings names;
    for (auto const& kind : k_kinds) {
        names.emplace_back(kind.name);
    }
    TRY_ASSIGN(auto const kind, read_choice(context, reader, "type", names));
    condition.type = k_kinds.at(kind).name;
    TRY_ASSIGN(auto const interval, context.file.duration(reader, "interval"));
    TRY_ASSIGN(condition.timeout, read_duration(context, reader, "timeout", 10s));
    condition.overridable = reader.optional<bool>("overridable").value_or(false);
    TRY_ASSIGN(condition.spec, read_spec(context, reader, condition, kind));
    TRY(reader.finish());
    constexpr Milliseconds in_store = 500ms;
    condition.interval = interval.value_or(is_in_store(condition.spec) ? in_store : k_kinds.at(kind).interval);
    TRY(check_condition(context, condition));
    return condition;
}

} // namespace sluice::gate_wait
