package sluice

/** The checks after a change, what they report, and the last word on the run. */
class Checks implements Serializable {
    private static final long serialVersionUID = 1L

    /** Runs a command under probes, so that the minutes in which old meets new are seen and not guessed; all under the lock. */
    static Map during(Object steps, Map settings, String command) {
        return steps.smoke([verb: 'during', checks: settings.checks, environment: settings.environment, html: 'sluice-change.html',
            junit: 'sluice-change.xml', command: command, hold: hold(settings), returnStatus: true] +
            (settings.during ?: [:]) + settings.checksDuringOptions)
    }

    /** The database's own lock, which pipelines of other servers and people take too. */
    static Map hold(Map settings) {
        return [target: settings.target, key: settings.lockKey, timeout: settings.lockTimeout]
    }

    static Map run(Object steps, Map settings) {
        Map checked = [:]
        steps.stage('smoke') {
            checked = steps.smoke(verb: 'wait', checks: settings.checks, deadline: settings.smokeDeadline,
                environment: settings.environment, junit: 'sluice-smoke.xml', returnStatus: true)
        }
        return checked
    }

    /** Reports are for reading; one that cannot be kept must decide nothing. */
    static void report(Object steps) {
        try {
            steps.junit(testResults: 'sluice-change.xml,sluice-smoke.xml', allowEmptyResults: true)
            steps.archiveArtifacts(artifacts: 'sluice-change.html', allowEmptyArchive: true)
        } catch (Exception failure) {
            steps.echo('sluice: warning: the reports were not kept: ' + Message.of(failure))
        }
    }

    /** Checks that could not look leave the change where it is, and the run red. */
    static void deliver(Object steps, Map settings, Map checked) {
        if (checked.exitStatus != 0) {
            steps.error('sluice: what is in ' + settings.environment + ' now could not be checked: ' + Message.failed('smoke', checked))
        }
        steps.stage('delivered') {
            steps.echo('sluice: delivered to ' + settings.environment)
        }
    }
}
