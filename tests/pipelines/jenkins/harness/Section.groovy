package harness

/** Collects what a section of a declarative pipeline says. A name that does not belong there ends the test. */
class Section {
    /** Sections by the place that may hold them. */
    static final Map<String, List<String>> ALLOWED = [
        pipeline: ['agent', 'options', 'parameters', 'environment', 'triggers', 'stages', 'post'],
        stages: ['stage'], parallel: ['stage'],
        stage: ['agent', 'options', 'environment', 'when', 'input', 'steps', 'stages', 'parallel', 'failFast', 'post'],
        agent: ['label'],
        options: ['lock', 'timeout', 'retry', 'disableConcurrentBuilds', 'buildDiscarder', 'skipDefaultCheckout', 'timestamps'],
        input: ['message', 'id', 'ok', 'submitter', 'submitterParameter', 'parameters'],
        when: ['expression', 'branch', 'changeRequest', 'triggeredBy', 'environment', 'allOf', 'anyOf', 'not', 'beforeAgent', 'beforeOptions',
               'beforeInput'],
        post: ['always', 'aborted', 'failure', 'success', 'unstable', 'unsuccessful', 'cleanup'],
        parameters: ['string', 'choice', 'booleanParam', 'text'],
        triggers: ['cron', 'pollSCM', 'upstream'],
    ]
    private final Build build
    private final PipelineScript script
    private final String place
    final List<Map> entries = []

    Section(Build build, PipelineScript script, String place) {
        this.build = build
        this.script = script
        this.place = place
    }

    static Section read(Build build, PipelineScript script, String place, Closure body) {
        Section section = new Section(build, script, place)
        // The section and nothing else answers: a step that strayed in here must not vanish in the script around it.
        Closure own = body.rehydrate(section, script, script)
        own.resolveStrategy = Closure.DELEGATE_ONLY
        own.call()
        return section
    }

    def methodMissing(String name, Object arguments) {
        if (name in ALLOWED[place]) {
            entries << [name: name, arguments: arguments as List]
            return null
        }
        if (place in ['options', 'parameters', 'triggers', 'input'] && name in ['logRotator', 'string', 'choice', 'booleanParam', 'text']) {
            return build.call(script, name, arguments as Object[])
        }
        throw fault("'${name}' is no section of ${place}${DidYouMean.hint(name, ALLOWED[place])}")
    }

    def propertyMissing(String name) {
        return place in ['pipeline', 'stage'] && name in ['any', 'none'] ? name : build.variable(script, name)
    }

    HarnessFailure fault(String message) {
        HarnessFailure failure = new HarnessFailure(message)
        build.breaks(failure)
        return failure
    }

    /** What the one entry of that name holds, or null. */
    def value(String name) {
        List<Map> found = entries.findAll { it.name == name }
        if (found.size() > 1) {
            throw fault("${place} has '${name}' twice")
        }
        return found ? (found[0].arguments ? found[0].arguments[0] : true) : null
    }
}

/** The environment section: assignments, and credentials('id'). */
class EnvironmentSection {
    private final Build build
    private final PipelineScript script
    final Map<String, Object> values = [:]

    EnvironmentSection(Build build, PipelineScript script) {
        this.build = build
        this.script = script
    }

    void propertyMissing(String name, Object value) {
        values[name] = value
    }

    def propertyMissing(String name) {
        return values.containsKey(name) ? values[name] : build.variable(script, name)
    }

    Map credentials(String id) {
        return [kind: 'string', credentialsId: id]
    }
}
