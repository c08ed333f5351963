#pragma once

#include "common/http/client.hpp"
#include "common/json/locator.hpp"
#include "common/postgres/connection.hpp"
#include "tools/smoke/expectation.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sluice::smoke {

struct HttpCheck {
    http::Request request{};
    std::optional<Subject> revision{}; ///< where the answer says which code gave it
};

struct TcpCheck {
    std::string host{};
    std::string port{};
    std::vector<http::Network> networks{}; ///< as of a request
};

struct PgCheck {
    postgres::ConnectionParameters connection{};
    std::string sql{};
    std::optional<Subject> schema{}; ///< the cell that says which schema the database has
};

struct ExecCheck {
    std::vector<std::string> command{};
    std::map<std::string, std::string> environment{};
    std::string directory{};
};

/// Holds that a database was restored, not started empty.
struct ProvenanceCheck {
    postgres::ConnectionParameters connection{};
    std::optional<std::chrono::milliseconds> max_age{}; ///< of the data, not of the restore
    bool masked = false;                                ///< true: it must be
    std::string stage{};                                ///< empty: any
};

using Probe = std::variant<HttpCheck, TcpCheck, PgCheck, ExecCheck, ProvenanceCheck>;

struct Check {
    std::string id{};
    bool after = true;  ///< part of single runs and of wait
    bool during = true; ///< part of during
    bool warn_only = false;
    std::chrono::milliseconds timeout{10'000};
    std::chrono::milliseconds interval{1'000}; ///< between two probes of during
    Probe probe{};
    std::vector<Expectation> expect{};
    std::string place{}; ///< path in the check file
};

/// What `during` puts up with. With none given no failure is tolerated.
struct Budgets {
    std::optional<std::uint64_t> failures{};
    std::optional<std::chrono::milliseconds> outage{};
    std::optional<std::chrono::milliseconds> gap{};
};

struct CheckFile {
    std::string name{};
    std::vector<Check> checks{};
    std::chrono::milliseconds interval{1'000}; ///< between two rounds of wait
    unsigned stable = 2;                       ///< good rounds in a row that end wait
    Budgets budgets{};
    std::shared_ptr<json::Locator const> locator{}; ///< none for a single URL
};

[[nodiscard]] std::string_view type_name(Probe const& probe);

} // namespace sluice::smoke
