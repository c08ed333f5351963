#pragma once

#include "common/ci_server/server.hpp"
#include "common/http/client.hpp"
#include "common/json/forward.hpp"
#include "common/json/locator.hpp"
#include "common/postgres/connection.hpp"
#include "tools/gate-wait/decision.hpp"
#include "tools/gate-wait/subject.hpp"
#include "tools/gate-wait/window.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sluice::gate_wait {

using Milliseconds = std::chrono::milliseconds;

/// Whose word counts, and for how long.
struct ApprovalRules {
    unsigned quorum = 1;
    std::vector<std::string> allowed{}; ///< empty: everybody whom the system lets
    std::optional<Milliseconds> max_age{};
    bool triggerer_may = false; ///< whether who asked for the release may approve it
};

struct StoreApproval {
    std::string store{};
    std::string gate{};
};
struct GitlabDeploymentApproval {
    ci_server::Server server{};
    std::string project{};
};
struct GitlabJobApproval {
    ci_server::Server server{};
    std::string project{};
    std::string pipeline{};
    std::string job{};
};
struct JenkinsInputApproval {
    ci_server::Server server{}; ///< its URL is that of the build
    std::string input{};
    std::size_t position = 1; ///< which of the build's inputs it is: Jenkins keeps who answered, but not what
};

struct ApprovalCondition {
    ApprovalRules rules{};
    std::variant<StoreApproval, GitlabDeploymentApproval, GitlabJobApproval, JenkinsInputApproval> by{};
};

struct WindowCondition {
    Window window{};
    Edges edges = Edges::shrink; ///< grow below "not", where a doubtful moment denies
};

struct FreezeCondition {
    ci_server::Server server{};
    std::string project{};
};

struct SnapshotCondition {
    std::string store{};
    std::string name{}; ///< empty: whichever has it
    std::string id{};
    bool verify = true; ///< whether every byte must have been read back
};

struct BackupCondition {
    std::vector<std::string> command{};
    std::map<std::string, std::string> environment{};
    std::string stanza{}; ///< of pgBackRest; empty: the command's exit code decides
    std::string label{};
    std::optional<time::Wall> since{}; ///< began then or later
};

struct GitlabJobCondition {
    ci_server::Server server{};
    std::string project{};
    std::string pipeline{};
    std::string job{};
};
struct JenkinsBuildCondition {
    ci_server::Server server{}; ///< its URL is that of the build
};

struct HttpCondition {
    http::Request request{};
    std::string pointer{}; ///< RFC 6901, into the JSON answer; only with `equals`
    std::shared_ptr<Json const> equals{};
};

struct SqlCondition {
    postgres::ConnectionParameters connection{};
    std::string sql{};
};

struct ExecCondition {
    std::vector<std::string> command{};
    std::map<std::string, std::string> environment{};
    std::string directory{};
};

struct TransactionsCondition {
    postgres::ConnectionParameters connection{};
    Milliseconds max_age{};
};

struct LocksCondition {
    postgres::ConnectionParameters connection{};
    std::vector<std::string> tables{};
    Milliseconds max_age{};
};

struct ReplicationCondition {
    postgres::ConnectionParameters connection{};
    std::vector<std::string> standbys{};
    std::int64_t max_lag_bytes = 0;
    Milliseconds max_lag{};
};

struct SpaceCondition {
    std::string path{}; ///< empty: the server's data folder
    postgres::ConnectionParameters connection{};
    std::int64_t min_free_bytes = 0;
};

struct MigrationCondition {
    postgres::ConnectionParameters connection{};
    std::string version{};
    std::string tool{}; ///< empty: any
};

using ConditionSpec =
    std::variant<ApprovalCondition, WindowCondition, FreezeCondition, SnapshotCondition, BackupCondition,
                 GitlabJobCondition, JenkinsBuildCondition, HttpCondition, SqlCondition, ExecCondition,
                 TransactionsCondition, LocksCondition, ReplicationCondition, SpaceCondition, MigrationCondition>;

struct Condition {
    std::string id{};
    std::string type{};
    ConditionSpec spec{};
    Milliseconds interval{}; ///< between two askings
    Milliseconds timeout{};  ///< of one
    bool overridable = false;
    std::string place{}; ///< path in the gate file
};

struct Gate {
    std::string name{};
    std::string file{};   ///< as it was given, for messages
    std::string digest{}; ///< SHA-256 of the file's text
    Subject subject{};
    std::vector<Condition> conditions{};
    Expression open_when{};
    std::optional<std::size_t> override_approval{}; ///< the second person's word for an override
    Milliseconds timeout{};
    Milliseconds interval{}; ///< between two rounds in which all conditions hold
    unsigned stable = 1;     ///< such rounds in a row
};

} // namespace sluice::gate_wait
