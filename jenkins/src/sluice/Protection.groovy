package sluice

/** The snapshot before a change and the way back to it. The caller holds the lock and is on a node. */
class Protection implements Serializable {
    private static final long serialVersionUID = 1L
    private final Object steps
    private final Map settings
    private String snapshot = ''

    Protection(Object steps, Map settings) {
        this.steps = steps
        this.settings = settings
    }

    void take() {
        steps.stage('protect') {
            Map taken = steps.dbSnapshot([source: settings.target, store: settings.store, name: settings.databaseName,
                label: ['purpose=protection', 'environment=' + settings.environment], hold: hold((String) settings.lockTimeout)] +
                settings.snapshotOptions)
            snapshot = taken.id
            steps.env.SLUICE_SNAPSHOT_ID = snapshot
        }
    }

    /** The database's own lock, under which every tool of the change runs. */
    Map hold(String timeout) {
        return [target: settings.target, key: settings.lockKey, timeout: timeout]
    }

    /**
     * Puts the database back, whatever WHY says went wrong. A restore that does not succeed must not look like one: it says
     * what the database is now and what a person has to do. Stopped half-way, the tool leaves the database as it is.
     */
    void restore(String why) {
        if (settings.restore != 'auto') {
            say(Message.notRestored(why, 'restore is ' + settings.restore, settings, snapshot))
            return
        }
        Map outcome = [exitStatus: -1]
        try {
            steps.stage('restore') {
                outcome = awaitLock()
                if (outcome.exitStatus != 0) {
                    return
                }
                outcome = steps.dbRestoreOrInit([verb: 'rollback', target: settings.target, to: snapshot, store: settings.store,
                    name: settings.databaseName, returnStatus: true] + settings.restoreOptions)
            }
        } catch (Exception stopped) {
            say(Message.perhapsRestored(why, settings, snapshot))
            throw stopped
        }
        if (outcome.exitStatus != 0) {
            steps.error(Message.notRestored(why, Message.failed((String) (outcome.tool ?: 'db-restore-or-init rollback'), outcome), settings,
                snapshot))
        }
        say(Message.restored(why, settings, snapshot))
    }

    /**
     * A migration that was told to stop may take its time, and holds the database's lock until it ends. The restore itself
     * can't run under that lock: the swap ends every session of the database, and with it the lock.
     */
    private Map awaitLock() {
        List command = Invocation.holding(hold('30m')) + ['true']
        return [tool: 'gate-wait hold', exitStatus: steps.sh(script: 'exec ' + Shell.commandLine(command), returnStatus: true,
            label: 'wait for the lock')]
    }

    void leaveAlone(String why) {
        say(Message.notRestored(why, 'how it ended is not known, and it may still run', settings, snapshot))
    }

    /** Whoever aborts just now must still be told. */
    private void say(String text) {
        try {
            steps.echo(text)
        } catch (Exception stopped) {
            steps.echo(text)
            throw stopped
        }
    }
}
