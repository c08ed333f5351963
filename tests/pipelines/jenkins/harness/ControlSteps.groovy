package harness

import hudson.AbortException

/** Steps that decide when and whether something runs. */
class ControlSteps {
    static void add(StepTable table, Build build) {
        table.add(name: 'echo', sole: 'message', required: ['message'], action: { a, s -> build.say(String.valueOf(a.message)) })
        table.add(name: 'error', sole: 'message', required: ['message'],
                  action: { a, s -> throw new AbortException(String.valueOf(a.message)) })
        table.add(name: 'unstable', sole: 'message', required: ['message'], action: { a, s ->
            build.say("WARNING: ${a.message}")
            build.worsen('UNSTABLE')
        })
        table.add(name: 'stage', sole: 'name', required: ['name'], body: 'required', action: { a, s -> stage(build, a) })
        table.add(name: 'node', sole: 'label', optional: ['label'], body: 'required', action: { a, s -> node(build, a) })
        table.add(name: 'sleep', sole: 'time', required: ['time'], optional: ['unit'], action: { a, s -> pause(build, a) })
        table.add(name: 'timeout', sole: 'time', required: ['time'], optional: ['unit'], body: 'required',
                  action: { a, s -> timeout(build, a) })
        table.add(name: 'retry', sole: 'count', required: ['count'], body: 'required', action: { a, s -> retry(build, a) })
        table.add(name: 'catchError', optional: ['buildResult', 'stageResult', 'message', 'catchInterruptions'], body: 'required',
                  action: { a, s -> catchError(build, a) })
        table.add(name: 'parallel', sole: 'map', body: 'map', action: { a, s -> parallel(build, a) })
        table.add(name: 'lock', sole: 'resource', required: ['resource'], body: 'required', action: { a, s -> lock(build, a) })
        table.add(name: 'milestone', sole: 'ordinal', required: ['ordinal'], optional: ['label'], action: { a, s -> milestone(build, a) })
        table.add(name: 'input', sole: 'message', required: ['message'],
                  optional: ['id', 'ok', 'submitter', 'submitterParameter', 'parameters'], action: { a, s -> input(build, a) })
        table.add(name: 'script', body: 'required', action: { a, s -> a.block.call() })
    }

    private static def stage(Build build, Map a) {
        build.stages << (String) a.name
        build.say("[Pipeline] stage (${a.name})")
        try {
            return build.inside([stages: Build.context().stages + [a.name]], a.block)
        } catch (Throwable failure) {
            build.failedStages << (String) a.name
            throw failure
        }
    }

    private static def node(Build build, Map a) {
        String name = a.label ?: 'built-in'
        File workspace = new File(build.controller.root, "agents/${name}/workspace/${build.job}")
        workspace.mkdirs()
        new File(workspace.path + '@tmp').mkdirs()
        return build.inside([node: name, workspace: workspace, directory: workspace], a.block)
    }

    private static long seconds(Map a, String unitByDefault) {
        Map<String, Integer> units = [SECONDS: 1, MINUTES: 60, HOURS: 3600, DAYS: 86400]
        String unit = a.unit ?: unitByDefault
        if (!units[unit]) {
            throw new HarnessFailure("no such unit of time: ${unit}")
        }
        return (a.time as long) * units[unit]
    }

    private static void pause(Build build, Map a) {
        linger(seconds(a, 'SECONDS') * 1000)
    }

    /** Waits without a process, until the time is over or somebody stops it. */
    private static void linger(long milliseconds) {
        Object signal = new Object()
        Throwable stopped = null
        Build.head().waiting({ Throwable cause -> synchronized (signal) { stopped = cause; signal.notifyAll() } }) {
            long until = System.currentTimeMillis() + milliseconds
            synchronized (signal) {
                while (stopped == null && System.currentTimeMillis() < until) {
                    signal.wait(Math.max(1, until - System.currentTimeMillis()))
                }
            }
        }
        if (stopped != null) {
            throw stopped
        }
    }

