#pragma once

#include "common/ci/environment.hpp"
#include "common/postgres/connection.hpp"
#include "common/snapshot/manifest.hpp"
#include "common/snapshot/source_view.hpp"
#include "tools/db-snapshot/mask_file.hpp"
#include "tools/db-snapshot/mask_key.hpp"
#include "tools/db-snapshot/mask_plan.hpp"

#include <optional>
#include <string>

namespace sluice::db_snapshot {

/// A mask file with its key, ready to be used on a database. Nothing of it reaches a log, and of the key only what was
/// derived from it reaches the server, in the connection's options, which no statement log shows.
class Masks {
  public:
    /// Reads the file and the key that it names. Errors: usage.
    [[nodiscard]] static Result<Masks> load(std::string const& path, ci::Environment const& environment);

    /// The connection whose sessions can work out the masks. Options that the source has of its own stay, also those of
    /// PGOPTIONS and of a service. Errors: as `postgres::spell_out`.
    [[nodiscard]] Result<postgres::ConnectionParameters> connection(postgres::ConnectionParameters const& source) const;

    /// Whether the file decides everything there is, and fits it. Also has the server compile each expression that the
    /// file spells out. Errors: refused with all that is undecided; usage with what does not fit.
    [[nodiscard]] Result<MaskPlan> check(postgres::Session& session,
                                         std::vector<std::string> const& exclude_data) const;

    /// Checks once more, inside the view, and has it read masked values from now on. Errors: as `check`.
    [[nodiscard]] Result<MaskPlan> apply(snapshot::SourceView& view,
                                         std::vector<std::string> const& exclude_data) const;

    [[nodiscard]] snapshot::Masking manifest_part(MaskPlan const& plan) const;
    [[nodiscard]] MaskFile const& file() const { return m_file; }

  private:
    Masks(MaskFile file, std::optional<MaskKey> key) : m_file(std::move(file)), m_key(std::move(key)) {}

    MaskFile m_file;
    std::optional<MaskKey> m_key;
};

/// What may be said of a failed reading of masked rows: the server's own words can hold a value. Others pass.
[[nodiscard]] Error without_values(Error error, std::string const& table);

/// The failure of a masked reading, with the column found whose mask the server cannot work out. Looks for it in the
/// whole table, column by column.
[[nodiscard]] Error blame_column(postgres::Session& session, snapshot::Table const& table, Error error);

} // namespace sluice::db_snapshot
