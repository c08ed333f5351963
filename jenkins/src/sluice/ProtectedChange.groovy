package sluice

/** A snapshot, a change, its checks, and the way back where one of them says no. The caller holds the lock and is on a node. */
class ProtectedChange implements Serializable {
    private static final long serialVersionUID = 1L
    private final Object steps
    private final Map settings
    private final Protection protection
    private boolean untouched = false
    private boolean unknown = false

    ProtectedChange(Object steps, Map settings) {
        this.steps = steps
        this.settings = settings
        this.protection = new Protection(steps, settings)
    }

    /** Called by a change that smoke watched, with what smoke said; ends the build for every other code than 0. */
    void ended(Map result) {
        untouched = !Outcome.begun(result)
        unknown = ExitStatus.isUnknown((int) result.exitStatus)
        if (result.exitStatus != 0) {
            steps.error(Message.failed('the change', result))
        }
    }

    void run(Closure change) {
        protection.take()
        Map checked = [exitStatus: 0]
        try {
            change.call()
            if (settings.checks) {
                checked = Checks.run(steps, settings)
            }
            if (Outcome.speaksAgainst((int) checked.exitStatus)) {
                steps.error(Message.failed('smoke', checked))
            }
        } catch (Exception failure) {
            putBack(failure)
            throw failure
        } finally {
            Checks.report(steps)
        }
        Checks.deliver(steps, settings, checked)
    }

    /** Only what is known to have failed is put back: a migration that may still run must not meet a restore. */
    private void putBack(Exception failure) {
        String why = Message.of(failure)
        if (untouched) {
            steps.echo('sluice: nothing was changed: ' + why)
        } else if (unknown || Outcome.isUnknown(failure)) {
            protection.leaveAlone(why)
        } else {
            protection.restore(why)
        }
    }
}
