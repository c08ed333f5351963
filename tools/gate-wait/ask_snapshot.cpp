#include "common/snapshot/catalog.hpp"
#include "common/snapshot/chunk.hpp"
#include "common/store/open_store.hpp"
#include "tools/gate-wait/doubt.hpp"

namespace sluice::gate_wait {

namespace {

using snapshot::Catalog;
using snapshot::State;

// How long one asking may read a snapshot back, so that the others and a stop are not kept waiting.
constexpr Milliseconds k_slice{200};

class SnapshotAsker final : public Asker {
  public:
    SnapshotAsker(SnapshotCondition spec, Surroundings& around)
        : m_spec(std::move(spec)), m_around(around), m_began(around.clock.steady_now()) {}

    Observation ask() override {
        auto seen = look();
        bool const looked = seen.has_value();
        Observation answer = looked ? *std::move(seen) : doubt_of(seen.error(), m_worked);
        m_worked = m_worked || looked;
        answer.source = "store " + m_spec.store + ", snapshot " + m_spec.id;
        return answer;
    }

  private:
    Result<Observation> look() {
        TRY_ASSIGN(auto const store,
                   store::open_store(m_spec.store, ci::Environment::of_process(), m_around.store_key));
        TRY(find_name(*store));
        Catalog const catalog(*store, m_spec.name);
        TRY_ASSIGN(auto const status, catalog.status(m_spec.id));
        if (!status) {
            return absent();
        }
        m_was_there = true;
        if (status->state == State::complete) {
            return complete(*store, catalog);
        }
        if (status->state == State::failed) {
            return for_good(saw_closed("the snapshot failed" + (status->error.empty() ? "" : ": " + status->error)));
        }
        return running(*status);
    }

    // Without a name, the database under which the store has it.
    Result<void> find_name(store::Store& store) {
        if (!m_spec.name.empty()) {
            return snapshot::check_name(m_spec.name);
        }
        TRY_ASSIGN(auto const names, snapshot::database_names(store));
        for (auto const& name : names) {
            TRY_ASSIGN(auto const status, Catalog(store, name).status(m_spec.id));
            if (status) {
                m_spec.name = name;
                break;
            }
        }
        return {};
    }

    // A snapshot says that it runs before it gives out its id, so one that is not there soon never will be.
    [[nodiscard]] Observation absent() const {
        if (m_was_there) {
            return for_good(saw_closed("the snapshot is gone from the store"));
        }
        bool const patient = m_around.clock.steady_now() - m_began < snapshot::k_heartbeat_limit;
        auto seen = saw_closed("the store has no snapshot " + m_spec.id +
                               (m_spec.name.empty() ? "" : " of '" + m_spec.name + "'"));
        seen.hint = patient ? "" : "See what there is with: db-snapshot list --store " + m_spec.store;
        seen.final = !patient;
        return seen;
    }

    // Dead by its own clock, or by ours: the other machine's may be wrong.
    Observation running(snapshot::Status const& status) {
        auto const now = m_around.clock.steady_now();
        if (status.heartbeat != m_heartbeat) {
            m_heartbeat = status.heartbeat;
            m_heard = now;
        }
        if (status.is_stale(m_around.clock.wall_now()) || now - m_heard > snapshot::k_heartbeat_limit) {
            return for_good(saw_closed("the snapshot is dead: its last heartbeat was at " + status.heartbeat + " on " +
                                       status.host));
        }
        return saw_closed("the snapshot runs, " + std::to_string(status.bytes_done) + " bytes done");
    }

    Result<Observation> complete(store::Store& store, Catalog const& catalog) {
        if (!m_spec.verify) {
            TRY_ASSIGN(auto const manifest, catalog.manifest(m_spec.id));
            return manifest ? saw_open("the snapshot is complete") : no_manifest();
        }
        TRY_ASSIGN(bool const verified, catalog.is_verified(m_spec.id));
        if (verified || m_read_back) {
            TRY_ASSIGN(auto const size, store.size("snapshots/" + m_spec.name + "/" + m_spec.id + "/manifest.json"));
            return size ? saw_open(verified ? "the snapshot is complete and was verified"
                                            : "the snapshot is complete; every byte was read back")
                        : no_manifest();
        }
        return read_back(store, catalog);
    }

    [[nodiscard]] static Observation no_manifest() { return for_good(saw_closed("the snapshot has no manifest")); }

    Result<Observation> read_back(store::Store& store, Catalog const& catalog) {
        if (!m_manifest) {
            TRY_ASSIGN(auto manifest, catalog.manifest(m_spec.id));
            if (!manifest) {
                return no_manifest();
            }
            m_manifest = std::make_unique<snapshot::Manifest>(*std::move(manifest));
        }
        auto const end = m_around.clock.steady_now() + k_slice;
        for (; m_next < m_manifest->chunks.size() && m_around.clock.steady_now() < end; ++m_next) {
            auto const read = snapshot::read_chunk(store, m_manifest->chunks, m_manifest->chunks[m_next], m_buffer);
            if (!read && read.error().kind == Errc::bad_data) {
                return for_good(saw_closed("the snapshot is damaged: " + read.error().message));
            }
            TRY(read);
        }
        m_read_back = m_next == m_manifest->chunks.size();
        if (m_read_back) {
            m_manifest.reset();
            return saw_open("the snapshot is complete; every byte was read back");
        }
        auto seen = saw_closed("complete, reading it back: " + std::to_string(m_next) + " of " +
                               std::to_string(m_manifest->chunks.size()) + " chunks");
        seen.ask_again = Milliseconds{1};
        return seen;
    }

    SnapshotCondition m_spec;
    Surroundings& m_around;
    time::Steady m_began;
    bool m_worked = false;
    bool m_was_there = false;
    std::string m_heartbeat{};
    time::Steady m_heard{};
    std::unique_ptr<snapshot::Manifest> m_manifest{};
    std::size_t m_next = 0;
    std::string m_buffer{};
    bool m_read_back = false;
};

} // namespace

std::unique_ptr<Asker> asker_of(SnapshotCondition const& spec, Condition const&, Surroundings& around) {
    return std::make_unique<SnapshotAsker>(spec, around);
}

} // namespace sluice::gate_wait
