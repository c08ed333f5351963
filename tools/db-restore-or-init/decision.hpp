#pragma once

#include "tools/db-restore-or-init/missing_rule.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace sluice::db_restore {

/// What a look at one origin found out. The three kinds of "nothing there" are told apart: only `never` is proof that
/// there is nothing to lose by starting empty.
enum class Finding {
    usable,
    too_old,          ///< there, complete, and older than allowed
    unverified,       ///< there, and nobody has verified it, which its policy asks for
    unmasked,         ///< there, and not masked, which its policy asks for
    wrong_migration,  ///< there, and its schema has another version than asked for
    gone,             ///< the store knows this database, but holds nothing of it that can be restored
    never,            ///< the store is sound and has never held this database
    no_such_database, ///< the live server answers and has no such database
    unreachable,      ///< could not look: no answer, not allowed in, or what answered is damaged
    not_looked_at,    ///< an earlier origin was usable
};

struct OriginFact {
    std::string origin; ///< as the user wrote it
    Finding finding = Finding::unreachable;
    std::string why;                                ///< in words, for everything but `usable`
    std::string snapshot{};                         ///< the id, where one was found
    std::optional<std::chrono::milliseconds> age{}; ///< of the snapshot's data
};

enum class Verdict {
    restore,    ///< from `chosen`
    initialise, ///< start empty
    refuse,     ///< there is data, but none that this stage may have: it is not masked
    stop,       ///< nothing to restore, and the policy says that a person decides
    uncertain,  ///< told to start empty, but it is not certain that there is nothing
};

struct Decision {
    Verdict verdict = Verdict::uncertain;
    std::size_t chosen = 0; ///< counts into the facts; for `restore` only
    std::string reason;     ///< one sentence: what is done and why
    std::string advice;     ///< what a person has to do; empty for `restore` and `initialise`
    /// One for each origin: taken or passed over, and why. Where nothing is restored, the rule's objection too.
    std::vector<std::string> lines{};
};

/// The first usable origin wins. Without one, data that is only not masked is refused; else `OnMissing::init` starts
/// empty only where at least one store proves that there never was anything and no other origin speaks against it: what
/// is unknown never becomes "start empty". Pure.
[[nodiscard]] Decision decide(std::vector<OriginFact> const& facts, MissingRule const& rule);

[[nodiscard]] std::string name_of(Finding finding);
[[nodiscard]] std::string name_of(Verdict verdict);

} // namespace sluice::db_restore
