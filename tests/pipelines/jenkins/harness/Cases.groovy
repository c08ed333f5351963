package harness

import java.util.concurrent.Callable
import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicInteger

/** A list of named cases that prints "ok - NAME" or "not ok - NAME" for each, as the tests' runner reads it. */
class Cases {
    private final File scratch
    private int failed = 0
    private final AtomicInteger count = new AtomicInteger()
    private ExecutorService pool
    private final List<List> begun = []

    private final String only

    /** ONLY: run the cases whose name holds that text; for a person at work, not for CI. */
    Cases(String only = '') {
        this.only = only
        scratch = new File(System.getProperty('sluice.scratch'))
    }

    void test(String name, Closure body) {
        if (!name.contains(only)) {
            return
        }
        say(name, attempt(body))
    }

    /** For cases that mostly wait for servers: three at a time, begun here and said by end(). */
    void later(String name, Closure body) {
        if (!name.contains(only)) {
            return
        }
        pool = pool ?: Executors.newFixedThreadPool(3)
        begun << [name, pool.submit({ attempt(body) } as Callable)]
    }

    private static Throwable attempt(Closure body) {
        try {
            body.call()
            return null
        } catch (Throwable failure) {
            return failure
        }
    }

    private void say(String name, Throwable failure) {
        println "${failure == null ? 'ok' : 'not ok'} - ${name}"
        if (failure != null) {
            failed++
            println describe(failure).readLines().collect { "#   ${it}" }.join('\n')
        }
    }

    private static String describe(Throwable failure) {
        List<String> places = failure.stackTrace.findAll { it.fileName?.endsWith('.groovy') }*.toString().take(6)
        return ([failure.toString()] + places).join('\n')
    }

    /** A server without anything but agents with an ordinary PATH. */
    Controller controller() {
        Controller controller = new Controller(new File(scratch, "server-${count.incrementAndGet()}"))
        controller.agentEnvironment.putAll([PATH: System.getenv('PATH'), LC_ALL: 'C.UTF-8'])
        return controller
    }

    File folder() {
        File folder = new File(scratch, "folder-${count.incrementAndGet()}")
        folder.mkdirs()
        return folder
    }

    static void has(Object text, String wanted) {
        if (!String.valueOf(text).contains(wanted)) {
            throw new AssertionError((Object) "'${wanted}' is not in:\n${text}".toString())
        }
    }

    static void hasNot(Object text, String unwanted) {
        if (String.valueOf(text).contains(unwanted)) {
            throw new AssertionError((Object) "'${unwanted}' is in:\n${text}".toString())
        }
    }

    static void is(Object actual, Object wanted) {
        if (actual != wanted) {
            throw new AssertionError((Object) "is ${actual}, not ${wanted}".toString())
        }
    }

    /** The body must end the test, with these words. */
    static void breaks(String words, Closure body) {
        try {
            body.call()
        } catch (HarnessFailure failure) {
            has(failure.message, words)
            return
        }
        throw new AssertionError((Object) "nothing was found wrong; wanted: ${words}".toString())
    }

    void end() {
        begun.each { String name, job -> say(name, (Throwable) job.get()) }
        pool?.shutdown()
        System.exit(failed ? 1 : 0)
    }
}
