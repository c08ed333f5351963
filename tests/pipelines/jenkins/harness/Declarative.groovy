package harness

/**
 * Runs a declarative pipeline in the order of Jenkins' own interpreter: options around input around agent around environment
 * around steps, a stage's post inside its options and its agent, and a pipeline's post after all stages, also after an abort.
 */
class Declarative {
    private static final List<String> POST_ORDER = ['always', 'aborted', 'failure', 'success', 'unstable', 'unsuccessful', 'cleanup']
    private static final List<String> WRAPPERS = ['lock', 'timeout', 'retry']
    private final Build build
    private final PipelineScript script

    Declarative(Build build, PipelineScript script) {
        this.build = build
        this.script = script
    }

    void run(Closure body) {
        Section root = read('pipeline', body)
        ['agent', 'stages'].findAll { root.value(it) == null }.each { throw root.fault("pipeline has no '${it}'") }
        parameters(root)
        Throwable error = null
        inWrappers(root) {
            inAgent(root.value('agent'), skipsCheckout(root)) {
                inEnvironment(root) {
                    error = stages(root.value('stages'), null)
                    error = post(root, error)
                }
            }
        }
        if (error != null) {
            throw error
        }
    }

    private Section read(String place, Object body) {
        return Section.read(build, script, place, (Closure) body)
    }

    private void parameters(Section root) {
        if (root.value('parameters') != null) {
            Section section = read('parameters', root.value('parameters'))
            SettingSteps.defaults(build, section.entries.collect { [kind: it.name] + it.arguments[0] })
        }
    }

    private boolean skipsCheckout(Section root) {
        return root.value('options') != null && read('options', root.value('options')).value('skipDefaultCheckout') != null
    }

    private Throwable stages(Object body, Throwable before) {
        Throwable error = before
        read('stages', body).entries.each { Map entry ->
            Throwable now = runStage(entry, error)
            error = error ?: now
        }
        return error
    }

    /** Runs one stage; what it threw is handed back, since later stages are skipped and post is still to come. */
    private Throwable runStage(Map entry, Throwable before) {
        Section stage = read('stage', entry.arguments[1])
        Throwable error = null
        script.stage((String) entry.arguments[0]) {
            if (before != null) {
                build.say("Stage \"${entry.arguments[0]}\" skipped due to earlier failure(s)")
                return
            }
            try {
                inWrappers(stage) {
                    if (stage.value('parallel') != null) {
                        asking(stage) { if (applies(stage)) { inEnvironment(stage) { branches(stage) } } }
                    } else {
                        asking(stage) { work(stage, (String) entry.arguments[0]) }
                    }
                }
            } catch (Exception failure) {
                build.worsen(Build.resultOf(failure))
                error = failure
            }
            if (stage.value('parallel') != null) {
                error = post(stage, error)
            }
        }
        return error
    }

    private void work(Section stage, String name) {
        boolean first = stage.value('when') != null && read('when', stage.value('when')).value('beforeAgent') == true
        if (first && !applies(stage)) {
            return
        }
        inAgent(stage.value('agent'), false) {
            if (first || applies(stage)) {
                inEnvironment(stage) { steps(stage) }
            } else {
                build.say("Stage \"${name}\" skipped due to when conditional")
                build.stages.remove(build.stages.lastIndexOf(name))
            }
        }
    }

    private void steps(Section stage) {
        Throwable error = null
        try {
            if (stage.value('stages') != null) {
                error = stages(stage.value('stages'), null)
            } else {
                plain(stage.value('steps')).call()
            }
        } catch (Exception failure) {
            build.worsen(Build.resultOf(failure))
            error = failure
        }
        error = post(stage, error)
        if (error != null) {
            throw error
        }
    }

    private void branches(Section stage) {
        Map branches = [:]
        read('parallel', stage.value('parallel')).entries.each { Map entry ->
            branches[entry.arguments[0]] = {
                Throwable error = runStage(entry, null)
                if (error != null) {
                    throw error
                }
            }
        }
        if (stage.value('failFast')) {
            branches.failFast = true
        }
        script.parallel(branches)
    }