    private static def timeout(Build build, Map a) {
        Head head = Build.head()
        boolean ended = false
        Object guard = new Object()
        Thread.startDaemon('timeout') {
            long until = System.currentTimeMillis() + seconds(a, 'MINUTES') * 1000
            synchronized (guard) {
                while (!ended && System.currentTimeMillis() < until) {
                    guard.wait(Math.max(1, until - System.currentTimeMillis()))
                }
                if (!ended) {
                    build.say('Cancelling nested steps due to timeout')
                    build.interrupt(build.interruption('ABORTED', 'Timeout has been exceeded'), head)
                }
            }
        }
        try {
            return a.block.call()
        } finally {
            synchronized (guard) {
                ended = true
                guard.notifyAll()
            }
        }
    }

    private static def retry(Build build, Map a) {
        for (int left = (a.count as int) - 1; ; left--) {
            try {
                return a.block.call()
            } catch (org.jenkinsci.plugins.workflow.steps.FlowInterruptedException stopped) {
                throw stopped
            } catch (Exception failure) {
                if (left <= 0) {
                    throw failure
                }
                build.say("${Build.describe(failure)}\nRetrying")
            }
        }
    }

    private static void catchError(Build build, Map a) {
        try {
            a.block.call()
        } catch (Exception failure) {
            if (failure instanceof org.jenkinsci.plugins.workflow.steps.FlowInterruptedException && a.catchInterruptions == false) {
                throw failure
            }
            build.say([a.message, Build.describe(failure)].findAll().join('\n'))
            build.worsen(a.buildResult ?: Build.resultOf(failure))
        }
    }

    private static Map parallel(Build build, Map a) {
        boolean failFast = a.remove('failFast') ?: false
        Head parent = Build.head()
        Map results = Collections.synchronizedMap([:])
        List<Throwable> failures = Collections.synchronizedList([])
        List<Head> heads = a.collect { new Head(parent.context, parent) }
        List<Thread> threads = []
        [a.entrySet().toList(), heads].transpose().each { Map.Entry branch, Head head ->
            threads << Thread.start("branch ${branch.key}") {
                try {
                    results[branch.key] = build.at(head) { branch.value.call() }
                } catch (HarnessFailure failure) {
                    build.breaks(failure)
                    failures << failure
                } catch (Throwable failure) {
                    build.say("Failed in branch ${branch.key}")
                    failures << failure
                    if (failFast) {
                        heads.findAll { !it.is(head) }.each {
                            build.interrupt(build.interruption('ABORTED', 'Failed in another branch'), it)
                        }
                    }
                }
            }
        }
        threads*.join()
        if (failures) {
            throw failures[0]
        }
        return results
    }

    private static def lock(Build build, Map a) {
        String name = a.resource
        Object ticket = new Object()
        build.say("Trying to acquire lock on [Resource: ${name}]")
        build.controller.acquire(name, ticket, Build.head())
        build.say("Lock acquired on [Resource: ${name}]")
        try {
            return build.inside([locks: Build.context().locks + [name]], a.block)
        } finally {
            build.controller.release(name, ticket)
            build.say("Lock released on resource [Resource: ${name}]")
        }
    }

    private static void milestone(Build build, Map a) {
        if (Build.context().locks) {
            throw new HarnessFailure('milestone inside a lock: a newer build could end this one between change and restore')
        }
        build.controller.pass(build, a.ordinal as int)
    }

    private static def input(Build build, Map a) {
        Context context = Build.context()
        if (context.node != null) {
            throw new HarnessFailure('input inside node: it would hold an executor for as long as people think')
        }
        if (context.locks) {
            throw new HarnessFailure('input inside a lock: everybody else would wait for as long as people think')
        }
        String id = a.id ?: a.message
        build.questions[id] = a
        build.say(String.valueOf(a.message))
        if (!build.answers.containsKey(id)) {
            throw new HarnessFailure("input '${id}' was asked and the test has no answer")
        }
        return answer(build, a, build.answers[id])
    }

    private static def answer(Build build, Map a, Object prepared) {
        def value = prepared
        if (prepared == 'wait') {
            linger(3600_000)
        }
        if (value == 'abort') {
            throw build.interruption('ABORTED', 'Rejected by admin')
        }
        int wanted = (a.parameters ?: []).size() + (a.submitterParameter ? 1 : 0)
        if (wanted == 0) {
            return null
        }
        if (!(value instanceof Map) || value.size() != wanted) {
            throw new HarnessFailure("input '${a.id}' wants ${wanted} values as a Map, the test has: ${value}")
        }
        // Jenkins gives a scalar for one value and a Map for several.
        return wanted == 1 ? value.values().first() : value
    }
}
