#pragma once

#include "common/snapshot/catalog.hpp"
#include "common/snapshot/chunk_writer.hpp"
#include "common/time/timestamp.hpp"
#include "tests/common/snapshot/example_manifest.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/must.hpp"
#include "tests/support/scripted_store.hpp"
#include "tools/db-snapshot/prune.hpp"

#include <set>

namespace sluice::test {

/// A snapshot that is being written, step by step, as db-snapshot does it.
class LabWriter {
  public:
    LabWriter(store::Store& store, std::string name, std::string id, time::Clock& clock)
        : m_catalog(store, std::move(name)), m_id(std::move(id)), m_clock(clock) {}

    void begin() {
        m_started = time::timestamp_text(m_clock.wall_now());
        beat();
        auto const newest = must(m_catalog.newest());
        m_writer = std::make_unique<snapshot::ChunkWriter>(
            m_catalog.store(), newest ? newest->chunks : std::vector<snapshot::ChunkInfo>{});
    }
    void beat() { write(snapshot::State::running); }
    void put(std::vector<std::string> const& contents) {
        snapshot::Compressor compressor;
        for (auto const& content : contents) {
            must(m_writer->put(content, compressor));
        }
    }
    Result<void> publish() {
        auto manifest = example_manifest();
        manifest.id = m_id;
        manifest.name = m_catalog.name();
        manifest.started = m_started;
        manifest.labels.clear();
        manifest.chunks = m_writer->take_chunks();
        manifest.data = {{0, 0, std::string(32, '0'), {}}, {0, 0, std::string(32, '0'), {}}};
        manifest.large_object_data = {0, 0, std::string(32, '0'), {}};
        manifest.schema.clear();
        auto published = m_catalog.publish(manifest);
        write(published ? snapshot::State::complete : snapshot::State::failed);
        if (published) {
            must(m_catalog.promote(m_id));
        }
        return published;
    }
    [[nodiscard]] std::string const& id() const { return m_id; }

  private:
    void write(snapshot::State state) {
        must(m_catalog.write_status({m_id, state, m_started, time::timestamp_text(m_clock.wall_now()), "lab", 0, ""}));
    }

    snapshot::Catalog m_catalog;
    std::string m_id;
    time::Clock& m_clock;
    std::string m_started{};
    std::unique_ptr<snapshot::ChunkWriter> m_writer{};
};

/// A store in memory with snapshots whose chunks are real.
class StoreLab {
  public:
    using Contents = std::vector<std::string>;

    std::string id_now() {
        std::string const end = std::to_string(1000 + m_serial++);
        return time::compact_timestamp(clock.wall_now()) + "-" + end;
    }
    LabWriter writer(std::string const& name = "shop") { return {store, name, id_now(), clock}; }
    std::string take(Contents const& contents, std::string const& name = "shop") {
        LabWriter snapshot = writer(name);
        snapshot.begin();
        snapshot.put(contents);
        must(snapshot.publish());
        return snapshot.id();
    }
    /// A run that stored chunks and was never heard of again.
    std::string die(Contents const& contents, std::string const& name = "shop") {
        LabWriter snapshot = writer(name);
        snapshot.begin();
        snapshot.put(contents);
        return snapshot.id();
    }
    ScriptedStore scripted() { return two_step ? ScriptedStore(store, &clock) : ScriptedStore(store); }
    Result<db_snapshot::PruneReport> prune_with(store::Store& through, db_snapshot::PruneRules const& rules) {
        auto const names = snapshot::database_names(store);
        return db_snapshot::prune_store(through, must(names), rules, clock);
    }
    db_snapshot::PruneReport prune(db_snapshot::PruneRules const& rules) {
        ScriptedStore undisturbed = scripted();
        return must(prune_with(undisturbed, rules));
    }

    std::set<std::string> complete(std::string const& name = "shop") {
        std::set<std::string> found;
        snapshot::Catalog const catalog(store, name);
        for (auto const& id : must(catalog.ids())) {
            if (must(catalog.manifest(id))) {
                found.insert(id);
            }
        }
        return found;
    }
    /// Why a snapshot that exists cannot be read; empty when all can.
    std::string first_loss() {
        for (auto const& name : must(snapshot::database_names(store))) {
            for (auto const& id : complete(name)) {
                auto const manifest = *must(snapshot::Catalog(store, name).manifest(id));
                auto const sound = snapshot::verify_chunks(store, manifest, 1, [](std::uint64_t) {});
                if (!sound) {
                    return name + " " + id + ": " + sound.error().message;
                }
            }
        }
        return "";
    }
    std::size_t count(std::string const& prefix) { return must(store.list(prefix)).size(); }

    MemoryStore store{};
    FakeClock clock{};
    bool two_step = false; ///< prunes move as on an object store

  private:
    int m_serial = 0;
};

} // namespace sluice::test
