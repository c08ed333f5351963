#pragma once

#include "common/config/file_reader.hpp"
#include "common/http/client.hpp"
#include "common/postgres/connection.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace sluice::smoke {

using config::Exposure;
using config::FileReader;
using config::Variables;

/// What is left out and how far numbers may be apart. By column of a query, by path of a document ("/items/*/price").
struct Leniency {
    std::set<std::string> ignore{};
    std::map<std::string, double> tolerances{};
};

/// The same query to both databases.
struct QueryPair {
    std::string id{};
    std::string sql{};
    std::vector<std::string> key{};
    Leniency leniency{};
    bool allow_empty = false; ///< no row on either side counts as the same
};

/// The same request to both applications.
struct RequestPair {
    std::string id{};
    std::string path{};
    std::string items{}; ///< pointer to a list whose items are matched by `key` and not by their place
    std::string key{};   ///< pointer inside an item; empty: by place
    Leniency leniency{};
};

struct Side {
    std::string name{}; ///< "left" or "right"
    std::optional<postgres::ConnectionParameters> connection{};
    http::Request request{}; ///< its URL is what paths are appended to; empty: none
};

struct CompareFile {
    std::string name{};
    Side left{};
    Side right{};
    std::vector<QueryPair> queries{};
    std::vector<RequestPair> requests{};
};

/// Strict. Errors: usage, with line, column and the line's text.
[[nodiscard]] Result<CompareFile> parse_compare_file(std::string const& text, std::string const& name,
                                                     ci::Environment const& environment);

} // namespace sluice::smoke
