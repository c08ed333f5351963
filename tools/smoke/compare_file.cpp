#include "tools/smoke/compare_file.hpp"

#include "common/config/secrets.hpp"

#include <algorithm>

namespace sluice::smoke {

namespace {

using json::ObjectReader;
using Strings = std::vector<std::string>;

tl::unexpected<Error> wrong(FileReader const& file, std::string const& path, std::string message,
                            std::string hint = {}) {
    return tl::unexpected<Error>(file.at_value(Error{Errc::usage, std::move(message), std::move(hint), {}, {}}, path));
}

Result<Leniency> read_leniency(FileReader const& file, ObjectReader& reader) {
    Leniency leniency;
    auto const ignore = reader.optional<Strings>("ignore").value_or(Strings{});
    leniency.ignore.insert(ignore.begin(), ignore.end());
    Json const* const tolerances = reader.find("tolerances");
    if (tolerances != nullptr) {
        std::string const path = reader.path_of("tolerances");
        auto inner = file.object(*tolerances, path);
        for (auto const& [name, value] : tolerances->items()) {
            leniency.tolerances[name] = inner.required<double>(name);
            if (leniency.tolerances[name] < 0) {
                return wrong(file, path + "/" + name, "a tolerance is not negative");
            }
        }
        TRY(inner.finish());
    }
    return leniency;
}

Result<QueryPair> read_query(FileReader const& file, Json const& value, std::string const& path) {
    auto reader = file.object(value, path);
    QueryPair query;
    query.id = reader.required<std::string>("id");
    query.sql = reader.required<std::string>("sql");
    query.key = reader.required<Strings>("key");
    query.allow_empty = reader.optional<bool>("allow_empty").value_or(false);
    TRY_ASSIGN(query.leniency, read_leniency(file, reader));
    TRY(reader.finish());
    if (query.key.empty()) {
        return wrong(file, path + "/key", "without a key no row can be matched",
                     "Name the columns that tell rows apart.");
    }
    auto const ignored = std::find_if(query.key.begin(), query.key.end(), [&](std::string const& column) {
        return query.leniency.ignore.contains(column);
    });
    if (ignored != query.key.end()) {
        return wrong(file, path + "/ignore", "column '" + *ignored + "' of the key cannot be ignored");
    }
    return query;
}

Result<RequestPair> read_request(FileReader const& file, Json const& value, std::string const& path) {
    auto reader = file.object(value, path);
    RequestPair request;
    request.id = reader.required<std::string>("id");
    TRY_ASSIGN(auto const target, file.text(reader, "path"));
    request.path = target ? *target : reader.required<std::string>("path");
    request.items = reader.optional<std::string>("items").value_or("");
    request.key = reader.optional<std::string>("key").value_or("");
    TRY_ASSIGN(request.leniency, read_leniency(file, reader));
    TRY(reader.finish());
    if (!request.path.starts_with('/')) {
        return wrong(file, path + "/path", "a path begins with '/'");
    }
    return request;
}

Result<Side> read_side(FileReader const& file, ObjectReader& document, std::string const& name,
                       ci::Environment const& environment) {
    Side side;
    side.name = name;
    Json const* const value = document.find(name);
    if (value == nullptr) {
        return fail(Errc::usage, "'/" + name + "' is missing");
    }
    auto reader = file.object(*value, "/" + name);
    if (auto const reference = reader.optional<std::string>("connection")) {
        TRY_ASSIGN(side.connection, postgres::resolve_connection(*reference, environment).map_error([&](Error error) {
            return file.at_value(std::move(error), "/" + name + "/connection");
        }));
    }
    TRY_ASSIGN(auto const url, file.text(reader, "url"));
    side.request.url = url.value_or("");
    TRY_ASSIGN(side.request.headers, file.pairs(reader, "headers", Exposure::hidden));
    config::remember_basic_login(side.request.headers);
    TRY_ASSIGN(auto const timeout, file.duration(reader, "timeout"));
    side.request.timeout = timeout.value_or(std::chrono::seconds{60});
    TRY(reader.finish());
    bool const plain = side.request.url.starts_with("http://") || side.request.url.starts_with("https://");
    if (url && !plain) {
        return wrong(file, "/" + name + "/url", "'" + *url + "' is no http:// or https:// URL");
    }
    while (side.request.url.ends_with('/')) {
        side.request.url.pop_back();
    }
    return side;
}

template <class T, class Read>
Result<std::vector<T>> read_list(FileReader const& file, ObjectReader& document, std::string const& key, Read read,
                                 std::set<std::string>& ids) {
    std::vector<T> all;
    Json const* const list = document.find(key);
    if (list == nullptr) {
        return all;
    }
    if (!list->is_array()) {
        return wrong(file, "/" + key, "'" + key + "' must be a list");
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
        std::string const path = "/" + key + "/" + std::to_string(i);
        TRY_ASSIGN(auto one, read(file, (*list)[i], path));
        if (one.id.empty() || !ids.insert(one.id).second) {
            return wrong(file, path + "/id", "id '" + one.id + "' is empty or used twice");
        }
        all.push_back(std::move(one));
    }
    return all;
}

Result<void> check_sides(CompareFile const& file) {
    if (file.queries.empty() && file.requests.empty()) {
        return fail(Errc::usage, "there is nothing to compare", R"(Add "queries" or "requests".)");
    }
    for (Side const* side : {&file.left, &file.right}) {
        if (!file.queries.empty() && !side->connection) {
            return fail(Errc::usage, "'/" + side->name + "/connection' is missing, which the queries go to");
        }
        if (!file.requests.empty() && side->request.url.empty()) {
            return fail(Errc::usage, "'/" + side->name + "/url' is missing, which the requests go to");
        }
    }
    return {};
}

Result<CompareFile> read_document(FileReader const& file, Json const& document, std::string const& name,
                                  ci::Environment const& environment) {
    auto reader = file.object(document, "");
    CompareFile read;
    read.name = name;
    auto const version = reader.required<unsigned>("version");
    reader.allow("$schema");
    for (char const* key : {"left", "right", "queries", "requests"}) {
        reader.allow(key);
    }
    TRY(reader.finish());
    if (version != 1) {
        return wrong(file, "/version", "version " + std::to_string(version) + " is not known, only 1 is");
    }
    std::set<std::string> ids;
    TRY_ASSIGN(read.left, read_side(file, reader, "left", environment));
    TRY_ASSIGN(read.right, read_side(file, reader, "right", environment));
    TRY_ASSIGN(read.queries, read_list<QueryPair>(file, reader, "queries", read_query, ids));
    TRY_ASSIGN(read.requests, read_list<RequestPair>(file, reader, "requests", read_request, ids));
    TRY(check_sides(read));
    return read;
}

} // namespace

Result<CompareFile> parse_compare_file(std::string const& text, std::string const& name,
                                       ci::Environment const& environment) {
    auto const as_usage = [](Error error) {
        error.kind = Errc::usage;
        return error;
    };
    TRY_ASSIGN(auto const document, json::parse(text, name).map_error(as_usage));
    json::Locator const locator(text, name);
    Variables const variables(environment, {});
    return read_document(FileReader(locator, variables), document, name, environment).map_error(as_usage);
}

} // namespace sluice::smoke
