#pragma once

#include "common/postgres/session.hpp"

#include <string>
#include <vector>

namespace sluice::db_snapshot {

/// What a personal value may look like, as POSIX regular expressions for the server. Telephone numbers with their
/// country code only: other runs of digits are usually numbers of something else.
inline constexpr char const* k_email_pattern = R"([A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})";
inline constexpr char const* k_phone_pattern = R"(\+[0-9][0-9 ()./-]{6,18}[0-9])";
inline constexpr char const* k_token_pattern =
    R"(\m[0-9a-fA-F]{32,}\M|\m(sk|pk|rk|ghp|gho|glpat|xox[abp])[-_][A-Za-z0-9_-]{16,}|\meyJ[A-Za-z0-9_-]{16,})";

/// Definitions with a quoted literal that looks like an e-mail address, a telephone number or a token: defaults, check
/// constraints, enum labels, bounds of partitions, indexes, views, functions, policies, triggers, settings. The server
/// judges them; only their names come back. Errors: as `Session::query`.
[[nodiscard]] Result<std::vector<std::string>> read_personal_literals(postgres::Session& session);

} // namespace sluice::db_snapshot
