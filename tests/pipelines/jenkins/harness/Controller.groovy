package harness

/** What Jenkins' server holds for all builds: credentials, named locks, milestones, jobs, the library. One for each test. */
class Controller {
    final File root
    final Map<String, Map> credentials = [:]
    /** Each agent's environment. Nothing of ours leaks in, as nothing of the server's would. */
    final Map<String, String> agentEnvironment = [:]
    /** What an administrator or a folder sets for every build, also outside of agents. */
    final Map<String, String> globalEnvironment = [:]
    /** Path of the library's folder (Jenkins: libraryPath), or null for none. */
    File library
    /** @Library has to name exactly this. */
    String libraryName = 'sluice'
    /** How long a stopped script may go on before the step ends without it; Jenkins: REMOTE_TIMEOUT, 20 s. */
    long stopSeconds = 20

    private final Map<String, List> lockQueues = [:]
    private final Map<String, Integer> passedMilestones = [:]
    private final Map<String, Integer> lastNumbers = [:]
    final List<Build> builds = Collections.synchronizedList([])

    Controller(File root) {
        this.root = root
    }

    synchronized int nextNumber(String job) {
        lastNumbers[job] = (lastNumbers[job] ?: 0) + 1
        return lastNumbers[job]
    }

    /** Waits in line for a named lock. The line is first come, first served. */
    void acquire(String name, Object owner, Head head) {
        Throwable stopped = null
        synchronized (lockQueues) {
            lockQueues.get(name, []).add(owner)
        }
        try {
            head.waiting({ Throwable cause ->
                synchronized (lockQueues) {
                    stopped = cause
                    lockQueues.notifyAll()
                }
            }) {
                synchronized (lockQueues) {
                    while (!lockQueues[name][0].is(owner) && stopped == null) {
                        lockQueues.wait()
                    }
                }
            }
        } catch (Throwable failure) {
            stopped = failure
        }
        if (stopped != null) {
            release(name, owner)
            throw stopped
        }
    }

    void release(String name, Object owner) {
        synchronized (lockQueues) {
            lockQueues[name].removeAll { it.is(owner) }
            lockQueues.notifyAll()
        }
    }

    boolean isLocked(String name) {
        synchronized (lockQueues) {
            return lockQueues[name]
        }
    }

    /** Builds pass a milestone in their order; one that a newer build has overtaken ends here, and those behind it too. */
    synchronized void pass(Build build, int ordinal) {
        String place = build.job + '#' + ordinal
        Integer newest = passedMilestones[place]
        if (newest != null && newest > build.number) {
            throw build.interruption('NOT_BUILT', "Superseded by #${newest}")
        }
        passedMilestones[place] = build.number
        build.milestone = ordinal
        for (Build older : builds.findAll { it.job == build.job && it.number < build.number && it.running }) {
            if (older.milestone > 0 && older.milestone < ordinal) {
                older.stop('NOT_BUILT', "Superseded by #${build.number}")
            }
        }
    }
}
