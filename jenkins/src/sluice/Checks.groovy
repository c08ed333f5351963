package sluice

/** The checks after a change, what they report, and the last word on the run. */
class Checks implements Serializable {
    private static final long serialVersionUID = 1L

    static Map run(Object steps, Map settings) {
        Map checked = [:]
        steps.stage('smoke') {
            checked = steps.smoke(verb: 'wait', checks: settings.checks, deadline: settings.smokeDeadline,
                environment: settings.environment, junit: 'smoke.xml', returnStatus: true)
        }
        return checked
    }

    /** Reports are for reading; one that cannot be kept must decide nothing. */
    static void report(Object steps) {
        try {
            steps.junit(testResults: 'migration.xml,smoke.xml', allowEmptyResults: true)
            steps.archiveArtifacts(artifacts: 'migration.html', allowEmptyArchive: true)
        } catch (Exception failure) {
            steps.echo('sluice: warning: the reports were not kept: ' + Message.of(failure))
        }
    }

    /** Checks that could not look leave the change where it is, and the run red. */
    static void deliver(Object steps, Map settings, Map checked) {
        steps.stage('delivered') {
            if (checked.exitStatus != 0) {
                steps.error('sluice: delivered to ' + settings.environment + ' and not checked: ' + Message.failed('smoke', checked))
            }
            steps.echo('sluice: delivered to ' + settings.environment)
        }
    }
}
