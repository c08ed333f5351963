#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sluice::db_restore {

enum class OnMissing { fail, init };

enum class Importance { low, medium, high, critical };

/// What the people who own a service answered about its data. An empty optional is an unanswered question.
struct Answers {
    std::optional<bool> others_act_on_its_data{}; ///< payroll: somebody would be paid by what is in there
    std::optional<bool> others_wait_for_it{};     ///< a blog that a website's pipeline waits for
    std::optional<Importance> importance{};
    std::string worst_case; ///< in their words, shown to whoever has to decide
};

/// What happens where nothing can be restored, and why, in words for two in the morning.
struct MissingRule {
    OnMissing action = OnMissing::fail;
    std::string why = "the policy says stop";
    /// What somebody should know before relying on it: that an explicit decision goes against the answers.
    std::string objection{};
    std::string worst_case{};
};

/// The keys of the questions without an answer, or empty. Pure.
[[nodiscard]] std::string open_questions(Answers const& answers);

/// What the answers lead to by themselves: stop where one is missing, where others act on the data or where it is
/// critical; start empty where others wait for it, or where it matters little; else stop. Pure.
[[nodiscard]] MissingRule rule_of(Answers const& answers);

/// Somebody's explicit decision, as it was said: in a policy file or on the command line.
struct ExplicitDecision {
    OnMissing action = OnMissing::fail;
    std::string said_by; ///< "the policy of stage 'union'", "--on-missing"
};

/// The rule for one stage. An explicit decision wins over the answers and says where it disagrees; a stage called
/// production never starts empty except by `first_build`. Pure.
[[nodiscard]] MissingRule rule_for_stage(std::string const& stage, std::optional<Answers> const& answers,
                                         std::optional<ExplicitDecision> const& decision, bool first_build);

} // namespace sluice::db_restore
