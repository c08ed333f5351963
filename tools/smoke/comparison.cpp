#include "tools/smoke/comparison.hpp"

#include "common/json/json.hpp"
#include "common/log/redact.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::smoke {

namespace {

constexpr std::size_t k_most_fields = 20;
constexpr std::size_t k_longest_value = 300;

std::string shown(Json const* value) {
    if (value == nullptr) {
        return {};
    }
    std::string text = log::redact(json::dump(*value));
    return text.size() <= k_longest_value ? text : text.substr(0, k_longest_value) + "…";
}

bool within(Leniency const& leniency, std::string const& field, Json const& left, Json const& right) {
    auto const tolerance = leniency.tolerances.find(field);
    return tolerance != leniency.tolerances.end() && left.is_number() && right.is_number() &&
           std::abs(left.get<double>() - right.get<double>()) <= tolerance->second;
}

// Goes down both documents at once. `path` is what is shown, `rule` the same with "*" for places in lists.
class DocumentDifference {
  public:
    explicit DocumentDifference(Leniency const& leniency) : m_leniency(leniency) {}

    void compare(Json const* left, Json const* right, std::string const& path, std::string const& rule) {
        if (m_leniency.ignore.contains(rule)) {
            return;
        }
        bool const both = left != nullptr && right != nullptr;
        if (both && left->is_object() && right->is_object()) {
            return compare_objects(*left, *right, path, rule);
        }
        if (both && left->is_array() && right->is_array()) {
            return compare_lists(*left, *right, path, rule);
        }
        if (both && (*left == *right || within(m_leniency, rule, *left, *right))) {
            return;
        }
        m_fields.push_back({path.empty() ? "/" : path, shown(left), shown(right)});
    }
    [[nodiscard]] std::vector<FieldDifference> take() { return std::move(m_fields); }

  private:
    void compare_objects(Json const& left, Json const& right, std::string const& path, std::string const& rule) {
        for (auto const& [key, value] : left.items()) {
            auto const other = right.find(key);
            compare(&value, other == right.end() ? nullptr : &*other, path + "/" + key, rule + "/" + key);
        }
        for (auto const& [key, value] : right.items()) {
            if (!left.contains(key)) {
                compare(nullptr, &value, path + "/" + key, rule + "/" + key);
            }
        }
    }
    void compare_lists(Json const& left, Json const& right, std::string const& path, std::string const& rule) {
        for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
            compare(i < left.size() ? &left[i] : nullptr, i < right.size() ? &right[i] : nullptr,
                    path + "/" + std::to_string(i), rule + "/*");
        }
    }

    Leniency const& m_leniency;
    std::vector<FieldDifference> m_fields{};
};

std::string key_text(std::vector<std::string> const& key) {
    std::string text;
    for (auto const& part : key) {
        text += (text.empty() ? "" : ", ") + part;
    }
    return log::redact(text);
}

void note(Comparison& comparison, std::size_t most_shown, Difference difference) {
    if (difference.fields.size() > k_most_fields) {
        difference.fields.resize(k_most_fields);
    }
    if (comparison.sample.size() < most_shown) {
        comparison.sample.push_back(std::move(difference));
    }
}

// Columns of two rows with the same key. Most rows are the same, byte by byte, and are not parsed.
Result<std::vector<FieldDifference>> differing_fields(KeyedRow const& left, KeyedRow const& right,
                                                      Leniency const& leniency) {
    std::vector<FieldDifference> fields;
    if (left.fields == right.fields) {
        return fields;
    }
    TRY_ASSIGN(auto const a, json::parse(left.fields, "the left row"));
    TRY_ASSIGN(auto const b, json::parse(right.fields, "the right row"));
    for (Json const* side : {&a, &b}) {
        for (auto const& [name, value] : side->items()) {
            auto const one = a.find(name);
            auto const other = b.find(name);
            bool const both = one != a.end() && other != b.end();
            bool const same = both && (*one == *other || within(leniency, name, *one, *other));
            bool const seen = side == &b && one != a.end();
            if (!same && !seen && !leniency.ignore.contains(name)) {
                fields.push_back(
                    {name, shown(one == a.end() ? nullptr : &*one), shown(other == b.end() ? nullptr : &*other)});
            }
        }
    }
    return fields;
}

// One side of a merge: its row at hand, checked against the one before.
class SortedSide {
  public:
    SortedSide(NextRow const& next, std::string name, std::uint64_t& count)
        : m_next(next), m_name(std::move(name)), m_count(count) {}

    Result<void> advance() {
        auto before = std::move(m_row);
        TRY_ASSIGN(m_row, m_next());
        m_count += m_row ? 1 : 0;
        if (before && m_row && m_row->key <= before->key) {
            bool const twice = m_row->key == before->key;
            return fail(Errc::bad_data,
                        "key " + key_text(m_row->key) + (twice ? " comes twice" : " comes out of order") + " on the " +
                            m_name,
                        "Name columns in \"key\" that tell all rows apart.");
        }
        return {};
    }
    [[nodiscard]] std::optional<KeyedRow> const& row() const { return m_row; }

  private:
    NextRow const& m_next;
    std::string m_name;
    std::uint64_t& m_count;
    std::optional<KeyedRow> m_row{};
};

