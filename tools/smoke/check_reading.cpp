#include "common/config/secrets.hpp"
#include "common/result/did_you_mean.hpp"
#include "tools/smoke/check_file.hpp"
#include "tools/smoke/subject.hpp"

#include <algorithm>
#include <array>

namespace sluice::smoke {

namespace {

using json::ObjectReader;
using Strings = std::vector<std::string>;

tl::unexpected<Error> wrong(FileReader const& file, std::string const& path, std::string message,
                            std::string hint = {}) {
    return tl::unexpected<Error>(file.at_value(Error{Errc::usage, std::move(message), std::move(hint), {}, {}}, path));
}

template <class T> auto at(FileReader const& file, std::string const& path, Result<T> result) {
    return std::move(result).map_error([&](Error error) { return file.at_value(std::move(error), path); });
}

// One of the names that a key may have.
Result<std::size_t> choice(FileReader const& file, ObjectReader& reader, std::string const& key,
                           std::vector<std::string> const& names, std::size_t fallback) {
    auto const value = reader.optional<std::string>(key);
    if (!value) {
        return fallback;
    }
    auto const place = std::find(names.begin(), names.end(), *value);
    if (place == names.end()) {
        std::string list;
        for (auto const& name : names) {
            list += (list.empty() ? "" : ", ") + name;
        }
        std::string const near = result::did_you_mean(*value, names);
        return wrong(file, reader.path_of(key), "'" + key + "' has no value '" + *value + "'",
                     near.empty() ? "Write one of: " + list + "." : near);
    }
    return static_cast<std::size_t>(std::distance(names.begin(), place));
}

// {"json": "/version"} or {"header": "X-Revision"}: an object with one key.
Result<std::optional<Subject>> read_source(FileReader const& file, ObjectReader& reader, std::string const& key,
                                           std::string_view type, Strings const& names) {
    Json const* const value = reader.find(key);
    if (value == nullptr) {
        return std::optional<Subject>{};
    }
    std::string const path = reader.path_of(key);
    auto inner = file.object(*value, path);
    std::optional<Subject> found;
    for (auto const& name : names) {
        if (auto const argument = inner.optional<std::string>(name)) {
            TRY_ASSIGN(found, at(file, path, parse_subject(name + ":" + *argument, type)));
        }
    }
    TRY(inner.finish());
    if (!found || value->size() != 1) {
        return wrong(file, path, "'" + key + "' needs exactly one source",
                     R"(Write, for example, {")" + names.front() + R"(": "…"}.)");
    }
    return found;
}

Result<Expectation> read_expectation(FileReader const& file, Json const& value, std::string const& path,
                                     std::string_view type) {
    auto reader = file.object(value, path);
    auto const on = reader.required<std::string>("on");
    auto const op_name = reader.required<std::string>("op");
    Json const* const wanted = reader.find("value");
    TRY(reader.finish());
    TRY_ASSIGN(auto subject, at(file, path + "/on", parse_subject(on, type)));
    auto const op = op_named(op_name);
    if (!op) {
        Strings known;
        for (int i = 0; i <= static_cast<int>(Op::len_ge); ++i) {
            known.emplace_back(name_of(static_cast<Op>(i)));
        }
        return wrong(file, path + "/op", "there is no 'op' " + op_name, result::did_you_mean(op_name, known));
    }
    auto copy = wanted == nullptr ? nullptr : std::make_shared<Json>(*wanted);
    if (copy && copy->is_string()) {
        TRY_ASSIGN(*copy, file.expand(copy->get<std::string>(), path + "/value", Exposure::shown));
    }
    TRY_ASSIGN(auto expectation,
               at(file, path + (copy ? "/value" : "/op"), make_expectation(std::move(subject), *op, copy)));
    expectation.place = path + (copy ? "/value" : "/op");
    return expectation;
}

Result<std::vector<Expectation>> read_expectations(FileReader const& file, ObjectReader& reader,
                                                   std::string_view type) {
    std::vector<Expectation> expectations;
    Json const* const list = reader.find("expect");
    if (list == nullptr) {
        return expectations;
    }
    std::string const path = reader.path_of("expect");
    if (!list->is_array()) {
        return wrong(file, path, "'expect' must be a list of assertions");
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
        TRY_ASSIGN(auto one, read_expectation(file, (*list)[i], path + "/" + std::to_string(i), type));
        expectations.push_back(std::move(one));
    }
    return expectations;
}

Result<void> read_tls(FileReader const& file, ObjectReader& reader, http::Tls& tls) {
    TRY_ASSIGN(auto const ca_file, file.text(reader, "ca_file"));
    TRY_ASSIGN(auto const certificate, file.text(reader, "client_certificate"));
    TRY_ASSIGN(auto const key, file.text(reader, "client_key"));
    tls = {ca_file.value_or(""), certificate.value_or(""), key.value_or(""),
           !reader.optional<bool>("insecure").value_or(false)};
    return {};
}

Result<void> read_transport(FileReader const& file, ObjectReader& reader, http::Request& request) {
    TRY_ASSIGN(auto const version, choice(file, reader, "http_version", {"any", "1.1", "2"}, 0));
    TRY_ASSIGN(auto const family, choice(file, reader, "ip", {"any", "4", "6"}, 0));
    request.version = static_cast<http::Version>(version);
    request.family = static_cast<http::AddressFamily>(family);
    request.resolve = reader.optional<Strings>("resolve").value_or(Strings{});
    for (auto& entry : request.resolve) {
        TRY_ASSIGN(entry, file.expand(entry, reader.path_of("resolve"), Exposure::shown));
    }
    TRY_ASSIGN(auto const proxy, file.text(reader, "proxy"));
    request.proxy = proxy.value_or("");
    TRY_ASSIGN(auto const connect, file.duration(reader, "connect_timeout"));
    request.connect_timeout = connect.value_or(request.timeout);
    request.follow = reader.optional<unsigned>("follow").value_or(0);
    request.body_limit = reader.optional<std::size_t>("body_limit").value_or(request.body_limit);
    constexpr unsigned most_redirects = 10;
    if (request.follow > most_redirects) {
        return wrong(file, reader.path_of("follow"), "at most 10 redirects are followed");
    }
    return {};
}

Result<Probe> read_http(FileReader const& file, ObjectReader& reader, Check& check) {
    HttpCheck http;
    TRY_ASSIGN(auto const url, file.text(reader, "url"));
    http.request.url = url ? *url : reader.required<std::string>("url");
    http.request.timeout = check.timeout;
    http.request.method = reader.optional<std::string>("method").value_or("GET");
    TRY_ASSIGN(http.request.headers, file.pairs(reader, "headers", Exposure::hidden));
    TRY_ASSIGN(auto const body, file.text(reader, "body", Exposure::hidden));
    http.request.body = body.value_or("");
    TRY(read_tls(file, reader, http.request.tls));
    TRY(read_transport(file, reader, http.request));
    TRY_ASSIGN(http.revision, read_source(file, reader, "revision", "http", {"json", "header"}));
    bool const plain = http.request.url.starts_with("http://") || http.request.url.starts_with("https://");
    if (url && !plain) {
        return wrong(file, reader.path_of("url"), "'" + *url + "' is no http:// or https:// URL");
    }
    bool const method_is_word = std::all_of(http.request.method.begin(), http.request.method.end(),
                                            [](char c) { return c >= 'A' && c <= 'Z'; });
    if (http.request.method.empty() || !method_is_word) {
        return wrong(file, reader.path_of("method"), "a method is a word in capitals, such as GET");
    }
    for (auto const& [name, value] : http.request.headers) {
        if ((name + value).find_first_of("\r\n") != std::string::npos || name.find(':') != std::string::npos) {
            return wrong(file, reader.path_of("headers"), "header '" + name + "' holds a line break or a colon");
        }
    }
    config::remember_basic_login(http.request.headers);
    TRY_ASSIGN(check.expect, read_expectations(file, reader, "http"));
    return Probe{std::move(http)};
}

Result<Probe> read_tcp(FileReader const& file, ObjectReader& reader, Check& check) {
    TRY_ASSIGN(auto const address, file.text(reader, "address"));
    std::string const text = address ? *address : reader.required<std::string>("address");
    std::size_t const colon = text.rfind(':');
    TcpCheck tcp{text.substr(0, colon), colon == std::string::npos ? "" : text.substr(colon + 1)};
    if (tcp.host.starts_with('[') && tcp.host.ends_with(']')) {
        tcp.host = tcp.host.substr(1, tcp.host.size() - 2);
    }
    bool const numeric = !tcp.port.empty() && tcp.port.size() <= 5 &&
                         std::all_of(tcp.port.begin(), tcp.port.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (address && (tcp.host.empty() || !numeric || std::stoi(tcp.port) > 65535 || std::stoi(tcp.port) == 0)) {
        return wrong(file, reader.path_of("address"), "'" + text + "' is no host and port", "Write db.example:5432.");
    }
    TRY_ASSIGN(check.expect, read_expectations(file, reader, "tcp"));
    return Probe{std::move(tcp)};
}

Result<postgres::ConnectionParameters> read_connection(FileReader const& file, ObjectReader& reader,
                                                       ci::Environment const& environment) {
    auto const reference = reader.optional<std::string>("connection").value_or("");
    return at(file, reader.path_of("connection"), postgres::resolve_connection(reference, environment));
}

Result<Probe> read_pg(FileReader const& file, ObjectReader& reader, Check& check, ci::Environment const& environment) {
    PgCheck pg;
    TRY_ASSIGN(pg.connection, read_connection(file, reader, environment));
    pg.sql = reader.required<std::string>("sql");
    if (pg.sql.find("${") != std::string::npos) {
        return wrong(file, reader.path_of("sql"), "variables are not filled into SQL",
                     R"(Compare the value in "expect" instead.)");
    }
    TRY_ASSIGN(pg.schema, read_source(file, reader, "schema", "pg", {"cell"}));
    TRY_ASSIGN(check.expect, read_expectations(file, reader, "pg"));
    return Probe{std::move(pg)};
}

Result<Probe> read_exec(FileReader const& file, ObjectReader& reader, Check& check) {
    ExecCheck exec;
    exec.command = reader.required<Strings>("command");
    Json const* const command = reader.find("command");
    if (command != nullptr && command->is_array() && command->empty()) {
        return wrong(file, reader.path_of("command"), "the command is empty");
    }
    for (auto const& argument : exec.command) {
        if (argument.find("${") != std::string::npos) {
            return wrong(file, reader.path_of("command"),
                         "variables are not filled into a command, whose arguments every user of this machine can read",
                         R"(Pass them by "environment" and let the command read them there.)");
        }
    }
    TRY_ASSIGN(auto const variables, file.pairs(reader, "environment", Exposure::hidden));
    exec.environment.insert(variables.begin(), variables.end());
    TRY_ASSIGN(auto const directory, file.text(reader, "directory"));
    exec.directory = directory.value_or("");
    TRY_ASSIGN(check.expect, read_expectations(file, reader, "exec"));
    if (check.expect.empty()) {
        TRY_ASSIGN(auto success, make_expectation({"exit", ""}, Op::eq, std::make_shared<Json const>(0)));
        success.place = reader.path_of("command");
        check.expect.push_back(std::move(success));
    }
    return Probe{std::move(exec)};
}

Result<Probe> read_provenance(FileReader const& file, ObjectReader& reader, ci::Environment const& environment) {
    ProvenanceCheck provenance;
    TRY_ASSIGN(provenance.connection, read_connection(file, reader, environment));
    TRY_ASSIGN(provenance.max_age, file.duration(reader, "max_age"));
    provenance.masked = reader.optional<bool>("masked").value_or(false);
    TRY_ASSIGN(auto const stage, file.text(reader, "stage"));
    provenance.stage = stage.value_or("");
    return Probe{std::move(provenance)};
}

constexpr std::array<std::string_view, 5> k_types{"http", "tcp", "pg", "exec", "provenance"};

Result<Probe> read_probe(FileReader const& file, ObjectReader& reader, Check& check,
                         ci::Environment const& environment) {
    [[maybe_unused]] auto const asked = reader.required<std::string>("type");
    TRY_ASSIGN(auto const type, choice(file, reader, "type", Strings(k_types.begin(), k_types.end()), k_types.size()));
    switch (type) {
    case 0: return read_http(file, reader, check);
    case 1: return read_tcp(file, reader, check);
    case 2: return read_pg(file, reader, check, environment);
    case 3: return read_exec(file, reader, check);
    case 4: return read_provenance(file, reader, environment);
    default: break;
    }
    TRY(reader.finish());
    return fail(Errc::internal, "a check without a type was let through");
}

Result<void> read_phases(FileReader const& file, ObjectReader& reader, Check& check) {
    auto const phases = reader.optional<Strings>("phase");
    if (!phases) {
        return {};
    }
    check.after = std::find(phases->begin(), phases->end(), "after") != phases->end();
    check.during = std::find(phases->begin(), phases->end(), "during") != phases->end();
    auto const known = static_cast<std::size_t>(check.after) + static_cast<std::size_t>(check.during);
    if (known == 0 || known != phases->size()) {
        return wrong(file, reader.path_of("phase"), R"('phase' lists "after", "during" or both)");
    }
    return {};
}

Result<void> check_id(FileReader const& file, ObjectReader& reader, std::string const& id) {
    bool const printable = std::all_of(id.begin(), id.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
    if (id.empty() || !printable || id.size() > 200) {
        return wrong(file, reader.path_of("id"), "an id has 1 to 200 printable characters");
    }
    return {};
}

} // namespace

std::string_view type_name(Probe const& probe) { return k_types.at(probe.index()); }

Result<Check> read_check(FileReader const& file, Json const& value, std::string const& path, Check const& defaults,
                         ci::Environment const& environment) {
    auto reader = file.object(value, path);
    Check check = defaults;
    check.place = path;
    check.id = reader.required<std::string>("id");
    TRY_ASSIGN(auto const timeout, file.duration(reader, "timeout"));
    TRY_ASSIGN(auto const interval, file.duration(reader, "interval"));
    check.timeout = timeout.value_or(check.timeout);
    check.interval = interval.value_or(check.interval);
    TRY_ASSIGN(auto const severity, choice(file, reader, "severity", {"fail", "warn"}, 0));
    check.warn_only = severity == 1;
    TRY(read_phases(file, reader, check));
    TRY_ASSIGN(check.probe, read_probe(file, reader, check, environment));
    TRY(reader.finish());
    TRY(check_id(file, reader, check.id));
    bool const asserts_by_itself =
        std::holds_alternative<TcpCheck>(check.probe) || std::holds_alternative<ProvenanceCheck>(check.probe);
    if (check.expect.empty() && !asserts_by_itself) {
        return wrong(file, value.contains("expect") ? path + "/expect" : path,
                     "check '" + check.id + "' asserts nothing", R"(Add "expect": [ … ], at least one assertion.)");
    }
    return check;
}

} // namespace sluice::smoke
