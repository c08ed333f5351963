#pragma once

#include "common/snapshot/manifest.hpp"

#include <limits>

namespace sluice::test {

/// Every field filled, with values that are easily lost: 130 plain bytes in 5 rows, two chunks.
[[nodiscard]] inline snapshot::Inventory example_inventory() {
    snapshot::Inventory inventory;
    inventory.source = {"7300000000000000001", "shop", 16400, "15.20 (Debian)", 150020, false, "reader", "16/B374D848"};
    inventory.properties = {"owner",
                            {"=Tc/owner", "app=C/owner"},
                            42,
                            "A shop\nwith \x1f and ä",
                            {{"", "search_path", "shop, \"odd\""}, {"app", "work_mem", "8MB"}},
                            "UTF8",
                            "C.UTF-8",
                            "C.UTF-8",
                            "i",
                            "und",
                            "153.112"};
    inventory.roles = {"app", "owner"};
    inventory.owners = {"owner"};
    inventory.extensions = {{"hstore", "1.8", "public", true}};
    inventory.tablespaces = {"fast"};
    inventory.superuser_needs = {"event trigger 'x'"};
    snapshot::Table config{"ext",        "config", {"a"},    snapshot::TableKind::extension_config,
                           "WHERE dump", false,    {1, 2, 3}};
    snapshot::Table plain{"shop", "two\nlines", {"id", "new\nline"}, snapshot::TableKind::plain, "", true, {}};
    inventory.tables = {std::move(config), std::move(plain)};
    inventory.sequences = {{"shop", "s", std::numeric_limits<std::int64_t>::min(), true}};
    inventory.large_objects = {{4294967290U, "owner", {"app=r/owner"}, "a comment", 30}};
    inventory.left_out = {"subscription 'x'"};
    inventory.statistics_reset = "2026-11-01 00:00:00+00";
    inventory.transactions = 77;
    inventory.migration = {"flyway", "20261120.1"};
    return inventory;
}

[[nodiscard]] inline snapshot::Manifest example_manifest() {
    std::string const some_hash(64, 'a');
    snapshot::Manifest manifest;
    manifest.id = "20261122T001530Z-3f9a";
    manifest.name = "shop";
    manifest.started = "2026-11-22T00:15:30.000Z";
    manifest.finished = "2026-11-22T00:16:30.000Z";
    manifest.tool_version = "0.1.0";
    manifest.pg_dump_major = 15;
    manifest.labels = {{"release", "2.4"}, {"ä \"q\"", "x=y\n"}};
    manifest.pipeline = {"gitlab", "123", "https://ci.example/1", "0123abcd"};
    manifest.masked = true;
    manifest.masking = snapshot::Masking{
        some_hash, "0123456789abcdef", true, false, {{"shop.two\nlines", "new\nline", "email", "person"}}};
    manifest.inventory = example_inventory();
    manifest.chunks = {{some_hash, std::string(64, 'b'), 80, 60}, {std::string(64, 'c'), some_hash, 70, 50}};
    manifest.data = {{5, 100, std::string(32, '1'), {{5, {{0, 10, 70}, {1, 0, 30}}}}},
                     {0, 0, std::string(32, '0'), {}}};
    manifest.large_object_data = {1, 30, std::string(32, '2'), {{1, {{1, 40, 30}}}}};
    manifest.schema = {{0, 0, 10}};
    return manifest;
}

} // namespace sluice::test
