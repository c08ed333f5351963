package sluice

import com.cloudbees.groovy.cps.NonCPS

/** What follows from how a change or its checks ended. Pure. */
class Outcome implements Serializable {
    private static final long serialVersionUID = 1L

    /** STATUS of smoke after a change: only "no" and "did not become good in time" speak against the change. */
    @NonCPS
    static boolean speaksAgainst(int status) {
        return status == 1 || status == 124
    }

    /**
     * Whether the change can have touched anything. RESULT is that of smoke during around the command: it says when the command
     * was not started; 75 without a report comes from the lock around it, which was not got.
     */
    @NonCPS
    static boolean begun(Map result) {
        if (result.during instanceof Map && result.during.command instanceof Map) {
            return result.during.command.started != false
        }
        return result.exitStatus != 75 && result.exitStatus != 2 && result.exitStatus != 127
    }

    /** A step that failed because Jenkins lost its process says so in its message only. */
    @NonCPS
    static boolean isUnknown(Exception failure) {
        return String.valueOf(failure.message).contains('exit code -')
    }
}
