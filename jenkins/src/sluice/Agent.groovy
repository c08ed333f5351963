package sluice

/** A node with the repository, the secrets and the tools. */
class Agent implements Serializable {
    private static final long serialVersionUID = 1L

    static void run(Object steps, Map settings, Closure body) {
        steps.node(settings.agentLabel) {
            steps.checkout(steps.scm)
            Credentials.around(steps, (Map) settings.credentials) {
                withTools(steps, settings, body)
            }
        }
    }

    /** Another version than this library is made for is refused; so is an archive that is not the one that was meant. */
    private static void withTools(Object steps, Map settings, Closure body) {
        List path = []
        if (settings.toolSource == 'url') {
            String folder = steps.pwd(tmp: true) + '/sluice-tools'
            steps.sh(script: Shell.unpack(settings, folder), label: 'the tools')
            path.add('PATH+SLUICE=' + folder + '/bin')
        }
        steps.withEnv(path) {
            steps.sh(script: Shell.sameVersion((String) settings.toolVersion), label: 'the version of the tools')
            body.call()
        }
    }
}
