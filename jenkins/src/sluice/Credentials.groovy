package sluice

/** Secrets go by the id of a Jenkins credential into an environment variable, and from there to the tool. */
class Credentials implements Serializable {
    private static final long serialVersionUID = 1L

    /** Runs the body with the secret texts bound that [VARIABLE: 'credential-id'] names; null binds none. */
    static void around(Object steps, Map credentials, Closure body) {
        if (!credentials) {
            body.call()
            return
        }
        List variables = new ArrayList(credentials.keySet())
        List bindings = []
        for (int i = 0; i < variables.size(); i++) {
            bindings.add(steps.string(credentialsId: credentials[variables[i]], variable: variables[i]))
        }
        steps.withCredentials(bindings) {
            body.call()
        }
    }
}
