package harness

import hudson.AbortException

/** Steps that set the environment or the job, and the small descriptions that they take as values. */
class SettingSteps {
    static void add(StepTable table, Build build) {
        table.add(name: 'withEnv', sole: 'overrides', required: ['overrides'], body: 'required', action: { a, s -> withEnv(build, a) })
        table.add(name: 'withCredentials', sole: 'bindings', required: ['bindings'], body: 'required',
                  action: { a, s -> withCredentials(build, a) })
        table.add(name: 'libraryResource', sole: 'resource', required: ['resource'],
                  action: { a, s -> build.library().resource((String) a.resource) })
        table.add(name: 'library', sole: 'identifier', required: ['identifier'], action: { a, s ->
            build.library().name(((String) a.identifier).tokenize('@')[0])
        })
        table.add(name: 'properties', sole: 'properties', required: ['properties'], action: { a, s -> properties(build, a.properties) })
        described(table, 'parameters', 'parameters', ['parameters'], [])
        described(table, 'pipelineTriggers', 'triggers', ['triggers'], [])
        described(table, 'cron', 'spec', ['spec'], [])
        described(table, 'disableConcurrentBuilds', null, [], ['abortPrevious'])
        described(table, 'buildDiscarder', 'strategy', ['strategy'], [])
        described(table, 'logRotator', null, [], ['numToKeepStr', 'daysToKeepStr', 'artifactNumToKeepStr'])
        described(table, 'choice', null, ['name', 'choices'], ['description'])
        described(table, 'booleanParam', null, ['name'], ['defaultValue', 'description'])
        described(table, 'text', null, ['name'], ['defaultValue', 'description'])
        // A parameter, or the binding of a secret text; which one shows in the arguments.
        described(table, 'string', null, [], ['name', 'defaultValue', 'description', 'trim', 'credentialsId', 'variable'])
        described(table, 'usernamePassword', null, ['credentialsId', 'usernameVariable', 'passwordVariable'], [])
        described(table, 'file', null, ['credentialsId', 'variable'], [])
    }

    private static void described(StepTable table, String name, String sole, List required, List optional) {
        table.add(name: name, sole: sole, required: required, optional: optional, action: { a, s -> [kind: name] + a })
    }

    /** Jenkins expands $NAME and ${NAME} in the values, which is why nothing that a user wrote may go through it. */
    private static def withEnv(Build build, Map a) {
        Map<String, String> env = new LinkedHashMap(Build.context().env)
        Map<String, String> seen = Shell.environment(build)
        a.overrides.each { Object line ->
            int at = String.valueOf(line).indexOf('=')
            if (at < 1) {
                throw new AbortException("withEnv wants NAME=VALUE, not '${line}'")
            }
            String value = String.valueOf(line).substring(at + 1)
            String name = String.valueOf(line).substring(0, at)
            // PATH+ANYTHING=folder puts a folder in front.
            if (name.contains('+')) {
                name = name.substring(0, name.indexOf('+'))
                value = value + ':' + seen[name]
            }
            env[name] = value.replaceAll(/\$(\w+|\{\w+\}|\$)/) { List<String> found ->
                String wanted = found[1].replaceAll(/[{}]/, '')
                wanted == '$' ? '$' : seen.containsKey(wanted) ? seen[wanted] : found[0]
            }
        }
        return build.inside([env: env], a.block)
    }

    private static def withCredentials(Build build, Map a) {
        Map<String, String> env = new LinkedHashMap(Build.context().env)
        Set<String> secrets = new LinkedHashSet(Build.context().secrets)
        List<File> files = []
        a.bindings.each { Map binding ->
            Map held = build.controller.credentials[(String) binding.credentialsId]
            if (held == null) {
                throw new AbortException("Could not find credentials entry with ID '${binding.credentialsId}'")
            }
            if (held.kind != binding.kind) {
                throw new AbortException("Credentials '${binding.credentialsId}' is of type '${held.kind}' where '${binding.kind}' was expected")
            }
            bind(binding, held, env, secrets, files)
        }
        try {
            return build.inside([env: env, secrets: secrets], a.block)
        } finally {
            files*.delete()
        }
    }

    private static void bind(Map binding, Map held, Map env, Set secrets, List files) {
        switch (binding.kind) {
            case 'string':
                env[binding.variable] = held.secret
                secrets << held.secret
                break
            case 'usernamePassword':
                env[binding.usernameVariable] = held.username
                env[binding.passwordVariable] = held.password
                secrets << held.password
                break
            case 'file':
                File file = new File(Build.context().temporary(), "secretFiles-${UUID.randomUUID()}")
                file.setText((String) held.content, 'UTF-8')
                files << file
                env[binding.variable] = file.path
                secrets << file.path
        }
    }

    static void properties(Build build, List<Map> properties) {
        properties.findAll { it.kind == 'parameters' }.each { defaults(build, it.parameters) }
        properties.findAll { !(it.kind in ['parameters', 'pipelineTriggers', 'disableConcurrentBuilds', 'buildDiscarder']) }.each {
            throw new HarnessFailure("properties: '${it.kind}' is no property of a job")
        }
    }

    static void defaults(Build build, List<Map> parameters) {
        parameters.each { Map parameter ->
            build.defaults[(String) parameter.name] = parameter.kind == 'choice' ? parameter.choices[0] : parameter.defaultValue ?: ''
            if (parameter.kind == 'choice' && build.parameters.containsKey(parameter.name) &&
                !(build.parameters[parameter.name] in parameter.choices)) {
                throw new AbortException("Illegal choice for parameter ${parameter.name}: ${build.parameters[parameter.name]}")
            }
        }
        List<String> unknown = (build.parameters.keySet() as List) - (build.defaults.keySet() as List)
        if (unknown) {
            throw new HarnessFailure("the test gives a parameter that the job does not have: ${unknown.join(', ')}")
        }
    }
}
