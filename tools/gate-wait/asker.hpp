#pragma once

#include "common/http/client.hpp"
#include "common/process/runner.hpp"
#include "tools/gate-wait/gate.hpp"

#include <functional>
#include <memory>

namespace sluice::gate_wait {

/// What askers may touch, and the one thing that they tell each other. Outlives them.
struct Surroundings {
    time::Clock& clock;
    process::Runner& runner;
    http::Client& http;
    Subject const& subject;
    std::string pipeline_url{};
    std::string store_key{}; ///< what names the key of encrypted stores
    std::function<bool()> stopped{};
    /// How far the CI server's clock was ahead of ours when it was last asked.
    std::optional<std::chrono::seconds> clock_ahead{};
};

/// Further than this from the CI server's clock, our own proves nothing about windows or ages.
inline constexpr std::chrono::seconds k_most_skew{120};

/// Asks one condition, as often as it is told to; keeps connections in between.
class Asker {
  public:
    virtual ~Asker() = default;
    /// Blocks up to the condition's timeout, or until a stop. Never fails: what can't be seen is unknown.
    [[nodiscard]] virtual Observation ask() = 0;
};

[[nodiscard]] std::unique_ptr<Asker> make_asker(Condition const& condition, Surroundings& surroundings);

// One for each kind, in a file of its own.
[[nodiscard]] std::unique_ptr<Asker> asker_of(ApprovalCondition const& spec, Condition const& all,
                                              Surroundings& around);
[[nodiscard]] std::unique_ptr<Asker> asker_of(WindowCondition const& spec, Condition const& all, Surroundings& around);
[[nodiscard]] std::unique_ptr<Asker> asker_of(FreezeCondition const& spec, Condition const& all, Surroundings& around);
[[nodiscard]] std::unique_ptr<Asker> asker_of(SnapshotCondition const& spec, Condition const& all,
                                              Surroundings& around);
[[nodiscard]] std::unique_ptr<Asker> asker_of(BackupCondition const& spec, Condition const& all, Surroundings& around);
[[nodiscard]] std::unique_ptr<Asker> asker_of(GitlabJobCondition const& spec, Condition const& all,
                                              Surroundings& around);
[[nodiscard]] std::unique_ptr<Asker> asker_of(JenkinsBuildCondition const& spec, Condition const& all,
                                              Surroundings& around);
[[nodiscard]] std::unique_ptr<Asker> asker_of(HttpCondition const& spec, Condition const& all, Surroundings& around);
[[nodiscard]] std::unique_ptr<Asker> asker_of(SqlCondition const& spec, Condition const& all, Surroundings& around);
[[nodiscard]] std::unique_ptr<Asker> asker_of(ExecCondition const& spec, Condition const& all, Surroundings& around);
[[nodiscard]] std::unique_ptr<Asker> asker_of(TransactionsCondition const& spec, Condition const& all,
                                              Surroundings& around);
[[nodiscard]] std::unique_ptr<Asker> asker_of(LocksCondition const& spec, Condition const& all, Surroundings& around);
[[nodiscard]] std::unique_ptr<Asker> asker_of(ReplicationCondition const& spec, Condition const& all,
                                              Surroundings& around);
[[nodiscard]] std::unique_ptr<Asker> asker_of(SpaceCondition const& spec, Condition const& all, Surroundings& around);
[[nodiscard]] std::unique_ptr<Asker> asker_of(MigrationCondition const& spec, Condition const& all,
                                              Surroundings& around);
[[nodiscard]] std::unique_ptr<Asker> asker_of(StoreApproval const& by, ApprovalRules const& rules,
                                              Surroundings& around);

/// An asker that is no more than a function.
template <class Work> class AskingFunction final : public Asker {
  public:
    explicit AskingFunction(Work work) : m_work(std::move(work)) {}
    Observation ask() override { return m_work(); }

  private:
    Work m_work;
};
template <class Work> std::unique_ptr<Asker> asking(Work work) {
    return std::make_unique<AskingFunction<Work>>(std::move(work));
}

} // namespace sluice::gate_wait
