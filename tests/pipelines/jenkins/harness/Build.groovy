package harness

import hudson.AbortException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/** One run of a Jenkinsfile: its log, its result, and the hands that people would have on it (abort, input, a lost agent). */
class Build {
    private static final ThreadLocal<Build> RUNNING = new ThreadLocal<>()
    private static final ThreadLocal<Head> HEAD = new ThreadLocal<>()
    private static final List<String> SEVERITY = ['SUCCESS', 'UNSTABLE', 'FAILURE', 'NOT_BUILT', 'ABORTED']

    final Controller controller
    final String job
    final int number
    final Map<String, String> environment = [:]
    final Map<String, Object> parameters = [:]
    final Map<String, Object> defaults = [:]
    /** Answers to input, by id: a value, 'abort', or a closure that gives either. */
    final Map<String, Object> answers = [:]
    /** What checkout scm fetches. */
    Source scm
    List<Map> causes = [[shortDescription: 'Started by user admin', _class: 'hudson.model.Cause$UserIdCause']]
    boolean expectsNoShell = false

    final StringBuffer log = new StringBuffer()
    /** What would stand in the log if nothing were masked. */
    final StringBuffer rawLog = new StringBuffer()
    final List<String> scripts = Collections.synchronizedList([])
    /** The scripts that run now. */
    final List<Shell> shells = Collections.synchronizedList([])
    final List<String> stages = Collections.synchronizedList([])
    final List<String> failedStages = Collections.synchronizedList([])
    /** Of each sh: the innermost stage, and how it ended. */
    final List<Map> ended = Collections.synchronizedList([])
    final List<String> archived = Collections.synchronizedList([])
    final Map<String, Object> questions = Collections.synchronizedMap([:])
    String result
    String description
    String displayName
    int milestone = 0
    volatile boolean running = false
    private volatile boolean over = false
    private final Set<Head> heads = Collections.synchronizedSet(new LinkedHashSet<Head>())
    private final List<Thread> watchers = []
    private final List<String> unmet = Collections.synchronizedList([])
    private volatile HarnessFailure broken
    private final StepTable steps
    private Library loader
    private Thread thread

    Build(Controller controller, String job) {
        this.controller = controller
        this.job = job
        this.number = controller.nextNumber(job)
        this.displayName = '#' + number
        steps = new StepTable(this)
        loader = new Library(controller, this)
    }

    static Build current() {
        Build build = RUNNING.get()
        if (build == null) {
            throw new HarnessFailure('a step was called outside of a build')
        }
        return build
    }

    static Head head() {
        return HEAD.get()
    }

    static Context context() {
        return HEAD.get().context
    }

    // ---- running -----------------------------------------------------------------------------------------------------

    /** Runs to the end; a HarnessFailure comes out, the pipeline's own failures are in result and log. */
    Build run(String jenkinsfile) {
        start(jenkinsfile)
        return join()
    }

    Build start(String jenkinsfile) {
        running = true
        controller.builds << this
        thread = Thread.start("build ${job} #${number}") { execute(jenkinsfile) }
        return this
    }

    Build join() {
        thread.join()
        watchers.each { it.join() }
        if (broken != null) {
            throw broken
        }
        if (unmet) {
            throw new HarnessFailure("the build ended and this never came: ${unmet.join('; ')}\n${log}")
        }
        if (scripts.isEmpty() && !expectsNoShell) {
            throw new HarnessFailure("the build ran no sh at all, so nothing was tried\n${log}")
        }
        return this
    }

    private void execute(String jenkinsfile) {
        try {
            at(new Head(new Context(), null)) {
                loader.script('Jenkinsfile', jenkinsfile).run()
            }
            result = result ?: 'SUCCESS'
        } catch (HarnessFailure failure) {
            breaks(failure)
        } catch (Throwable failure) {
            worsen(resultOf(failure))
            say(describe(failure))
        } finally {
            running = false
            over = true
            say("Finished: ${result}")
        }
    }

    /** Runs the body as this build, at that head. */
    def at(Head head, Closure body) {
        Build previousBuild = RUNNING.get()
        Head previousHead = HEAD.get()
        RUNNING.set(this)
        HEAD.set(head)
        heads << head
        try {
            return body.call()
        } finally {
            heads.remove(head)
            RUNNING.set(previousBuild)
            HEAD.set(previousHead)
        }
    }

