#include "common/snapshot/partitions.hpp"

#include "common/postgres/quote.hpp"

namespace sluice::snapshot {

Result<PartitionRoots> read_partition_roots(postgres::Session& session) {
    using postgres::text_of;
    if (session.server_version() < 120000) {
        return PartitionRoots{}; // no pg_partition_root; partitions then have to take their rows themselves
    }
    TRY_ASSIGN(
        auto const rows,
        session.query("SELECT n.nspname, c.relname, rn.nspname, r.relname FROM pg_class c JOIN pg_namespace n ON "
                      "n.oid = c.relnamespace JOIN pg_class r ON r.oid = pg_partition_root(c.oid) JOIN "
                      "pg_namespace rn ON rn.oid = r.relnamespace WHERE c.relispartition AND c.relkind = 'r'"));
    PartitionRoots roots;
    for (auto const& row : rows) {
        std::string const leaf =
            postgres::quote_identifier(text_of(row.at(0))) + "." + postgres::quote_identifier(text_of(row.at(1)));
        roots.emplace(leaf, PartitionRoot{text_of(row.at(2)), text_of(row.at(3))});
    }
    return roots;
}

} // namespace sluice::snapshot
