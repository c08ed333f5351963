package harness

import hudson.AbortException

/**
 * The step sh, with a real process. What it does is what the durable-task plugin does: "sh -xe" unless the script begins with
 * "#!"; stdin closed; the environment marked with a cookie; a stop is SIGTERM to every process that bears the cookie; after
 * stopSeconds the step ends without the process; a stopped script that ends with 0 is a success; a process that was lost is -1.
 */
class Shell {
    private final Build build
    private final Map arguments
    private final String cookie = 'durable-' + UUID.randomUUID()
    private volatile Throwable cause
    private volatile boolean lost = false

    Shell(Build build, Map arguments) {
        this.build = build
        this.arguments = arguments
    }

    static Map<String, String> environment(Build build) {
        Context context = Build.context()
        Map<String, String> all = [BUILD_NUMBER: String.valueOf(build.number), BUILD_ID: String.valueOf(build.number), JOB_NAME: build.job,
                                   BUILD_TAG: "jenkins-${build.job}-${build.number}".toString(), JENKINS_URL: 'http://jenkins.example.test/',
                                   BUILD_URL: "http://jenkins.example.test/job/${build.job}/${build.number}/".toString()]
        all.putAll(build.controller.globalEnvironment)
        (build.defaults + build.parameters).each { name, value -> all[name] = String.valueOf(value) }
        all.putAll(build.environment)
        if (context.node != null) {
            all.putAll(build.controller.agentEnvironment)
            all.putAll([NODE_NAME: context.node, WORKSPACE: context.workspace.path, WORKSPACE_TMP: context.temporary().path,
                        EXECUTOR_NUMBER: '0'])
        }
        all.putAll(context.env)
        return all
    }

    def run() {
        String script = arguments.script
        String secret = Build.context().secrets.find { it && script.contains(it) }
        if (secret != null) {
            throw new HarnessFailure('the text of a sh holds a secret: it was put in by Groovy and not left to the shell')
        }
        build.scripts << script
        build.shells << this
        File control = new File(Build.context().temporary(), cookie)
        control.mkdirs()
        File output = new File(control, 'output.txt')
        Process process = start(script, control, output)
        int status
        try {
            status = attend(process)
        } finally {
            build.shells.remove(this)
        }
        build.ended << [stage: Build.context().stages ? Build.context().stages.last() : '', status: status]
        return answer(status, arguments.returnStdout ? output.getText('UTF-8') : null)
    }

    private Process start(String script, File control, File output) {
        File file = new File(control, 'script.sh')
        file.setText(script, 'UTF-8')
        file.setExecutable(true)
        List<String> command = script.startsWith('#!') ? [file.path] : ['sh', '-xe', file.path]
        ProcessBuilder builder = new ProcessBuilder(command)
        builder.directory(Build.context().directory)
        builder.environment().clear()
        builder.environment().putAll(environment(build) + [JENKINS_SERVER_COOKIE: cookie])
        builder.redirectInput(new File('/dev/null'))
        if (arguments.returnStdout) {
            builder.redirectOutput(output)
        } else {
            builder.redirectErrorStream(true)
        }
        Process process = builder.start()
        InputStream stream = arguments.returnStdout ? process.errorStream : process.inputStream
        Head head = Build.head()
        pump = Thread.start { build.at(new Head(head.context, head.parent)) { stream.eachLine('UTF-8') { build.say(it) } } }
        return process
    }

    private Thread pump

    /** Blocks until the process has ended, or has not ended although it was told to. */
    private int attend(Process process) {
        long stopBy = Long.MAX_VALUE
        Build.head().waiting({ Throwable why ->
            cause = cause ?: why
            build.say('Sending interrupt signal to process')
            stopBy = System.nanoTime() + build.controller.stopSeconds * 1_000_000_000L
            signal('TERM')
        }) {
            while (!process.waitFor(5, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                if (System.nanoTime() > stopBy) {
                    build.say("After ${build.controller.stopSeconds}s process did not stop")
                    throw cause
                }
            }
        }
        // A child that outlives the script may hold the pipe; Jenkins stops reading when the script has ended.
        pump.join(500)
        return lost ? -1 : process.exitValue()
    }

    private def answer(int status, String output) {
        if ((arguments.returnStatus && cause == null) || status == 0) {
            return arguments.returnStatus ? status : output
        }
        if (output) {
            build.say(output)
        }
        if (cause != null) {
            build.say("script returned exit code ${status}")
            throw cause
        }
        throw new AbortException("script returned exit code ${status}")
    }

    /** The agent's side is gone: Jenkins hears nothing more from the script and reports -1 in the end. */
    void lose() {
        lost = true
        build.say('wrapper script does not seem to be touching the log file')
        signal('KILL')
    }

    private void signal(String name) {
        List<String> pids = processes(cookie)
        if (pids) {
            (['kill', '-' + name] + pids).execute().waitFor()
        }
    }

    static List<String> processes(String cookie) {
        byte[] wanted = "JENKINS_SERVER_COOKIE=${cookie}".getBytes('UTF-8')
        return new File('/proc').list().findAll { it.isInteger() && bears(it, new String(wanted, 'ISO-8859-1')) }
    }

    private static boolean bears(String pid, String wanted) {
        try {
            return new File("/proc/${pid}/environ").getText('ISO-8859-1').contains(wanted)
        } catch (IOException gone) {
            return false
        }
    }
}
