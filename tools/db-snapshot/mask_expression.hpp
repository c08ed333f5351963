#pragma once

#include "common/result/result.hpp"
#include "tools/db-snapshot/mask_file.hpp"

#include <cstdint>
#include <string>

namespace sluice::db_snapshot {

/// What a mask has to know of a column's type.
struct ColumnType {
    std::string name; ///< as SQL writes it, with its schema: "character varying(20)", "public.email_address"
    std::string base; ///< pg_type.typname below all domains: "text", "int4"; of an array: of its elements
    bool array = false;
    bool domain = false;        ///< its checks apply to what the mask gives
    std::int64_t length = 0;    ///< of varchar and char in characters; 0: no limit
    std::int64_t precision = 0; ///< of numeric: digits before the point; 0: no limit
};

/// The setting that holds the key in the source's session.
inline constexpr char const* k_mask_key_setting = "sluice.mask_key";

/// A column of the table that a COPY reads; unquoted.
struct ColumnName {
    std::string table;
    std::string column;

    [[nodiscard]] std::string quoted() const;
};

/// The SQL that the source evaluates in place of the column. A null stays null, and the text holds no key. Pure.
/// Errors: usage where the type does not take the mask, with what it takes.
[[nodiscard]] Result<std::string> mask_expression(MaskRule const& rule, ColumnType const& type,
                                                  ColumnName const& column);

/// How many bits of two different values' masks differ by chance at least: more than enough for `keep` and `null`, 0
/// where different values may well become the same. Of a rule that `mask_expression` takes.
[[nodiscard]] double distinct_bits(MaskRule const& rule, ColumnType const& type);

/// Masks that the type takes, as "keep, null, fixed, hash, sql".
[[nodiscard]] std::string masks_for(ColumnType const& type);

} // namespace sluice::db_snapshot
