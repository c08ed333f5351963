package sluice

import com.cloudbees.groovy.cps.NonCPS

/** From a step's parameters to the argument vector of its tool. Pure: no step runs here. */
class Invocation implements Serializable {
    private static final long serialVersionUID = 1L

    /**
     * Jenkins stops a build by SIGTERM to every process that has this variable. Our tools hand a signal on to what they run, and
     * for those a second one means "at once": a migration would go on without smoke and without its lock. So the outermost
     * tool alone is Jenkins' own.
     */
    private static final List<String> SIGNALLED_BY_US_ALONE = ['env', '-u', 'JENKINS_SERVER_COOKIE']

    /** What every step takes besides the options of its tool. */
    static final List<String> OF_EVERY_STEP = ['verb', 'credentials', 'hold', 'returnStatus']

    /** SPEC is the step's entry in resources/sluice/steps.json. The answer holds argv, or error; reports says that
     *  the tool writes its JSON with --report and leaves stdout to people. */
    @NonCPS
    static Map of(String step, Map spec, Map given) {
        String verb = given.verb ?: ''
        Map options = spec.verbs[verb]
        if (options == null) {
            return [error: step + ': there is no verb ' + verb + '; there are: ' + spec.verbs.keySet().findAll { it }.sort().join(', ')]
        }
        String wrong = Parameters.complaint(step + (verb ? ' ' + verb : ''), given, options.keySet() + OF_EVERY_STEP)
        if (wrong) {
            return [error: wrong]
        }
        boolean reports = (spec.report ?: []).contains(verb)
        List<String> argv = [spec.tool] + verb.tokenize(' ') + arguments(options, given, reports ? [] : ['--json'])
        List<String> held = given.hold ? holding((Map) given.hold) + SIGNALLED_BY_US_ALONE : []
        return [tool: (spec.tool + ' ' + verb).trim(), argv: held + argv, reports: reports]
    }

    @NonCPS
    private static List<String> arguments(Map options, Map given, List<String> more) {
        List<String> words = []
        List<String> command = []
        List<String> flags = []
        options.each { String name, String kind ->
            Object value = given[name]
            if (!Parameters.isGiven(value)) {
                return
            }
            switch (kind) {
                case 'word': words << String.valueOf(value); break
                case 'words': words.addAll(value.collect { String.valueOf(it) }); break
                case 'flag': flags << Parameters.option(name); break
                case 'list': each(value).each { flags.addAll([Parameters.option(name), it]) }; break
                case 'last': command = [Parameters.option(name), 'sh', '-c', String.valueOf(value)]; break
                case 'command': command = ['--'] + (given.hold ? [] : SIGNALLED_BY_US_ALONE) + ['sh', '-c', String.valueOf(value)]; break
                default: flags.addAll([Parameters.option(name), String.valueOf(value)])
            }
        }
        return words + flags + more + command
    }

    @NonCPS
    private static List<String> each(Object value) {
        return value instanceof Collection ? value.collect { String.valueOf(it) } : [String.valueOf(value)]
    }

    /** The database's own lock around the tool, so that pipelines of other servers wait too. */
    @NonCPS
    static List<String> holding(Map hold) {
        List<String> words = ['gate-wait', 'hold']
        hold.each { Object name, Object value -> words.addAll([Parameters.option(String.valueOf(name)), String.valueOf(value)]) }
        return words + ['--']
    }
}
