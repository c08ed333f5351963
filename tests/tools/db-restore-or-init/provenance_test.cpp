#include "tools/db-restore-or-init/provenance.hpp"

#include "tests/support/json_schema.hpp"
#include "tests/support/must.hpp"
#include "tools/db-restore-or-init/markers.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

Provenance example() {
    return {"snapshot",
            "20261122T001530Z-3f9a",
            "2026-11-22T00:15:30.000Z",
            true,
            "acceptance",
            "77",
            "shop",
            "2026-11-22T01:00:00.000Z",
            {"gitlab", "12", "https://ci.example/12", "abc"},
            {"a: taken", "b\nc"}};
}

TEST(Provenance, survives_the_comment_of_a_database) {
    std::string const comment = snapshot::join_comment("Line one\nline two", to_marker(example()));
    auto const parts = snapshot::split_comment(comment);
    EXPECT_EQ(parts.text, "Line one\nline two");
    EXPECT_EQ(kind_of(parts), MarkerKind::provenance);
    auto const read = test::must(from_marker(*parts.marker));
    EXPECT_EQ(to_marker(read), to_marker(example()));
}

TEST(Markers, keep_to_their_schema) {
    for (Json const& marker : {to_marker(example()), environment_marker("production", "77"),
                               leftover_marker("shop", "2026-11-22T00:15:30.000Z"), template_marker("id", true)}) {
        EXPECT_EQ(test::schema_violations(marker, "tools/db-restore-or-init/marker.schema.json"), "") << marker;
    }
    Json const odd{{"version", 1}, {"kind", "leftover"}};
    EXPECT_NE(test::schema_violations(odd, "tools/db-restore-or-init/marker.schema.json"), "");
}

TEST(Provenance, is_read_strictly) {
    for (char const* key : {"origin", "snapshot", "masked", "stage", "source", "pipeline", "decision", "restored"}) {
        Json marker = to_marker(example());
        marker.erase(key);
        EXPECT_EQ(from_marker(marker).error().kind, Errc::bad_data) << key;
    }
    Json marker = to_marker(example());
    marker["extra"] = 1;
    EXPECT_EQ(from_marker(marker).error().kind, Errc::bad_data);
    marker = to_marker(example());
    marker["masked"] = "yes";
    EXPECT_EQ(from_marker(marker).error().kind, Errc::bad_data);
}

TEST(Provenance, is_passed_on_to_the_next_job) {
    cli::DotenvLines const expected{{"SLUICE_ORIGIN", "snapshot"},
                                    {"SLUICE_SNAPSHOT_ID", "20261122T001530Z-3f9a"},
                                    {"SLUICE_STAGE", "acceptance"},
                                    {"SLUICE_MASKED", "true"},
                                    {"SLUICE_TAKEN_AT", "2026-11-22T00:15:30.000Z"},
                                    {"SLUICE_TARGET_DATABASE", "acc"}};
    EXPECT_EQ(dotenv_lines(example(), "acc"), expected);
}

} // namespace
} // namespace sluice::db_restore
