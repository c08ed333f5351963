#include "tools/smoke/check_file.hpp"

#include "common/config/input.hpp"

#include <algorithm>
#include <set>

namespace sluice::smoke {

namespace {

struct Settings {
    Check defaults{};
    std::chrono::milliseconds interval{1'000};
    unsigned stable = 2;
    std::vector<http::Network> networks{};
};

Result<void> read_defaults(FileReader const& file, json::ObjectReader& document, Settings& settings) {
    Json const* const value = document.find("defaults");
    if (value == nullptr) {
        return {};
    }
    auto reader = file.object(*value, "/defaults");
    TRY_ASSIGN(auto const timeout, file.duration(reader, "timeout"));
    TRY_ASSIGN(auto const interval, file.duration(reader, "interval"));
    auto const stable = reader.optional<unsigned>("stable");
    TRY(reader.finish());
    if (stable && *stable == 0) {
        Error const error{Errc::usage, "no good round at all would end the wait", "Write 1 or more.", {}, {}};
        return tl::unexpected<Error>(file.at_value(error, "/defaults/stable"));
    }
    settings.defaults.timeout = timeout.value_or(settings.defaults.timeout);
    settings.defaults.interval = interval.value_or(settings.defaults.interval);
    settings.interval = settings.defaults.interval;
    settings.stable = stable.value_or(settings.stable);
    return {};
}

Result<std::vector<http::Network>> read_networks(FileReader const& file, json::ObjectReader& document) {
    std::vector<http::Network> networks;
    auto const texts = document.optional<std::vector<std::string>>("networks");
    for (std::size_t i = 0; texts && i < texts->size(); ++i) {
        TRY_ASSIGN(auto const network, http::parse_network((*texts)[i]).map_error([&](Error error) {
            return file.at_value(std::move(error), "/networks/" + std::to_string(i));
        }));
        networks.push_back(network);
    }
    if (texts && texts->empty()) {
        Error const error{Errc::usage, "no network at all may be connected to", "Leave \"networks\" out.", {}, {}};
        return tl::unexpected<Error>(file.at_value(error, "/networks"));
    }
    return networks;
}

void restrict(Probe& probe, std::vector<http::Network> const& networks) {
    if (auto* http = std::get_if<HttpCheck>(&probe)) {
        http->request.networks = networks;
    } else if (auto* tcp = std::get_if<TcpCheck>(&probe)) {
        tcp->networks = networks;
    }
}

Result<Budgets> read_budgets(FileReader const& file, json::ObjectReader& document) {
    Budgets budgets;
    if (Json const* const value = document.find("budgets")) {
        auto reader = file.object(*value, "/budgets");
        budgets.failures = reader.optional<std::uint64_t>("failures");
        TRY_ASSIGN(budgets.outage, file.duration(reader, "outage"));
        TRY_ASSIGN(budgets.gap, file.duration(reader, "gap"));
        TRY(reader.finish());
    }
    return budgets;
}

Result<std::map<std::string, std::string>> read_vars(Json const& document, json::Locator const& locator,
                                                     ci::Environment const& environment) {
    std::map<std::string, std::string> vars;
    if (!document.is_object() || !document.contains("vars")) {
        return vars;
    }
    Variables const outside(environment, {});
    FileReader const file(locator, outside);
    auto reader = file.object(document, "");
    TRY_ASSIGN(auto const pairs, file.pairs(reader, "vars", Exposure::shown));
    vars.insert(pairs.begin(), pairs.end());
    return vars;
}

Result<void> check_ids(FileReader const& file, std::vector<Check> const& checks) {
    std::set<std::string> seen;
    for (auto const& check : checks) {
        if (!seen.insert(check.id).second) {
            Error const error{Errc::usage,
                              "there are two checks '" + check.id + "'",
                              "Ids name the cases of the reports, so each is used once.",
                              {},
                              {}};
            return tl::unexpected<Error>(file.at_value(error, check.place + "/id"));
        }
    }
    auto const schemas = std::count_if(checks.begin(), checks.end(), [](Check const& check) {
        auto const* pg = std::get_if<PgCheck>(&check.probe);
        return pg != nullptr && pg->schema;
    });
    if (schemas > 1) {
        return fail(Errc::usage, "more than one check tells the schema's version");
    }
    return {};
}

Result<void> read_checks(FileReader const& file, json::ObjectReader& document, Settings const& settings,
                         ci::Environment const& environment, CheckFile& read) {
    Json const* const list = document.find("checks");
    if (list == nullptr || !list->is_array() || list->empty()) {
        Error const error{Errc::usage, "there are no checks", R"(Add at least one to "checks": [ … ].)", {}, {}};
        return tl::unexpected<Error>(file.at_key(error, "/checks"));
    }
    std::size_t index = 0;
    for (auto const& value : *list) {
        std::string const path = "/checks/" + std::to_string(index++);
        TRY_ASSIGN(auto check, read_check(file, value, path, settings.defaults, environment));
        restrict(check.probe, settings.networks);
        read.checks.push_back(std::move(check));
    }
    return check_ids(file, read.checks);
}

Error as_usage(Error error) {
    error.kind = Errc::usage;
    return error;
}

Result<CheckFile> read_document(Json const& document, std::shared_ptr<json::Locator const> const& locator,
                                std::string const& name, ci::Environment const& environment) {
    TRY_ASSIGN(auto vars, read_vars(document, *locator, environment));
    Variables const variables(environment, std::move(vars));
    FileReader const file(*locator, variables);
    auto reader = file.object(document, "");
    auto const version = reader.required<unsigned>("version");
    reader.allow("vars");
    reader.allow("$schema"); // editors complete by it
    CheckFile read;
    read.name = name;
    read.locator = locator;
    Settings settings;
    TRY(read_defaults(file, reader, settings));
    TRY_ASSIGN(read.budgets, read_budgets(file, reader));
    TRY_ASSIGN(settings.networks, read_networks(file, reader));
    read.interval = settings.interval;
    read.stable = settings.stable;
    reader.allow("checks");
    // Keys of the document first: a misspelt "checks" is better told as such than as none.
    TRY(reader.finish());
    if (version != 1) {
        Error const error{Errc::usage, "version " + std::to_string(version) + " is not known, only 1 is", {}, {}, {}};
        return tl::unexpected<Error>(file.at_value(error, "/version"));
    }
    TRY(read_checks(file, reader, settings, environment, read));
    return read;
}

} // namespace

Result<CheckFile> parse_check_file(std::string const& text, std::string const& name,
                                   ci::Environment const& environment) {
    TRY_ASSIGN(auto const document, json::parse(text, name).map_error(as_usage));
    auto const locator = std::make_shared<json::Locator const>(text, name);
    return read_document(document, locator, name, environment).map_error(as_usage);
}

Result<std::string> read_checks_text(std::string const& path) {
    return config::read_input(path, "Name a file with checks, or a URL that begins with http:// or https://.");
}

Result<CheckFile> load_check_file(std::string const& path, ci::Environment const& environment) {
    TRY_ASSIGN(auto const text, read_checks_text(path));
    return parse_check_file(text, path == "-" ? "<stdin>" : path, environment);
}

Result<CheckFile> check_of_url(std::string const& url) {
    std::size_t const host = url.find("://") + 3;
    std::size_t const end = std::min(url.find_first_of("/?#", host), url.size());
    if (url.substr(host, end - host).find('@') != std::string::npos) {
        return fail(Errc::usage, "a password in a URL on the command line can be read by every user of this machine",
                    R"(Write a check file with the header "Authorization": "Basic ${env:LOGIN}".)");
    }
    if (end == host) {
        return fail(Errc::usage, "'" + url + "' names no host");
    }
    Check check;
    check.id = url;
    check.probe = HttpCheck{http::Request{.url = url}, std::nullopt};
    TRY_ASSIGN(auto least, make_expectation({"status", ""}, Op::ge, std::make_shared<Json const>(200)));
    TRY_ASSIGN(auto most, make_expectation({"status", ""}, Op::lt, std::make_shared<Json const>(300)));
    check.expect = {std::move(least), std::move(most)};
    CheckFile file;
    file.name = url;
    file.checks.push_back(std::move(check));
    return file;
}

} // namespace sluice::smoke
