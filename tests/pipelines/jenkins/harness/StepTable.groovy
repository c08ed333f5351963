package harness

import hudson.AbortException

/** The steps that our pipelines may use. Nothing else exists here, so that a new one is a decision and not an accident. */
class StepTable {
    private final Build build
    private final Map<String, Step> table = [:]

    StepTable(Build build) {
        this.build = build
        ControlSteps.add(this, build)
        FileSteps.add(this, build)
        SettingSteps.add(this, build)
    }

    void add(Map step) {
        table[(String) step.name] = new Step(step)
    }

    boolean has(String name) {
        return table.containsKey(name)
    }

    Collection<String> names() {
        return table.keySet()
    }

    def call(PipelineScript script, String name, Object[] written) {
        Step step = table[name]
        Map arguments = step.bind(written)
        if (step.needsNode && Build.context().node == null) {
            throw new AbortException("Required context class hudson.FilePath is missing\n" +
                "Perhaps you forgot to surround the ${name} step with a step that provides this, such as: node")
        }
        Build.head().throwPending()
        return step.action.call(arguments, script)
    }
}
