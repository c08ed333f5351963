#pragma once

#include "common/cli/context.hpp"
#include "common/postgres/session.hpp"
#include "common/snapshot/row_source.hpp"

#include <functional>
#include <optional>
#include <string>

namespace sluice::db_restore {

/// The template of this snapshot on this server, if it is complete and ours.
[[nodiscard]] Result<std::optional<std::string>>
find_template(postgres::Session& maintenance, std::string const& database, std::string const& snapshot);

/// Fills a template with `fill` and marks it complete as the last step. Nobody can connect to it afterwards, and only
/// its owner may clone it, since any role with CREATEDB may clone what is marked IS_TEMPLATE. Nothing when another
/// restore is making the same one. Errors: of `fill`; the template is gone then.
using FillDatabase = std::function<Result<void>(std::string const& name)>;
[[nodiscard]] Result<std::optional<std::string>> make_template(postgres::Session& maintenance,
                                                               snapshot::DatabaseProperties const& properties,
                                                               std::string const& database, std::string const& snapshot,
                                                               FillDatabase const& fill);

/// CREATE DATABASE from the template by the cheapest way the server offers: "file clone" (18, on a file system with
/// reflinks), "file copy" (15), "copy". Returns which one it was.
[[nodiscard]] Result<std::string> clone_template(postgres::Session& maintenance, std::string const& from,
                                                 std::string const& name);

} // namespace sluice::db_restore
