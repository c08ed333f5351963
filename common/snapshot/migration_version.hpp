#pragma once

#include "common/postgres/session.hpp"

#include <string>

namespace sluice::snapshot {

/// The schema's version as the tool that migrates it has noted it in the database.
struct MigrationVersion {
    std::string tool;    ///< "flyway", "alembic", …; empty where none of the known ones has been here
    std::string version; ///< as the tool writes it
};

/// Looks for the tables of Flyway, Liquibase, Alembic, Django, Rails and its kind, Prisma, Knex, Sequelize, TypeORM,
/// Laravel, EF Core, goose, Diesel and SQLx. Empty where several of them are, since which one counts is not known, and
/// where none is readable. Runs inside the caller's transaction. Errors: as `Session::query`.
[[nodiscard]] Result<MigrationVersion> read_migration_version(postgres::Session& session);

} // namespace sluice::snapshot
