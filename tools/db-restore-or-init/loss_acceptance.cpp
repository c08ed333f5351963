#include "tools/db-restore-or-init/loss_acceptance.hpp"

#include "common/result/did_you_mean.hpp"

#include <algorithm>
#include <array>

namespace sluice::db_restore {

namespace {

bool is_lost(TableLoss const& loss, std::set<std::string> const& rescued) {
    bool const only_written = loss.certainty == Certainty::exact && loss.rows.deleted == 0;
    return loss.loses() && !(rescued.contains(loss.table) && only_written);
}

bool is_accepted(TableLoss const& loss, Acceptance const& acceptance) {
    return acceptance.all || (loss.certainty != Certainty::unknown && acceptance.tables.contains(loss.table));
}

std::string advice_for(std::vector<TableLoss> const& open) {
    bool const unknown = std::any_of(open.begin(), open.end(),
                                     [](TableLoss const& loss) { return loss.certainty == Certainty::unknown; });
    if (unknown) {
        return "Nobody can tell how much that is: if it may all be lost, add --accept-loss all.";
    }
    std::string options;
    for (auto const& loss : open) {
        options += " --accept-loss " + loss.table;
    }
    return "If these rows may be lost, add" + options +
           "; rows of a table with a key can be carried over with --rescue.";
}

std::string names_of(std::vector<TableLoss> const& losses) {
    std::string names;
    for (auto const& loss : losses) {
        names += (names.empty() ? "'" : ", '") + loss.table + "'";
    }
    return names;
}

} // namespace

Result<Acceptance> parse_acceptance(std::vector<std::string> const& texts) {
    Acceptance acceptance;
    for (auto const& text : texts) {
        std::size_t const point = text.find('.');
        bool const table = point != std::string::npos && point > 0 && point + 1 < text.size();
        if (text == "all") {
            acceptance.all = true;
        } else if (table || text == k_large_objects) {
            acceptance.tables.insert(text);
        } else {
            return fail(Errc::usage, "--accept-loss '" + text + "' names no loss",
                        "Write all, schema.table or large-objects.");
        }
    }
    return acceptance;
}

LossDecision judge_loss(LossReport const& report, Acceptance const& acceptance, std::set<std::string> const& rescued) {
    LossDecision decision;
    std::vector<TableLoss> open;
    for (auto const& loss : report.tables) {
        if (is_lost(loss, rescued)) {
            (is_accepted(loss, acceptance) ? decision.accepted : open).push_back(loss);
        }
    }
    if (!open.empty()) {
        decision.accepted.clear(); // nothing is done, so nothing is lost
        decision.reason = "going back would lose what was written to " + names_of(open);
        decision.advice = advice_for(open);
    } else if (decision.accepted.empty()) {
        decision.verdict = LossVerdict::nothing_lost;
        decision.reason =
            report.loses() ? "all that was written is carried over" : "nothing was written since the snapshot";
    } else {
        decision.verdict = LossVerdict::accepted;
        decision.reason = "the loss in " + names_of(decision.accepted) + " is accepted";
    }
    return decision;
}

Result<void> check_tables_known(std::string const& option, std::set<std::string> const& given,
                                std::vector<std::string> const& known) {
    for (auto const& name : given) {
        if (name != k_large_objects && std::find(known.begin(), known.end(), name) == known.end()) {
            std::string const suggestion = result::did_you_mean(name, known);
            return fail(Errc::usage, option + " '" + name + "' is no table of the database or the snapshot",
                        suggestion.empty() ? "Write schema.table as --explain shows it." : suggestion);
        }
    }
    return {};
}

std::string name_of(LossVerdict verdict) {
    constexpr std::array<char const*, 3> names{"nothing_lost", "accepted", "refused"};
    return names.at(static_cast<std::size_t>(verdict));
}

} // namespace sluice::db_restore
