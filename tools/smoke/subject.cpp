#include "tools/smoke/subject.hpp"

#include "common/result/did_you_mean.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace sluice::smoke {

namespace {

enum class Argument { none, optional, required };

struct Known {
    std::string_view type;
    std::string_view name;
    Argument argument;
};

constexpr Known k_known[] = {{"http", "status", Argument::none},     {"http", "header", Argument::required},
                             {"http", "body", Argument::none},       {"http", "json", Argument::optional},
                             {"http", "time_total", Argument::none}, {"http", "cert_days", Argument::none},
                             {"http", "remote_ip", Argument::none},  {"http", "http_version", Argument::none},
                             {"http", "redirects", Argument::none},  {"tcp", "time_total", Argument::none},
                             {"tcp", "remote_ip", Argument::none},   {"pg", "rows", Argument::none},
                             {"pg", "cell", Argument::required},     {"pg", "time_total", Argument::none},
                             {"exec", "exit", Argument::none},       {"exec", "stdout", Argument::none},
                             {"exec", "stderr", Argument::none},     {"exec", "json", Argument::optional},
                             {"exec", "time_total", Argument::none}};

std::vector<std::string> names_for(std::string_view type) {
    std::vector<std::string> names;
    for (auto const& known : k_known) {
        if (known.type == type) {
            names.emplace_back(known.name);
        }
    }
    return names;
}

// RFC 6901: a pointer is empty or begins with "/", and "~" stands before 0 or 1 only.
bool is_pointer(std::string const& text) {
    if (!text.empty() && text.front() != '/') {
        return false;
    }
    for (std::size_t at = text.find('~'); at != std::string::npos; at = text.find('~', at + 1)) {
        if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) {
            return false;
        }
    }
    return true;
}

Result<void> check_argument(Subject const& subject) {
    if (subject.name == "json" && !is_pointer(subject.argument)) {
        return fail(Errc::usage, "'" + subject.argument + "' is not a JSON pointer",
                    "Write json:/items/0/id; '/' in a key is ~1 and '~' is ~0.");
    }
    return subject.name == "cell" ? parse_cell(subject.argument).map([](CellAddress const&) {}) : Result<void>{};
}

} // namespace

Result<Subject> parse_subject(std::string const& text, std::string_view type) {
    std::size_t const colon = text.find(':');
    Subject subject{text.substr(0, colon), colon == std::string::npos ? std::string{} : text.substr(colon + 1)};
    auto const* const place = std::find_if(std::begin(k_known), std::end(k_known), [&](Known const& known) {
        return known.type == type && known.name == subject.name;
    });
    if (place == std::end(k_known)) {
        std::string list;
        for (auto const& name : names_for(type)) {
            list += (list.empty() ? "" : ", ") + name;
        }
        std::string const near = result::did_you_mean(subject.name, names_for(type));
        return fail(Errc::usage, "a check of type " + std::string(type) + " has no '" + subject.name + "'",
                    near.empty() ? "It has " + list + "." : near);
    }
    if (place->argument == Argument::required && subject.argument.empty()) {
        return fail(Errc::usage, "'" + subject.name + "' needs to be told which: " + subject.name + ":…");
    }
    if (place->argument == Argument::none && colon != std::string::npos) {
        return fail(Errc::usage, "'" + subject.name + "' takes nothing after it");
    }
    TRY(check_argument(subject));
    return subject;
}

Result<CellAddress> parse_cell(std::string const& argument) {
    CellAddress cell;
    char const* const end = argument.data() + argument.size();
    auto const [rest, problem] = std::from_chars(argument.data(), end, cell.row);
    if (problem != std::errc{} || rest == end || *rest != ',' || rest + 1 == end) {
        return fail(Errc::usage, "'" + argument + "' is not a cell",
                    "Write row and column, both from 0, or the column's name: cell:0,1 or cell:0,total.");
    }
    cell.column.assign(rest + 1, end);
    return cell;
}

} // namespace sluice::smoke
