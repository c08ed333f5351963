package harness

/** A list of named cases that prints "ok - NAME" or "not ok - NAME" for each, as the tests' runner reads it. */
class Cases {
    private final File scratch
    private int failed = 0
    private int count = 0

    Cases() {
        scratch = new File(System.getProperty('sluice.scratch'))
    }

    void test(String name, Closure body) {
        try {
            body.call()
            println "ok - ${name}"
        } catch (Throwable failure) {
            failed++
            println "not ok - ${name}"
            println describe(failure).readLines().collect { "#   ${it}" }.join('\n')
        }
    }

    private static String describe(Throwable failure) {
        List<String> places = failure.stackTrace.findAll { it.fileName?.endsWith('.groovy') }*.toString().take(6)
        return ([failure.toString()] + places).join('\n')
    }

    /** A server without anything but agents with an ordinary PATH. */
    Controller controller() {
        Controller controller = new Controller(new File(scratch, "server-${++count}"))
        controller.agentEnvironment.putAll([PATH: System.getenv('PATH'), LC_ALL: 'C.UTF-8'])
        return controller
    }

    File folder() {
        File folder = new File(scratch, "folder-${++count}")
        folder.mkdirs()
        return folder
    }

    static void has(Object text, String wanted) {
        if (!String.valueOf(text).contains(wanted)) {
            throw new AssertionError("'${wanted}' is not in:\n${text}")
        }
    }

    static void hasNot(Object text, String unwanted) {
        if (String.valueOf(text).contains(unwanted)) {
            throw new AssertionError("'${unwanted}' is in:\n${text}")
        }
    }

    static void is(Object actual, Object wanted) {
        if (actual != wanted) {
            throw new AssertionError("is ${actual}, not ${wanted}")
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
        throw new AssertionError("nothing was found wrong; wanted: ${words}")
    }

    void end() {
        System.exit(failed ? 1 : 0)
    }
}
