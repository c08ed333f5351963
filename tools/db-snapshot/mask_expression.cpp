#include "tools/db-snapshot/mask_expression.hpp"

#include "common/postgres/quote.hpp"
#include "tools/db-snapshot/mask_json.hpp"
#include "tools/db-snapshot/mask_text.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace sluice::db_snapshot {

namespace {

enum class TypeFamily { text, whole_number, numeric, uuid, bytes, date, timestamp, document, other };

TypeFamily family_of(ColumnType const& type) {
    static std::vector<std::pair<TypeFamily, std::vector<std::string>>> const families{
        {TypeFamily::text, {"text", "varchar", "bpchar", "citext"}},
        {TypeFamily::whole_number, {"int2", "int4", "int8"}},
        {TypeFamily::numeric, {"numeric"}},
        {TypeFamily::uuid, {"uuid"}},
        {TypeFamily::bytes, {"bytea"}},
        {TypeFamily::date, {"date"}},
        {TypeFamily::timestamp, {"timestamp", "timestamptz"}},
        {TypeFamily::document, {"json", "jsonb"}}};
    for (auto const& [family, names] : families) {
        if (std::find(names.begin(), names.end(), type.base) != names.end()) {
            return type.array && family != TypeFamily::text ? TypeFamily::other : family;
        }
    }
    return TypeFamily::other;
}

std::vector<MaskKind> kinds_for(ColumnType const& type) {
    std::vector<MaskKind> kinds{MaskKind::keep, MaskKind::null, MaskKind::fixed};
    auto const add = [&](std::vector<MaskKind> const& more) { kinds.insert(kinds.end(), more.begin(), more.end()); };
    switch (family_of(type)) {
    case TypeFamily::text:
        add({MaskKind::hash, MaskKind::email, MaskKind::name, MaskKind::phone, MaskKind::digits});
        break;
    case TypeFamily::whole_number:
    case TypeFamily::numeric:
    case TypeFamily::uuid:
    case TypeFamily::bytes: add({MaskKind::hash}); break;
    case TypeFamily::date:
    case TypeFamily::timestamp: add({MaskKind::date_shift}); break;
    case TypeFamily::document: add({MaskKind::json}); break;
    case TypeFamily::other: break;
    }
    add({MaskKind::sql});
    return kinds;
}

// A number from 0 to 2^bits - 1, of at most 63 bits.
std::string bits_of(std::string const& digest, unsigned bits) {
    unsigned const digits = (bits + 3) / 4;
    return "(('x0' || left(encode(" + digest + ", 'hex'), " + std::to_string(digits) + "))::bit(" +
           std::to_string((digits + 1) * 4) + ")::bigint)";
}

// One bit less than the type has, so that no number is negative.
std::string whole_number(ColumnType const& type, std::string const& digest) {
    if (type.base == "int2") {
        return "(" + bits_of(digest, 16) + " & 32767)::smallint";
    }
    if (type.base == "int4") {
        return "(" + bits_of(digest, 32) + " & 2147483647)::integer";
    }
    return "(('x' || left(encode(" + digest + ", 'hex'), 16))::bit(64)::bigint & 9223372036854775807)";
}

constexpr std::int64_t k_most_numeric_digits = 18; // what fits a bigint

std::int64_t numeric_digits(ColumnType const& type) {
    return type.precision == 0 ? k_most_numeric_digits : std::min(type.precision, k_most_numeric_digits);
}

std::string hashed(ColumnType const& type, MaskRule const& rule, std::string const& column) {
    switch (family_of(type)) {
    case TypeFamily::whole_number: return whole_number(type, digest_sql(rule.domain, column));
    case TypeFamily::numeric:
        // 1.0 and 1.00 are one value to a foreign key, so the zeros at the end are not hashed.
        return "(" + bits_of(digest_sql(rule.domain, "trim_scale(" + column + ")"), 60) + " % 1" +
               std::string(static_cast<std::size_t>(numeric_digits(type)), '0') + ")::numeric";
    case TypeFamily::uuid: // version 4 and variant 1, which some libraries insist on
        return "overlay(overlay(left(encode(" + digest_sql(rule.domain, column) +
               ", 'hex'), 32) placing '4' from 13) placing 'a' from 17)::uuid";
    case TypeFamily::bytes: return "substr(" + digest_of_bytes_sql(rule.domain, column) + ", 1, 16)";
    default: return text_mask_sql(rule, type, column);
    }
}

std::string shifted(ColumnType const& type, MaskRule const& rule, ColumnName const& name) {
    std::string const column = name.quoted();
    std::string by = column;
    if (!rule.by.empty()) {
        by = "coalesce(" + ColumnName{name.table, rule.by}.quoted() + "::text, " + column + "::text)";
    }
    std::string const shift = "(" + bits_of(digest_sql(rule.domain, by), 28) + " % " +
                              std::to_string(2 * rule.days + 1) + " - " + std::to_string(rule.days) + ")::integer";
    return family_of(type) == TypeFamily::date ? "(" + column + " + " + shift + ")"
                                               : "(" + column + " + " + shift + " * interval '1 day')";
}

std::string each_element(MaskRule const& rule, ColumnType const& type, std::string const& column) {
    ColumnType element = type;
    element.array = false;
    return "CASE WHEN " + column + " IS NOT NULL THEN ARRAY(SELECT " + text_mask_sql(rule, element, "sluice_element") +
           " FROM unnest(" + column +
           ") WITH ORDINALITY AS sluice_elements(sluice_element, sluice_at) ORDER BY sluice_at) END";
}

// `expression` may not be null where the column is not, and the other way round.
std::string unless_null(std::string const& column, std::string const& expression) {
    return "CASE WHEN " + column + " IS NOT NULL THEN " + expression + " END";
}

std::string unchecked_expression(MaskRule const& rule, ColumnType const& type, ColumnName const& name) {
    std::string const column = name.quoted();
    switch (rule.kind) {
    case MaskKind::keep: return column;
    case MaskKind::null: return "NULL";
    case MaskKind::fixed: return unless_null(column, postgres::quote_literal(rule.text) + "::" + type.name);
    // The line feed ends a comment that the expression may end in.
    case MaskKind::sql: return unless_null(column, "(" + rule.text + "\n)::" + type.name);
    case MaskKind::hash: return type.array ? each_element(rule, type, column) : hashed(type, rule, column);
    case MaskKind::date_shift: return shifted(type, rule, name);
    case MaskKind::json: return json_mask_sql(rule, type.base == "jsonb" ? column : column + "::jsonb");
    case MaskKind::email:
    case MaskKind::name:
    case MaskKind::phone:
    case MaskKind::digits: break;
    }
    return type.array ? each_element(rule, type, column) : text_mask_sql(rule, type, column);
}

bool needs_cast(MaskRule const& rule, ColumnType const& type) {
    bool const already = rule.kind == MaskKind::keep || rule.kind == MaskKind::null || rule.kind == MaskKind::fixed ||
                         rule.kind == MaskKind::sql;
    // Plain text prints the same under every name; a domain checks its values, char(n) pads them.
    return !already && (type.domain || type.base == "bpchar" || type.base == "json" || type.base == "numeric");
}

Result<void> check_length(MaskRule const& rule, ColumnType const& type) {
    if (type.length == 0 || family_of(type) != TypeFamily::text) {
        return {};
    }
    auto const needed = rule.kind == MaskKind::fixed && !type.array ? static_cast<std::int64_t>(rule.text.size())
                                                                    : shortest_text(rule.kind);
    if (type.length < needed) {
        return fail(Errc::usage,
                    std::string(name_of(rule.kind)) + " needs room for " + std::to_string(needed) +
                        " characters, and " + type.name + " has " + std::to_string(type.length),
                    "Use hash, fixed or null.");
    }
    return {};
}

} // namespace

