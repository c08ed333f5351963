#include "tools/gate-wait/backup_judgement.hpp"
#include "tools/gate-wait/doubt.hpp"
#include "tools/gate-wait/run_command.hpp"

namespace sluice::gate_wait {

namespace {

// 75 is "not yet" in all our tools and in sysexits; any other code but unknown is a backup that failed.
Observation told_by_backup(process::Outcome const& outcome) {
    constexpr int not_yet = 75;
    Observation seen = told_by_exit(outcome);
    seen.final = seen.truth == Truth::closed && outcome.exit_code != not_yet;
    return seen;
}

Observation judge(BackupCondition const& spec, process::Outcome const& outcome) {
    if (spec.stanza.empty()) {
        return told_by_backup(outcome);
    }
    return outcome.succeeded() ? judge_backups(outcome.output, spec)
                               : saw_nothing(told_by_exit(outcome).observed, "Run the command by hand to see why.");
}

} // namespace

std::unique_ptr<Asker> asker_of(BackupCondition const& spec, Condition const& all, Surroundings& around) {
    return asking([spec, timeout = all.timeout, &around] {
        auto const run = run_command({spec.command, spec.environment, {}}, timeout, around.runner);
        Observation seen = run ? judge(spec, *run) : doubt_of(run.error(), false);
        seen.source = "command " + spec.command.front() + (spec.stanza.empty() ? "" : ", stanza " + spec.stanza);
        return seen;
    });
}

} // namespace sluice::gate_wait