std::string unescaped(std::string_view field) {
    std::string out;
    out.reserve(field.size());
    for (std::size_t at = 0; at < field.size(); ++at) {
        if (field[at] != '\\' || at + 1 == field.size()) {
            out += field[at];
            continue;
        }
        constexpr std::string_view letters = "btnvfr";
        constexpr std::string_view meant = "\b\t\n\v\f\r";
        char const next = field[++at];
        std::size_t const place = letters.find(next);
        out += place == std::string_view::npos ? next : meant[place];
    }
    return out;
}

Json const* at_pointer(Json const& document, std::string const& pointer) {
    try {
        auto const place = Json::json_pointer(pointer);
        return document.contains(place) ? &document.at(place) : nullptr;
    } catch (Json::exception const&) {
        return nullptr;
    }
}

// The items of a list by their keys. Errors: bad_data for an item without one, or two with the same.
Result<std::map<std::string, Json const*>> keyed_items(Json const& list, std::string const& key,
                                                       std::string const& side) {
    std::map<std::string, Json const*> items;
    for (auto const& item : list) {
        Json const* const value = at_pointer(item, key);
        if (value == nullptr || value->is_structured() || value->is_null()) {
            return fail(Errc::bad_data, "an item on the " + side + " has no key '" + key + "'");
        }
        if (!items.emplace(json::dump(*value), &item).second) {
            return fail(Errc::bad_data, "key " + json::dump(*value) + " comes twice on the " + side);
        }
    }
    return items;
}

void add_item(Comparison& comparison, std::size_t most_shown, std::string const& key, Json const* left,
              Json const* right, RequestPair const& request) {
    comparison.left_rows += left != nullptr ? 1 : 0;
    comparison.right_rows += right != nullptr ? 1 : 0;
    if (left == nullptr || right == nullptr) {
        ++(left == nullptr ? comparison.only_right : comparison.only_left);
        return note(comparison, most_shown, {log::redact(key), left == nullptr ? "only right" : "only left", {}});
    }
    DocumentDifference difference(request.leniency);
    difference.compare(left, right, request.items + "/" + key, request.items + "/*");
    auto fields = difference.take();
    ++(fields.empty() ? comparison.same : comparison.changed);
    if (!fields.empty()) {
        note(comparison, most_shown, {log::redact(key), "changed", std::move(fields)});
    }
}

} // namespace

Result<void> merge_rows(NextRow const& left, NextRow const& right, Leniency const& leniency, std::size_t most_shown,
                        Comparison& comparison) {
    SortedSide a(left, "left", comparison.left_rows);
    SortedSide b(right, "right", comparison.right_rows);
    TRY(a.advance());
    TRY(b.advance());
    while (a.row() || b.row()) {
        bool const left_first = a.row() && (!b.row() || a.row()->key < b.row()->key);
        bool const right_first = !left_first && (!a.row() || b.row()->key < a.row()->key);
        if (left_first || right_first) {
            ++(left_first ? comparison.only_left : comparison.only_right);
            note(comparison, most_shown,
                 {key_text((left_first ? a : b).row()->key), left_first ? "only left" : "only right", {}});
            TRY((left_first ? a : b).advance());
            continue;
        }
        TRY_ASSIGN(auto fields, differing_fields(*a.row(), *b.row(), leniency));
        ++(fields.empty() ? comparison.same : comparison.changed);
        if (!fields.empty()) {
            note(comparison, most_shown, {key_text(a.row()->key), "changed", std::move(fields)});
        }
        TRY(a.advance());
        TRY(b.advance());
    }
    return {};
}

Result<void> compare_documents(Json const& left, Json const& right, RequestPair const& request, std::size_t most_shown,
                               Comparison& comparison) {
    Leniency around = request.leniency;
    if (!request.key.empty()) {
        Json const* const a = at_pointer(left, request.items);
        Json const* const b = at_pointer(right, request.items);
        if (a == nullptr || b == nullptr || !a->is_array() || !b->is_array()) {
            return fail(Errc::bad_data, "there is no list at '" + request.items + "' on both sides");
        }
        TRY_ASSIGN(auto const ours, keyed_items(*a, request.key, "left"));
        TRY_ASSIGN(auto const theirs, keyed_items(*b, request.key, "right"));
        for (auto const& [key, item] : ours) {
            auto const other = theirs.find(key);
            add_item(comparison, most_shown, key, item, other == theirs.end() ? nullptr : other->second, request);
        }
        for (auto const& [key, item] : theirs) {
            if (!ours.contains(key)) {
                add_item(comparison, most_shown, key, nullptr, item, request);
            }
        }
        around.ignore.insert(request.items);
    }
    DocumentDifference difference(around);
    difference.compare(&left, &right, "", "");
    auto fields = difference.take();
    ++comparison.left_rows;
    ++comparison.right_rows;
    ++(fields.empty() ? comparison.same : comparison.changed);
    if (!fields.empty()) {
        note(comparison, most_shown, {"the document", "changed", std::move(fields)});
    }
    return {};
}

Result<KeyedRow> parse_copy_row(std::string_view line, std::size_t key_columns) {
    KeyedRow row;
    if (line.ends_with('\n')) {
        line.remove_suffix(1);
    }
    for (std::size_t i = 0; i < key_columns; ++i) {
        std::size_t const tab = line.find('\t');
        std::string_view const field = line.substr(0, tab);
        if (tab == std::string_view::npos || field == "\\N") {
            return fail(Errc::bad_data, "a row has no key: one of its key columns is NULL",
                        "Name columns in \"key\" that are never NULL.");
        }
        row.key.push_back(unescaped(field));
        line.remove_prefix(tab + 1);
    }
    row.fields = unescaped(line);
    return row;
}

} // namespace sluice::smoke
