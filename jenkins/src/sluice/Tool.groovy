package sluice

/** Runs one of the tools and hands back its JSON. */
class Tool implements Serializable {
    private static final long serialVersionUID = 1L
    private final Object steps
    private final String step

    Tool(Object steps, String step) {
        this.steps = steps
        this.step = step
    }

    /**
     * The tool's JSON as plain maps, with its exit code as exitStatus. Ends the build for every other code than 0, unless
     * returnStatus is set. A negative status means that nobody knows how the tool ended; it is never a yes and never a no.
     */
    Map run(Map given) {
        Map table = Json.read(steps.libraryResource('sluice/steps.json'))
        Map invocation = Invocation.of(step, (Map) table.steps[step], given)
        if (invocation.error) {
            steps.error((String) invocation.error)
        }
        Map result = [:]
        Credentials.around(steps, (Map) given.credentials) {
            result = execute(invocation, given.returnStatus == true)
        }
        return result
    }

    private Map execute(Map invocation, boolean returnStatus) {
        String tool = invocation.tool
        String answer = steps.pwd(tmp: true) + '/sluice-' + UUID.randomUUID() + '.json'
        // exec: an abort ends a waiting shell at once, and Jenkins would go on while the tool is still at work.
        String command = 'exec ' + Shell.commandLine((List) invocation.argv) + (invocation.reports ? ' --report ' : ' >') + Shell.quote(answer)
        int status = steps.sh(script: command, returnStatus: true, label: tool)
        Map result = [:]
        // Of a lost process there may be half an answer, and no agent to ask for it.
        if (!ExitStatus.isUnknown(status) && steps.fileExists(answer)) {
            result = Json.read((String) steps.readFile(file: answer, encoding: 'UTF-8'))
        }
        result.exitStatus = status
        if (status != 0 && !returnStatus) {
            steps.error(Message.failed(tool, result))
        }
        return result
    }
}
