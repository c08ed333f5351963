#pragma once

#include "tools/db-snapshot/mask_expression.hpp"

#include <string>

namespace sluice::db_snapshot {

/// SQL for the 32 bytes that stand for a value in a domain: SHA-256 over the domain's own key and the value. Null for
/// null. The key is worked out once a statement, because a sub-select without outer columns is.
[[nodiscard]] std::string digest_sql(std::string const& domain, std::string const& value);

/// The same for a value of type bytea.
[[nodiscard]] std::string digest_of_bytes_sql(std::string const& domain, std::string const& value);

/// SQL for hash, email, name, phone or digits of a value of a text type; fits `type.length`. Null for null.
[[nodiscard]] std::string text_mask_sql(MaskRule const& rule, ColumnType const& type, std::string const& value);

/// As `distinct_bits`, for text.
[[nodiscard]] double text_mask_bits(MaskRule const& rule, ColumnType const& type);

/// The least length that the mask needs.
[[nodiscard]] std::int64_t shortest_text(MaskKind kind);

} // namespace sluice::db_snapshot
