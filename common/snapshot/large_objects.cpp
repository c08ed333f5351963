#include "common/snapshot/large_objects.hpp"

#include "common/json/json.hpp"
#include "common/postgres/quote.hpp"
#include "common/snapshot/manifest.hpp"

#include <algorithm>

namespace sluice::snapshot {

namespace {

constexpr std::uint64_t k_range_bytes = std::uint64_t{4} * 1024 * 1024;
// ALTER LARGE OBJECT takes a lock that lasts to the end of its transaction; max_locks_per_transaction allows 6,400.
constexpr std::size_t k_objects_per_transaction = 500;

Result<std::string> finishing_sql(postgres::Session& session, LargeObject const& object) {
    std::string const name = "LARGE OBJECT " + std::to_string(object.oid);
    std::string sql = "ALTER " + name + " OWNER TO " + postgres::quote_identifier(object.owner) + ";";
    if (!object.comment.empty()) {
        sql += "COMMENT ON " + name + " IS " + postgres::quote_literal(object.comment) + ";";
    }
    if (!object.acl.empty()) {
        TRY_ASSIGN(auto const grants, grants_for(session, name, object.owner, object.acl));
        sql += grants;
    }
    return sql;
}

std::string role_text(postgres::Cell const& name) {
    return name ? postgres::quote_identifier(*name) : std::string("PUBLIC");
}

} // namespace

std::vector<LargeObjectRange> plan_large_objects(std::vector<LargeObject> const& objects) {
    std::vector<LargeObjectRange> ranges;
    for (auto const& object : objects) {
        if (ranges.empty() || ranges.back().size_bytes + object.size_bytes > k_range_bytes) {
            ranges.push_back({object.oid, object.oid, 0});
        }
        ranges.back().last = object.oid;
        ranges.back().size_bytes += object.size_bytes;
    }
    return ranges;
}

std::string copy_large_objects_sql(LargeObjectRange const& range) {
    std::string const slice = std::to_string(k_large_object_slice);
    return "COPY (SELECT m.oid, o.at, lo_get(m.oid, o.at, " + slice +
           ") FROM pg_largeobject_metadata m, LATERAL (SELECT lo_lseek64(f.fd, 0, 2) AS size, lo_close(f.fd) FROM "
           "(SELECT lo_open(m.oid, 262144) AS fd OFFSET 0) f OFFSET 0) s, LATERAL generate_series(0, s.size - 1, " +
           slice + ") o(at) WHERE m.oid BETWEEN " + std::to_string(range.first) + " AND " + std::to_string(range.last) +
           " ORDER BY m.oid, o.at) TO STDOUT";
}

Result<void> create_large_objects(postgres::Session& session, std::vector<LargeObject> const& objects) {
    for (std::size_t begin = 0; begin < objects.size(); begin += k_objects_per_transaction) {
        std::string oids;
        for (std::size_t i = begin; i < std::min(begin + k_objects_per_transaction, objects.size()); ++i) {
            oids += (oids.empty() ? "" : ",") + std::to_string(objects[i].oid);
        }
        TRY(session.execute("SELECT lo_create(o) FROM unnest('{" + oids + "}'::oid[]) o"));
    }
    return {};
}

Result<std::uint64_t>
load_large_object_rows(postgres::CopyConnection& connection,
                       std::function<Result<void>(postgres::CopyConnection::Put const&)> const& fill) {
    TRY(connection.execute("BEGIN; CREATE TEMP TABLE sluice_large_objects (oid oid, at bigint, bytes bytea) "
                           "ON COMMIT DROP"));
    TRY_ASSIGN(auto const rows, connection.copy_in("COPY pg_temp.sluice_large_objects FROM STDIN", fill));
    TRY(connection.execute("SELECT lo_put(oid, at, bytes) FROM pg_temp.sluice_large_objects; COMMIT"));
    return rows;
}

Result<void> finish_large_objects(postgres::Session& session, std::vector<LargeObject> const& objects) {
    for (std::size_t begin = 0; begin < objects.size(); begin += k_objects_per_transaction) {
        std::string sql = "BEGIN;";
        for (std::size_t i = begin; i < std::min(begin + k_objects_per_transaction, objects.size()); ++i) {
            TRY_ASSIGN(auto const one, finishing_sql(session, objects[i]));
            sql += one;
        }
        TRY(session.execute(sql + "COMMIT"));
    }
    return {};
}

Result<std::string> grants_for(postgres::Session& session, std::string const& object, std::string const& owner,
                               std::vector<std::string> const& acl) {
    TRY_ASSIGN(
        auto const rows,
        session.query("SELECT r.rolname, a.privilege_type, a.is_grantable, g.rolname FROM "
                      "aclexplode(ARRAY(SELECT jsonb_array_elements_text($1::jsonb)::aclitem)) WITH ORDINALITY a "
                      "JOIN pg_roles g ON g.oid = a.grantor LEFT JOIN pg_roles r ON r.oid = a.grantee "
                      "ORDER BY g.rolname <> $2, a.ordinality",
                      {json::dump(Json(acl)), owner}));
    std::string sql = "REVOKE ALL ON " + object + " FROM PUBLIC; REVOKE ALL ON " + object + " FROM " +
                      postgres::quote_identifier(owner) + ";";
    for (auto const& row : rows) {
        std::string const grant = "GRANT " + postgres::text_of(row.at(1)) + " ON " + object + " TO " +
                                  role_text(row.at(0)) + (postgres::truth_of(row.at(2)) ? " WITH GRANT OPTION;" : ";");
        // A right that was passed on by somebody else comes from him again, or REVOKE would not find it.
        bool const passed_on = postgres::text_of(row.at(3)) != owner;
        sql += passed_on ? "SET ROLE " + role_text(row.at(3)) + ";" + grant + "RESET ROLE;" : grant;
    }
    return sql;
}

} // namespace sluice::snapshot
