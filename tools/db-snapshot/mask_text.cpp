#include "tools/db-snapshot/mask_text.hpp"

#include "common/postgres/quote.hpp"
#include "tools/db-snapshot/mask_names.hpp"

#include <algorithm>

namespace sluice::db_snapshot {

namespace {

// Half of a SHA-256: never all of it, from which somebody could compute the digest of a longer value.
constexpr std::int64_t k_hash_digits = 32;
constexpr std::int64_t k_email_digits = 20;
constexpr std::int64_t k_phone_digits = 12; // with +999 the 15 digits that ITU E.164 allows

// RFC 2606 keeps .invalid out of the DNS for good.
constexpr std::string_view k_email_end = "@example.invalid";
// ITU-T has given +999 to nobody.
constexpr std::string_view k_phone_begin = "+999";

std::int64_t room(ColumnType const& type, std::int64_t wanted, std::int64_t taken) {
    return type.length == 0 ? wanted : std::min(wanted, type.length - taken);
}

std::int64_t email_digits(ColumnType const& type) {
    return room(type, k_email_digits, static_cast<std::int64_t>(k_email_end.size()) + 1);
}

std::int64_t phone_digits(ColumnType const& type) {
    return room(type, k_phone_digits, static_cast<std::int64_t>(k_phone_begin.size()));
}

// citext takes two spellings for one value, so they have to have one mask.
std::string as_text(ColumnType const& type, std::string const& value) {
    return type.base == "citext" ? "lower(" + value + "::text)" : value + "::text";
}

std::string hex_sql(std::string const& digest, std::int64_t digits) {
    return "left(encode(" + digest + ", 'hex'), " + std::to_string(digits) + ")";
}

// Six of ten digits come up twice as often as the others; a division would cost more than it is worth here.
std::string decimal_sql(std::string const& digest) {
    return "translate(encode(" + digest + ", 'hex'), 'abcdef', '012345')";
}

template <class Names> std::string chosen_from(Names const& names, int byte) {
    std::string list;
    for (auto const& name : names) {
        list += (list.empty() ? "" : ",") + std::string(name);
    }
    // Type name has a fixed width, so an element is found without walking over those before it.
    return "('{" + list + "}'::name[])[1 + (get_byte(sluice_digest, " + std::to_string(byte) + ") & 63)]";
}

std::string name_sql(MaskRule const& rule, ColumnType const& type, std::string const& digest) {
    std::string const first = chosen_from(k_first_names, 0);
    std::string const last = chosen_from(k_last_names, 1);
    if (rule.part != NamePart::full) {
        std::string const one = "(SELECT " + (rule.part == NamePart::first ? first : last) + "::text FROM (SELECT " +
                                digest + " AS sluice_digest OFFSET 0) AS sluice_name)";
        return type.length == 0 ? one : "left(" + one + ", " + std::to_string(type.length) + ")";
    }
    // OFFSET keeps the server from computing the digest twice.
    std::string const both = "(SELECT " + first + " || ' ' || " + last + " FROM (SELECT " + digest +
                             " AS sluice_digest OFFSET 0) AS sluice_name)";
    return type.length == 0 ? both : "left(" + both + ", " + std::to_string(type.length) + ")";
}

// A digit for a digit, a letter for a letter, and everything that is neither a letter nor ASCII for an x. Punctuation
// and length stay. A value of at most 64 digits alone needs no walk.
std::string digits_sql(std::string const& text, std::string const& digest) {
    std::string const fast = "left(" + decimal_sql(digest) + ", length(" + text + "))";
    std::string const slow = "(SELECT string_agg(CASE WHEN c ~ '^[0-9]$' THEN (get_byte(d, (i % 32)::integer) % "
                             "10)::text WHEN c ~ '^[a-z]$' THEN "
                             "chr(97 + get_byte(d, (i % 32)::integer) % 26) WHEN c ~ '^[A-Z]$' THEN chr(65 + "
                             "get_byte(d, (i % 32)::integer) % 26) "
                             "WHEN c ~ '^[ -~]$' THEN c ELSE 'x' END, '' ORDER BY i) FROM regexp_split_to_table(" +
                             text + ", '') WITH ORDINALITY AS sluice_characters(c, i), (SELECT " + digest +
                             " AS d OFFSET 0) AS sluice_digits)";
    return "CASE WHEN " + text + " IS NULL OR " + text + " = '' THEN " + text + " WHEN " + text +
           " ~ '^[0-9]{1,64}$' THEN " + fast + " ELSE " + slow + " END";
}

std::string domain_key_sql(std::string const& domain) {
    return "(SELECT sha256(decode(current_setting('" + std::string(k_mask_key_setting) + "'), 'hex') || '" + domain +
           "'::bytea))";
}

} // namespace

std::string digest_sql(std::string const& domain, std::string const& value) {
    // textsend gives UTF-8 whatever the database's encoding, because our sessions speak UTF-8.
    return "sha256(" + domain_key_sql(domain) + " || textsend(" + value + "::text))";
}

std::string digest_of_bytes_sql(std::string const& domain, std::string const& value) {
    return "sha256(" + domain_key_sql(domain) + " || " + value + ")";
}

std::string text_mask_sql(MaskRule const& rule, ColumnType const& type, std::string const& value) {
    if (rule.kind == MaskKind::keep) {
        return value;
    }
    if (rule.kind == MaskKind::null) {
        return "NULL::text";
    }
    if (rule.kind == MaskKind::fixed) {
        return "CASE WHEN " + value + " IS NOT NULL THEN " + postgres::quote_literal(rule.text) + " END";
    }
    std::string const text = as_text(type, value);
    std::string const digest = digest_sql(rule.domain, text);
    switch (rule.kind) {
    case MaskKind::email:
        return "'u' || " + hex_sql(digest, email_digits(type)) + " || '" + std::string(k_email_end) + "'";
    case MaskKind::name: return name_sql(rule, type, digest);
    case MaskKind::phone:
        return "'" + std::string(k_phone_begin) + "' || left(" + decimal_sql(digest) + ", " +
               std::to_string(phone_digits(type)) + ")";
    case MaskKind::digits: return digits_sql(text, digest);
    default: return hex_sql(digest, room(type, k_hash_digits, 0));
    }
}

double text_mask_bits(MaskRule const& rule, ColumnType const& type) {
    constexpr double bits_per_hex_digit = 4;
    // -log2 of the chance that two of `decimal_sql`'s digits are equal: 6 * (2/16)^2 + 4 * (1/16)^2.
    constexpr double bits_per_decimal_digit = 3.19;
    if (type.array) {
        return 0;
    }
    switch (rule.kind) {
    case MaskKind::hash: return bits_per_hex_digit * static_cast<double>(room(type, k_hash_digits, 0));
    case MaskKind::email: return bits_per_hex_digit * static_cast<double>(email_digits(type));
    case MaskKind::phone: return bits_per_decimal_digit * static_cast<double>(phone_digits(type));
    default: return 0;
    }
}

std::int64_t shortest_text(MaskKind kind) {
    constexpr std::int64_t fewest_digits = 8;
    switch (kind) {
    case MaskKind::email: return static_cast<std::int64_t>(k_email_end.size()) + 1 + fewest_digits;
    case MaskKind::phone: return static_cast<std::int64_t>(k_phone_begin.size()) + fewest_digits;
    default: return 0;
    }
}

} // namespace sluice::db_snapshot