    /** Runs the body of a block step in a context that differs by these changes. */
    def inside(Map changes, Closure body) {
        Head head = head()
        Context before = head.context
        head.context = before.with(changes)
        try {
            return body.call()
        } finally {
            head.context = before
        }
    }

    void breaks(HarnessFailure failure) {
        broken = broken ?: failure
        worsen('FAILURE')
        say("HARNESS: ${failure.message}")
    }

    static String resultOf(Throwable failure) {
        return failure instanceof FlowInterruptedException ? failure.result : 'FAILURE'
    }

    static String describe(Throwable failure) {
        if (failure instanceof FlowInterruptedException) {
            return failure.causes.join('\n')
        }
        if (failure instanceof AbortException) {
            return "ERROR: ${failure.message}"
        }
        List<String> places = failure.stackTrace.findAll { it.fileName?.endsWith('.groovy') }*.toString()
        return ([failure.toString()] + places.collect { "\tat ${it}" }).join('\n')
    }

    void worsen(String worse) {
        if (!SEVERITY.contains(worse)) {
            throw new HarnessFailure("'${worse}' is no result of a build")
        }
        if (result == null || SEVERITY.indexOf(worse) > SEVERITY.indexOf(result)) {
            result = worse
        }
    }

    // ---- what a script may name --------------------------------------------------------------------------------------

    def call(PipelineScript script, String name, Object[] arguments) {
        try {
            if (steps.has(name)) {
                return steps.call(script, name, arguments)
            }
            if (loader.hasVariable(name)) {
                return loader.variable(name).call(*arguments)
            }
            throw new HarnessFailure("no such step: ${name}${DidYouMean.hint(name, steps.names() + loader.variables())}")
        } catch (HarnessFailure failure) {
            breaks(failure)
            throw failure
        }
    }

    def variable(PipelineScript script, String name) {
        switch (name) {
            case 'env': return new EnvironmentVariable(this)
            case 'params': return (defaults + parameters).asImmutable()
            case 'currentBuild': return new CurrentBuild(this)
            case 'scm': return scm ?: { throw new AbortException("'checkout scm' is only available with a source repository") }()
        }
        if (loader.hasVariable(name)) {
            return loader.variable(name)
        }
        HarnessFailure failure = new HarnessFailure("no such variable: ${name}")
        breaks(failure)
        throw failure
    }

    Library library() {
        return loader
    }

    // ---- the log -----------------------------------------------------------------------------------------------------

    void say(String text) {
        Head head = HEAD.get()
        Set<String> secrets = head == null ? [] as Set : head.context.secrets
        synchronized (log) {
            rawLog.append(text).append('\n')
            // The longest first: a secret may be a part of another one.
            String masked = text
            secrets.sort(false) { -it.size() }.each { masked = masked.replace(it, '****') }
            log.append(masked).append('\n')
        }
    }

    // ---- hands on the build ------------------------------------------------------------------------------------------

    FlowInterruptedException interruption(String result, String cause) {
        return new FlowInterruptedException(result, cause)
    }

    void abort(String who = 'admin') {
        stop('ABORTED', "Aborted by ${who}")
    }

    void stop(String result, String cause) {
        say(cause)
        interrupt(interruption(result, cause), null)
    }

    /** Stops the leaves below a head; null is the whole build. */
    void interrupt(Throwable cause, Head below) {
        List<Head> all
        synchronized (heads) {
            all = heads.toList()
        }
        List<Head> parents = all*.parent
        all.findAll { Head head -> !parents.any { it.is(head) } && (below == null || head.isBelow(below)) }
           .each { it.interrupt(cause) }
    }

    /** Does something once, as soon as a condition is met while the build runs. Never met is a failure of the test. */
    void when(String what, Closure condition, Closure action) {
        unmet << what
        watchers << Thread.start("watcher: ${what}") {
            while (true) {
                boolean alive = !over
                if (condition.call()) {
                    unmet.remove(what)
                    action.call()
                    return
                }
                if (!alive) {
                    return
                }
                Thread.sleep(5)
            }
        }
    }

    void whenLogged(String text, Closure action) {
        when("'${text}' in the log", { log.indexOf(text) >= 0 }, action)
    }
}