std::string masks_for(ColumnType const& type) {
    std::string list;
    for (MaskKind const kind : kinds_for(type)) {
        list += (list.empty() ? "" : ", ") + std::string(name_of(kind));
    }
    return list;
}

std::string ColumnName::quoted() const {
    return postgres::quote_identifier(table) + "." + postgres::quote_identifier(column);
}

Result<std::string> mask_expression(MaskRule const& rule, ColumnType const& type, ColumnName const& column) {
    auto const possible = kinds_for(type);
    if (std::find(possible.begin(), possible.end(), rule.kind) == possible.end()) {
        return fail(Errc::usage, "its type " + type.name + " does not take the mask " + std::string(name_of(rule.kind)),
                    "It takes " + masks_for(type) + ".");
    }
    TRY(check_length(rule, type));
    std::string const expression = unchecked_expression(rule, type, column);
    return needs_cast(rule, type) ? "(" + expression + ")::" + type.name : expression;
}

double distinct_bits(MaskRule const& rule, ColumnType const& type) {
    constexpr double plenty = std::numeric_limits<double>::infinity();
    bool const kept =
        rule.kind == MaskKind::keep || rule.kind == MaskKind::null || (rule.kind == MaskKind::sql && rule.unique);
    if (kept) {
        return plenty;
    }
    if (rule.kind != MaskKind::hash || family_of(type) == TypeFamily::text) {
        return family_of(type) == TypeFamily::text ? text_mask_bits(rule, type) : 0;
    }
    constexpr double bits_per_digit = 3.32;
    switch (family_of(type)) {
    case TypeFamily::whole_number: return type.base == "int8" ? 63 : type.base == "int4" ? 31 : 15;
    case TypeFamily::numeric: return bits_per_digit * static_cast<double>(numeric_digits(type));
    case TypeFamily::uuid: return 122;
    case TypeFamily::bytes: return 128;
    default: return 0;
    }
}

} // namespace sluice::db_snapshot
