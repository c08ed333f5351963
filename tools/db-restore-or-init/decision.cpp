#include "tools/db-restore-or-init/decision.hpp"

#include "common/time/duration_text.hpp"

#include <algorithm>
#include <array>

namespace sluice::db_restore {

namespace {

std::string line_for(OriginFact const& fact, bool taken) {
    if (!taken) {
        return fact.origin + ": " + (fact.finding == Finding::not_looked_at ? "" : "passed over: ") + fact.why;
    }
    std::string line = fact.origin + ": taken";
    line += fact.snapshot.empty() ? "" : ": snapshot " + fact.snapshot;
    return line + (fact.age ? ", " + time::duration_text(*fact.age) + " old" : "");
}

bool has(std::vector<OriginFact> const& facts, Finding finding) {
    return std::any_of(facts.begin(), facts.end(), [&](auto const& fact) { return fact.finding == finding; });
}

// The first origin whose answer leaves it open whether there is data somewhere.
OriginFact const* obstacle_to_init(std::vector<OriginFact> const& facts) {
    auto const place = std::find_if(facts.begin(), facts.end(), [](OriginFact const& fact) {
        return fact.finding != Finding::never && fact.finding != Finding::no_such_database;
    });
    return place == facts.end() ? nullptr : &*place;
}

std::string advice_for(std::vector<OriginFact> const& facts) {
    if (has(facts, Finding::unreachable)) {
        return "Make the origin reachable, then run the same command again.";
    }
    if (has(facts, Finding::unverified)) {
        return "Verify the snapshot: db-snapshot verify latest, best with --restore-to.";
    }
    if (has(facts, Finding::wrong_migration)) {
        return "Take a new snapshot with db-snapshot, or change the policy's migration.";
    }
    if (has(facts, Finding::too_old)) {
        return "Take a new snapshot with db-snapshot, or allow an older one (max_age).";
    }
    if (has(facts, Finding::gone)) {
        return "Find out where the snapshots went: see db-snapshot list; then take a new one or name another store.";
    }
    return "Take a first snapshot with db-snapshot, or let this stage start empty with --on-missing init.";
}

Decision refused(std::vector<OriginFact> const& facts) {
    auto const unmasked = std::find_if(facts.begin(), facts.end(),
                                       [](OriginFact const& fact) { return fact.finding == Finding::unmasked; });
    Decision decision;
    decision.verdict = Verdict::refuse;
    decision.reason = "this stage may have masked data only: " + unmasked->origin + ": " + unmasked->why;
    decision.advice = "Take a masked snapshot with db-snapshot --mask, or let the policy's owner change it.";
    return decision;
}

// In the owners' words, since whoever reads this has to decide.
std::string with_worst_case(std::string reason, MissingRule const& rule) {
    return rule.worst_case.empty() ? reason : std::move(reason) + "; the worst case: " + rule.worst_case;
}

Decision without_origin(std::vector<OriginFact> const& facts, MissingRule const& rule) {
    if (has(facts, Finding::unmasked)) {
        return refused(facts);
    }
    Decision decision;
    decision.advice = advice_for(facts);
    if (rule.action == OnMissing::fail) {
        decision.verdict = Verdict::stop;
        decision.reason = with_worst_case("nothing to restore, and " + rule.why, rule);
        return decision;
    }
    if (OriginFact const* const obstacle = obstacle_to_init(facts)) {
        decision.reason = "not started empty, since there may be data: " + obstacle->origin + ": " + obstacle->why;
        return decision;
    }
    if (!has(facts, Finding::never)) {
        decision.reason = "not started empty: no store proves that there never was a snapshot";
        decision.advice = "Add --from snapshot:latest with the service's store.";
        return decision;
    }
    decision.verdict = Verdict::initialise;
    decision.reason =
        "started empty: there never was anything to restore" + (rule.why.empty() ? "" : ", and " + rule.why);
    decision.advice.clear();
    return decision;
}

} // namespace

Decision decide(std::vector<OriginFact> const& facts, MissingRule const& rule) {
    auto const usable = std::find_if(facts.begin(), facts.end(),
                                     [](OriginFact const& fact) { return fact.finding == Finding::usable; });
    Decision decision;
    if (usable != facts.end()) {
        decision.verdict = Verdict::restore;
        decision.chosen = static_cast<std::size_t>(usable - facts.begin());
        decision.reason = "'" + usable->origin + "' is the first usable origin";
    } else {
        decision = without_origin(facts, rule);
    }
    for (auto const& fact : facts) {
        decision.lines.push_back(line_for(fact, usable != facts.end() && &fact == &*usable));
    }
    if (decision.verdict != Verdict::restore && !rule.objection.empty()) {
        decision.lines.push_back(rule.objection);
    }
    return decision;
}

std::string name_of(Finding finding) {
    constexpr std::array<char const*, 10> names{"usable",          "too_old",      "unverified", "unmasked",
                                                "wrong_migration", "gone",         "never",      "no_such_database",
                                                "unreachable",     "not_looked_at"};
    return names.at(static_cast<std::size_t>(finding));
}

std::string name_of(Verdict verdict) {
    constexpr std::array<char const*, 5> names{"restore", "initialise", "refuse", "stop", "uncertain"};
    return names.at(static_cast<std::size_t>(verdict));
}

} // namespace sluice::db_restore
