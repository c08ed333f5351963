#include "common/store/open_store.hpp"
#include "tools/gate-wait/approval_judgement.hpp"
#include "tools/gate-wait/doubt.hpp"
#include "tools/gate-wait/store_approval.hpp"

namespace sluice::gate_wait {

namespace {

class StoreApprovalAsker final : public Asker {
  public:
    StoreApprovalAsker(StoreApproval by, ApprovalRules rules, Surroundings& around)
        : m_by(std::move(by)), m_rules(std::move(rules)), m_around(around) {}

    Observation ask() override {
        auto seen = look();
        bool const looked = seen.has_value();
        Observation answer = looked ? *std::move(seen) : doubt_of(seen.error(), m_worked);
        m_worked = m_worked || looked;
        answer.source = "store " + m_by.store + ", " + request_folder(m_by.gate, m_around.subject);
        return answer;
    }

  private:
    Result<Observation> look() {
        TRY_ASSIGN(auto const store, store::open_store(m_by.store, ci::Environment::of_process(), m_around.store_key));
        auto const now = m_around.clock.wall_now();
        if (!m_worked) {
            TRY(ask_people(*store, {m_by.gate, m_around.subject, now, m_around.pipeline_url}));
        }
        TRY_ASSIGN(auto const words, read_answers(*store, m_by.gate, m_around.subject));
        auto seen = judge_approvals(m_rules, m_around.subject, words, now);
        if (seen.truth == Truth::closed && !seen.rejected) {
            seen.hint = "To answer: gate-wait approve --store " + m_by.store + " --gate " + m_by.gate + " --revision " +
                        m_around.subject.revision + " --name YOU --reason WHY";
        }
        return seen;
    }

    StoreApproval m_by;
    ApprovalRules m_rules;
    Surroundings& m_around;
    bool m_worked = false;
};

} // namespace

std::unique_ptr<Asker> asker_of(StoreApproval const& by, ApprovalRules const& rules, Surroundings& around) {
    return std::make_unique<StoreApprovalAsker>(by, rules, around);
}

} // namespace sluice::gate_wait
