package sluice

import com.cloudbees.groovy.cps.NonCPS

/** The exit codes that all tools share; common/man/exit-codes.md says the same, and a test holds the two together. */
class ExitStatus implements Serializable {
    private static final long serialVersionUID = 1L

    private static final Map<Integer, String> MEANINGS = [
        0: 'done', 1: 'the answer is no', 2: 'usage or configuration', 3: 'could not tell', 4: 'refused by a guard',
        65: 'bad input data', 69: 'something outside refused or is not there', 70: 'a bug in the program',
        75: 'temporary, a retry may help', 77: 'a right is missing', 124: 'a deadline passed', 126: 'the program cannot be run',
        127: 'the program is not on the PATH of this agent'
    ]

    /** Jenkins reports a negative status when it has lost the process: how that ended, nobody knows. */
    @NonCPS
    static boolean isUnknown(int status) {
        return status < 0
    }

    @NonCPS
    static String meaning(int status) {
        if (isUnknown(status)) {
            return 'unknown: Jenkins lost the process, which may have ended in any way or may still run'
        }
        if (MEANINGS.containsKey(status)) {
            return MEANINGS[status]
        }
        if (status >= 10 && status <= 19) {
            return 'its own kind of no'
        }
        return status > 128 ? 'ended by signal ' + (status - 128) : 'no code of ours'
    }
}
