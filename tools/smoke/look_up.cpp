#include "common/json/json.hpp"
#include "tools/smoke/probe_result.hpp"
#include "tools/smoke/subject.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::smoke {

namespace {

Found is(Json value) { return {std::make_shared<Json const>(std::move(value)), {}}; }
Found nothing(std::string problem = {}) { return {nullptr, std::move(problem)}; }

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

// Several of one name are one value, parted by commas. Source: RFC 9110 section 5.2.
Found header(http::Headers const& headers, std::string const& name) {
    std::string value;
    bool found = false;
    for (auto const& [key, text] : headers) {
        if (key == lower_case(name)) {
            value += (found ? ", " : "") + text;
            found = true;
        }
    }
    return found ? is(value) : nothing();
}

Found in_json(std::string const& body, std::string const& pointer) {
    auto const document = json::parse(body, "the body");
    if (!document) {
        return nothing("the body is no JSON: " + document.error().message);
    }
    Json const* value = &*document;
    for (std::size_t at = 0; at < pointer.size();) {
        std::size_t const end = std::min(pointer.find('/', at + 1), pointer.size());
        std::string key = pointer.substr(at + 1, end - at - 1);
        for (auto const& [escape, character] : {std::pair{"~1", "/"}, std::pair{"~0", "~"}}) {
            for (std::size_t place = key.find(escape); place != std::string::npos;
                 place = key.find(escape, place + 1)) {
                key.replace(place, 2, character);
            }
        }
        std::size_t index = 0;
        bool const canonical = key == "0" || (!key.empty() && key.front() != '0');
        auto const [rest, problem] = std::from_chars(key.data(), key.data() + key.size(), index);
        bool const is_index = canonical && problem == std::errc{} && rest == key.data() + key.size();
        if (value->is_object() && value->contains(key)) {
            value = &(*value)[key];
        } else if (value->is_array() && is_index && index < value->size()) {
            value = &(*value)[index];
        } else {
            return nothing();
        }
        at = end;
    }
    return is(*value);
}

Found cell(Json const& rows, std::string const& argument) {
    auto const address = parse_cell(argument);
    if (!address || address->row >= rows.size()) {
        return nothing();
    }
    Json const& row = rows[address->row];
    std::size_t number = 0;
    char const* const end = address->column.data() + address->column.size();
    auto const [rest, problem] = std::from_chars(address->column.data(), end, number);
    for (std::size_t i = 0; i < row.size(); ++i) {
        bool const meant = problem == std::errc{} && rest == end ? i == number : row[i][0] == address->column;
        if (meant) {
            return is(row[i][1]);
        }
    }
    return nothing();
}

// Text that is no UTF-8 cannot be compared as text, nor shown.
Found text_of(std::string const& bytes) {
    Json value = bytes;
    try {
        (void)value.dump();
    } catch (Json::exception const&) {
        return nothing("it is binary, or text that is not UTF-8");
    }
    return is(std::move(value));
}

double seconds_of(std::chrono::microseconds duration) { return static_cast<double>(duration.count()) / 1e6; }

Found days_left(std::optional<time::Wall> const& expires, time::Wall now) {
    if (!expires) {
        return nothing();
    }
    return is(std::chrono::duration_cast<std::chrono::hours>(*expires - now).count() / 24);
}

} // namespace

Found look_up(Observation const& seen, Subject const& subject, time::Wall now) {
    std::string const& name = subject.name;
    if (name == "status") {
        return is(seen.status);
    }
    if (name == "header") {
        return header(seen.headers, subject.argument);
    }
    if (name == "json") {
        return in_json(seen.body, subject.argument);
    }
    if (name == "body" || name == "stdout") {
        return text_of(seen.body);
    }
    if (name == "stderr") {
        return text_of(seen.error_output);
    }
    if (name == "rows" && seen.rows) {
        return is(seen.rows->size());
    }
    if (name == "cell" && seen.rows) {
        return cell(*seen.rows, subject.argument);
    }
    if (name == "exit") {
        return is(seen.exit_code);
    }
    if (name == "time_total") {
        return is(seconds_of(seen.duration));
    }
    if (name == "cert_days") {
        return days_left(seen.certificate_expires, now);
    }
    if (name == "redirects") {
        return is(seen.redirects);
    }
    std::string const& text = name == "remote_ip" ? seen.remote_ip : seen.http_version;
    return text.empty() ? nothing() : is(text);
}

} // namespace sluice::smoke
