#include "tools/db-snapshot/verify.hpp"

#include "common/json/json.hpp"
#include "common/log/log.hpp"
#include "common/log/progress.hpp"
#include "common/snapshot/catalog.hpp"
#include "common/snapshot/compare.hpp"
#include "common/snapshot/loader.hpp"
#include "common/snapshot/target.hpp"
#include "common/store/open_store.hpp"
#include "tools/db-snapshot/cat.hpp"
#include "tools/db-snapshot/inspect.hpp"

#include <ostream>

namespace sluice::db_snapshot {

namespace {

using snapshot::Manifest;

/// A database of our own for the time of a comparison.
class ScratchDatabase {
  public:
    static Result<ScratchDatabase> create(postgres::ConnectionParameters const& server, Manifest const& manifest) {
        TRY_ASSIGN(auto maintenance, snapshot::connect_for_maintenance(server, "verify"));
        TRY(snapshot::check_target(*maintenance, manifest.inventory));
        std::string name = snapshot::side_name("sluice_verify", "_" + manifest.id);
        TRY(snapshot::drop_database(*maintenance, name));
        TRY(snapshot::create_empty_database(*maintenance, name, manifest.inventory.properties));
        return ScratchDatabase(std::move(maintenance), server.with("dbname", name));
    }
    ScratchDatabase(ScratchDatabase&&) = default;
    ScratchDatabase& operator=(ScratchDatabase&&) = delete;
    ~ScratchDatabase() {
        if (!m_maintenance) {
            return;
        }
        if (auto const dropped = snapshot::drop_database(*m_maintenance, m_parameters.get("dbname")); !dropped) {
            log::warning("could not drop the scratch database",
                         {{"database", m_parameters.get("dbname")}, {"reason", dropped.error().message}});
        }
    }
    [[nodiscard]] postgres::ConnectionParameters const& parameters() const { return m_parameters; }

  private:
    ScratchDatabase(std::unique_ptr<postgres::Session> maintenance, postgres::ConnectionParameters parameters)
        : m_maintenance(std::move(maintenance)), m_parameters(std::move(parameters)) {}

    std::unique_ptr<postgres::Session> m_maintenance;
    postgres::ConnectionParameters m_parameters;
};

Result<std::vector<std::string>> restore_and_compare(store::Store& store, Manifest const& manifest,
                                                     Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const server, postgres::resolve_connection(options.restore_to, context.environment));
    TRY_ASSIGN(ScratchDatabase const scratch, ScratchDatabase::create(server, manifest));
    auto const rows = snapshot::stored_rows(store, manifest);
    TRY(snapshot::load_database(*rows, {scratch.parameters(), options.jobs}, context.runner, context.clock)
            .map([](snapshot::LoadReport const&) {}));
    constexpr std::chrono::seconds lock_timeout{10};
    return snapshot::compare_with_manifest(scratch.parameters(), manifest, {options.jobs, lock_timeout, {}},
                                           context.clock);
}

void print(std::ostream& out, Options const& options, Manifest const& manifest,
           std::vector<std::string> const& differences) {
    bool const restored = !options.restore_to.empty();
    if (options.common.json) {
        out << json::dump({{"version", 1},
                           {"id", manifest.id},
                           {"chunks", manifest.chunks.size()},
                           {"restored", restored},
                           {"proven", manifest.is_proven()},
                           {"differences", differences}})
            << '\n';
        return;
    }
    for (auto const& difference : differences) {
        out << difference << '\n';
    }
    if (differences.empty()) {
        out << manifest.id << ": " << manifest.chunks.size() << " chunks are sound"
            << (restored ? "; restored, every table is equal" : "")
            << (manifest.is_proven() ? "" : "; nobody knows whether the producer of this stream ended well") << '\n';
    }
}

// The answer stands without it: whoever verifies may not be allowed to write.
void note(snapshot::Catalog const& catalog, Manifest const& manifest, Options const& options,
          time::Clock const& clock) {
    auto const noted = catalog.note_verified(manifest.id, clock.wall_now(), !options.restore_to.empty());
    if (!noted) {
        log::warning("the store does not say that it was verified", {{"reason", noted.error().message}});
    }
}

} // namespace

Result<cli::ExitCode> verify(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto store, store::open_store(options.store, context.environment, options.store_key));
    TRY_ASSIGN(auto const name, chosen_name(*store, options.name));
    snapshot::Catalog const catalog(*store, name);
    TRY_ASSIGN(auto const manifest, catalog.find_any(options.id, context.clock.wall_now()));
    if (manifest.stream && !options.restore_to.empty()) {
        return fail(Errc::usage, "snapshot '" + manifest.id + "' holds a stream, which cannot be restored to a server",
                    "Verify it without --restore-to.");
    }
    {
        log::Progress progress("verifying chunks", manifest.total_plain_bytes());
        TRY(snapshot::verify_chunks(*store, manifest, options.jobs, [&](std::uint64_t bytes) { progress.add(bytes); }));
    }
    if (manifest.stream) {
        TRY(read_stream(*store, manifest, [](std::string_view) { return Result<void>{}; }));
    }
    std::vector<std::string> differences;
    if (!options.restore_to.empty()) {
        TRY_ASSIGN(differences, restore_and_compare(*store, manifest, options, context));
    }
    print(context.out, options, manifest, differences);
    // The bytes are sound, but whether they are all is not known: it must not count as the last verified one.
    if (differences.empty() && manifest.is_proven()) {
        note(catalog, manifest, options, context.clock);
    }
    return differences.empty() ? cli::ExitCode::ok : cli::ExitCode::no;
}

} // namespace sluice::db_snapshot
