#include "tools/db-restore-or-init/conditions.hpp"

#include "common/time/duration_text.hpp"

namespace sluice::db_restore {

namespace {

using std::chrono::milliseconds;

// Clocks of two machines may differ by so much; data from further in the future has an age nobody knows.
constexpr std::chrono::minutes k_clock_difference{5};

std::string name_of_data(Origin const& origin, OriginData const& data) {
    switch (origin.kind) {
    case Origin::Kind::live: return "live data";
    case Origin::Kind::snapshot: return "snapshot " + data.id;
    case Origin::Kind::command: break;
    }
    return data.id.empty() ? "its data" : "its data (" + data.id + ")";
}

void disqualify(OriginFact& fact, Finding finding, std::string why) {
    fact.finding = finding;
    fact.why = std::move(why);
}

void judge_age(OriginFact& fact, std::string const& name, milliseconds limit) {
    if (!fact.age) {
        disqualify(fact, Finding::unreachable, name + " has no time, so its age is not known");
    } else if (*fact.age < -k_clock_difference) {
        disqualify(fact, Finding::unreachable, name + " has a time that lies in the future, so its age is not known");
    } else if (*fact.age > limit) {
        disqualify(fact, Finding::too_old,
                   name + " is " + time::duration_text(*fact.age) + " old, allowed are " + time::duration_text(limit));
    }
}

void judge_migration(OriginFact& fact, std::string const& name, std::string const& has, std::string const& wanted) {
    if (has != wanted) {
        disqualify(fact, Finding::wrong_migration,
                   name + (has.empty() ? " says nothing of its migration" : " has migration '" + has + "'") +
                       ", wanted is '" + wanted + "'");
    }
}

} // namespace

OriginFact judge(Origin const& origin, OriginData const& data, time::Wall now) {
    OriginFact fact{to_text(origin), Finding::usable, {}, data.id, {}};
    std::string const name = name_of_data(origin, data);
    auto const& conditions = origin.conditions;
    if (data.taken) {
        fact.age = std::chrono::duration_cast<milliseconds>(now - *data.taken);
    }
    if (conditions.masked && !data.masked) {
        disqualify(fact, Finding::unmasked, name + " is not masked");
    } else if (conditions.verified && !data.verified) {
        disqualify(fact, Finding::unverified, name + " was never verified");
    } else if (!conditions.migration.empty() && data.migration != conditions.migration) {
        judge_migration(fact, name, data.migration, conditions.migration);
    } else if (conditions.max_age) {
        judge_age(fact, name, *conditions.max_age);
    }
    return fact;
}

} // namespace sluice::db_restore
