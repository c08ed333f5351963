#include "tools/smoke/expectation.hpp"

#include "common/json/json.hpp"
#include "common/result/did_you_mean.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sluice::smoke {

namespace {

constexpr std::array<std::string_view, 18> k_op_names{"eq",     "ne",       "lt",      "le",     "gt",     "ge",
                                                      "in",     "contains", "matches", "exists", "absent", "type",
                                                      "len_eq", "len_ne",   "len_lt",  "len_le", "len_gt", "len_ge"};
// As JSON Schema names them.
constexpr std::array<std::string_view, 7> k_type_names{"string", "number", "integer", "boolean",
                                                       "object", "array",  "null"};
constexpr std::size_t k_longest_shown = 300;

bool has_type(Json const& value, std::string const& type) {
    return (type == "string" && value.is_string()) || (type == "number" && value.is_number()) ||
           (type == "integer" && value.is_number_integer()) || (type == "boolean" && value.is_boolean()) ||
           (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
           (type == "null" && value.is_null());
}

std::string type_of(Json const& value) {
    auto const place = std::find_if(k_type_names.begin(), k_type_names.end(),
                                    [&](auto name) { return has_type(value, std::string(name)); });
    return std::string(place == k_type_names.end() ? "value" : *place);
}

// "number 500", R"(string "x")": the type is always named, so that 1 and "1" are told apart.
std::string shown(Json const& value) {
    if (value.is_null()) {
        return "null";
    }
    std::string text = json::dump(value);
    if (text.size() > k_longest_shown) {
        std::size_t cut = k_longest_shown;
        while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) {
            --cut;
        }
        text = text.substr(0, cut) + "… (" + std::to_string(text.size()) + " bytes)";
    }
    return type_of(value) + " " + text;
}

// Letters for a text, so that "é" is one; elements for a list or an object.
std::optional<std::int64_t> length_of(Json const& value) {
    if (value.is_string()) {
        auto const& text = value.get_ref<std::string const&>();
        return std::count_if(text.begin(), text.end(),
                             [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
    }
    return value.is_structured() ? std::optional<std::int64_t>(static_cast<std::int64_t>(value.size())) : std::nullopt;
}

template <class T> bool compare(Op op, T const& left, T const& right) {
    switch (op) {
    case Op::lt:
    case Op::len_lt: return left < right;
    case Op::le:
    case Op::len_le: return left <= right;
    case Op::gt:
    case Op::len_gt: return left > right;
    case Op::ge:
    case Op::len_ge: return left >= right;
    case Op::ne:
    case Op::len_ne: return !(left == right);
    default: return left == right;
    }
}

bool contains(Json const& whole, Json const& part) {
    if (whole.is_string() && part.is_string()) {
        return whole.get_ref<std::string const&>().find(part.get_ref<std::string const&>()) != std::string::npos;
    }
    return whole.is_array() && std::find(whole.begin(), whole.end(), part) != whole.end();
}

bool is_length(Op op) { return op >= Op::len_eq; }
bool is_order(Op op) { return op >= Op::lt && op <= Op::ge; }
bool takes_no_value(Op op) { return op == Op::exists || op == Op::absent; }

bool holds(Expectation const& expectation, Json const& actual) {
    Op const op = expectation.op;
    if (takes_no_value(op)) {
        return op == Op::exists;
    }
    Json const& wanted = *expectation.value;
    if (is_length(op)) {
        auto const length = length_of(actual);
        return length && compare(op, *length, wanted.get<std::int64_t>());
    }
    switch (op) {
    case Op::eq:
    case Op::ne: return compare(op, actual, wanted);
    case Op::in: return std::find(wanted.begin(), wanted.end(), actual) != wanted.end();
    case Op::contains: return contains(actual, wanted);
    case Op::matches: return actual.is_string() && expectation.pattern->found_in(actual.get<std::string>());
    case Op::type: return has_type(actual, wanted.get<std::string>());
    default: return actual.is_number() && compare(op, actual, wanted);
    }
}

std::string expected_text(Expectation const& expectation) {
    if (takes_no_value(expectation.op)) {
        return expectation.op == Op::exists ? "that it exists" : "that it is absent";
    }
    constexpr std::array<std::string_view, 12> words{
        "",        "anything but ",   "less than ",  "at most ", "more than ", "at least ",
        "one of ", "something with ", "a match of ", "",         "",           "type "};
    Json const& value = *expectation.value;
    if (expectation.op == Op::type) {
        return "a " + value.get<std::string>();
    }
    if (is_length(expectation.op)) {
        auto const plain = static_cast<std::size_t>(expectation.op) - static_cast<std::size_t>(Op::len_eq);
        return "length " + std::string(words.at(plain)) + value.dump();
    }
    return std::string(words.at(static_cast<std::size_t>(expectation.op))) + shown(value);
}

std::string actual_text(Expectation const& expectation, Json const& actual) {
    auto const length = is_length(expectation.op) ? length_of(actual) : std::nullopt;
    return length ? "length " + std::to_string(*length) + ", " + shown(actual) : shown(actual);
}

Result<void> check_value(Op op, Json const* value) {
    if (takes_no_value(op)) {
        return value == nullptr ? Result<void>{}
                                : fail(Errc::usage, "'" + std::string(name_of(op)) + "' takes no value");
    }
    if (value == nullptr) {
        return fail(Errc::usage, "'" + std::string(name_of(op)) + "' needs a value");
    }
    if (is_order(op) && !value->is_number()) {
        return fail(Errc::usage, "'" + std::string(name_of(op)) + "' compares numbers, the value is " + shown(*value));
    }
    if (is_length(op) && !(value->is_number_unsigned() || (value->is_number_integer() && *value >= 0))) {
        return fail(Errc::usage, "a length is a whole number from 0, not " + shown(*value));
    }
    if (op == Op::in && (!value->is_array() || value->empty())) {
        return fail(Errc::usage, "'in' needs a list with at least one value, not " + shown(*value));
    }
    if (op == Op::matches && !value->is_string()) {
        return fail(Errc::usage, "'matches' needs a pattern, not " + shown(*value));
    }
    if (op == Op::contains && value->is_string() && value->get_ref<std::string const&>().empty()) {
        return fail(Errc::usage, "every text contains the empty text, so this asserts nothing");
    }
    return {};
}

Result<void> check_type(Json const& value) {
    std::vector<std::string> const known(k_type_names.begin(), k_type_names.end());
    if (!value.is_string() || std::find(known.begin(), known.end(), value.get<std::string>()) == known.end()) {
        std::string list;
        for (auto const& name : known) {
            list += (list.empty() ? "" : ", ") + name;
        }
        return fail(Errc::usage, "there is no type " + value.dump(), "Write one of: " + list + ".");
    }
    return {};
}

} // namespace

std::string_view name_of(Op op) { return k_op_names.at(static_cast<std::size_t>(op)); }

std::optional<Op> op_named(std::string_view name) {
    auto const place = std::find(k_op_names.begin(), k_op_names.end(), name);
    return place == k_op_names.end() ? std::nullopt
                                     : std::optional<Op>(static_cast<Op>(std::distance(k_op_names.begin(), place)));
}

Result<Expectation> make_expectation(Subject on, Op op, std::shared_ptr<Json const> value) {
    TRY(check_value(op, value.get()));
    Expectation expectation{std::move(on), op, std::move(value), nullptr, {}};
    if (op == Op::type) {
        TRY(check_type(*expectation.value));
    }
    if (op == Op::matches) {
        TRY_ASSIGN(auto pattern, Pattern::compile(expectation.value->get<std::string>()));
        expectation.pattern = std::make_shared<Pattern const>(std::move(pattern));
    }
    return expectation;
}

std::optional<Mismatch> judge(Expectation const& expectation, Found const& found) {
    std::string const on = expectation.on.text();
    if (!found.value) {
        // What could not be looked at is not proved absent either.
        if (expectation.op == Op::absent && found.problem.empty()) {
            return std::nullopt;
        }
        return Mismatch{on, expected_text(expectation),
                        found.problem.empty() ? "nothing: it is absent" : "nothing: " + found.problem,
                        expectation.place};
    }
    if (holds(expectation, *found.value)) {
        return std::nullopt;
    }
    return Mismatch{on, expected_text(expectation), actual_text(expectation, *found.value), expectation.place};
}

} // namespace sluice::smoke