    /** The closure as if it stood in the script itself, so that a step in it is a step and not an entry of a section. */
    private Closure plain(Object body) {
        return ((Closure) body).rehydrate(script, script, script)
    }

    private boolean applies(Section stage) {
        return stage.value('when') == null || read('when', stage.value('when')).entries.every { condition(it) }
    }

    private boolean condition(Map entry) {
        def argument = entry.arguments ? entry.arguments[0] : null
        switch (entry.name) {
            case 'expression': return plain(argument).call()
            case 'branch': return script.env.BRANCH_NAME == argument
            case 'changeRequest': return script.env.CHANGE_ID != null
            case 'triggeredBy': return build.causes.any { it._class.endsWith((String) argument) }
            case 'environment': return script.env."${argument.name}" == argument.value
            case 'not': return !read('when', argument).entries.every { condition(it) }
            case 'allOf': return read('when', argument).entries.every { condition(it) }
            case 'anyOf': return read('when', argument).entries.any { condition(it) }
            default: return true
        }
    }

    private Throwable post(Section section, Throwable before) {
        Throwable error = before
        if (section.value('post') == null) {
            return error
        }
        Section post = read('post', section.value('post'))
        POST_ORDER.findAll { post.value(it) != null && holds(it, error) }.each { String name ->
            try {
                build.say("Post: ${name}")
                plain(post.value(name)).call()
            } catch (Exception failure) {
                build.say("Error when executing ${name} post condition:\n${Build.describe(failure)}")
                build.worsen(Build.resultOf(failure))
                error = error ?: failure
            }
        }
        return error
    }

    private boolean holds(String condition, Throwable error) {
        String result = error == null ? build.result ?: 'SUCCESS' : Build.resultOf(error)
        switch (condition) {
            case ['always', 'cleanup']: return true
            case 'unsuccessful': return result != 'SUCCESS'
            default: return result == condition.toUpperCase(Locale.ROOT)
        }
    }

    private void inAgent(Object agent, boolean skipCheckout, Closure body) {
        if (agent == null || agent == 'none') {
            body.call()
            return
        }
        String label = agent == 'any' ? null : read('agent', agent).value('label')
        script.node(label) {
            if (build.scm != null && !skipCheckout) {
                FileSteps.checkout(build, build.scm).each { name, value -> build.environment[name] = value }
            }
            body.call()
        }
    }

    private void inWrappers(Section section, Closure body) {
        List<Map> wrappers = section.value('options') == null ? [] :
            read('options', section.value('options')).entries.findAll { it.name in WRAPPERS }
        Closure around = wrappers.reverse().inject(body) { Closure inner, Map wrapper ->
            { -> script.invokeMethod((String) wrapper.name, [wrapper.arguments[0], { -> inner.call() }] as Object[]) }
        }
        around.call()
    }

    private void inEnvironment(Section section, Closure body) {
        if (section.value('environment') == null) {
            body.call()
            return
        }
        EnvironmentSection environment = new EnvironmentSection(build, script)
        Closure own = ((Closure) section.value('environment')).rehydrate(environment, script, script)
        own.resolveStrategy = Closure.DELEGATE_ONLY
        own.call()
        Map secret = environment.values.findAll { it.value instanceof Map }
        script.withCredentials(secret.collect { name, binding -> binding + [variable: name] }) {
            script.withEnv((environment.values - secret).collect { name, value -> "${name}=${value}".toString() }) { body.call() }
        }
    }

    private void asking(Section stage, Closure body) {
        if (stage.value('input') == null) {
            body.call()
            return
        }
        Map arguments = read('input', stage.value('input')).entries.collectEntries { [(it.name): it.arguments[0]] }
        def given = script.input(arguments)
        List<String> names = (arguments.parameters instanceof List ? arguments.parameters*.name : []) +
            (arguments.submitterParameter ? [arguments.submitterParameter] : [])
        Map values = given instanceof Map ? given : names ? [(names[0]): given] : [:]
        script.withEnv(values.collect { name, value -> "${name}=${value}".toString() }) { body.call() }
    }
}
