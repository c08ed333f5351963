package sluice

import com.cloudbees.groovy.cps.NonCPS

/** What a person reads when something went wrong. */
class Message implements Serializable {
    private static final long serialVersionUID = 1L

    /** RESULT is the tool's JSON with exitStatus; where the tool said why, that is repeated, since the log above may be long. */
    @NonCPS
    static String failed(String tool, Map result) {
        int status = (int) result.exitStatus
        String text = tool + ' ended with ' + status + ' (' + ExitStatus.meaning(status) + ')'
        Object error = result.error
        if (error instanceof Map && error.message) {
            text += ': ' + error.message + (error.hint ? '\n  hint: ' + error.hint : '')
        }
        return text + losses(result.losses)
    }

    /** What a rollback would lose, a line for each table, as its own report has it. */
    @NonCPS
    private static String losses(Object found) {
        return !(found instanceof List) ? '' : found.collect { Map one ->
            '\n  ' + one.table + ': ' + ['inserted', 'updated', 'deleted'].collect { String how ->
                (one[how] == null ? 'unknown' : one[how]) + ' ' + how
            }.join(', ')
        }.join('')
    }

    /** An exception that stopped a step has no message of its own. */
    @NonCPS
    static String of(Exception failure) {
        return failure.message ?: 'it was stopped'
    }

    @NonCPS
    static String restored(String why, Map settings, String snapshot) {
        return 'sluice: ' + why + ', and the database ' + settings.target + ' is again as it was at ' + snapshot
    }

    /** Loud, and with the command that a person needs at night. */
    @NonCPS
    static String notRestored(String why, String reason, Map settings, String snapshot) {
        return 'sluice: THE DATABASE ' + settings.target + ' HAS NOT BEEN PUT BACK: ' + why + '; ' + reason +
            '\n  It holds what the change left.' + wayBack(settings, snapshot)
    }

    /** The tool finishes or leaves everything as it was, but whoever stopped it did not wait to hear which. */
    @NonCPS
    static String perhapsRestored(String why, Map settings, String snapshot) {
        return 'sluice: THE RESTORE OF ' + settings.target + ' WAS STOPPED: ' + why +
            '\n  The database is either as it was before or as the change left it; the first command tells which.' +
            wayBack(settings, snapshot)
    }

    @NonCPS
    private static String wayBack(Map settings, String snapshot) {
        List<String> command = ['db-restore-or-init', 'rollback', '--target', (String) settings.target, '--to', snapshot]
        if (settings.store) {
            command.addAll(['--store', (String) settings.store])
        }
        if (settings.databaseName) {
            command.addAll(['--name', (String) settings.databaseName])
        }
        if (settings.restoreOptions.production) {
            command.addAll(['--production', (String) settings.restoreOptions.production])
        }
        return '\n  What going back would lose, and then back:\n    ' + Shell.commandLine(command + ['--explain']) + '\n    ' + Shell.commandLine(command)
    }
}
