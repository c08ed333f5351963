package org.jenkinsci.plugins.workflow.steps

/** What a step throws that was stopped: by a person, a timeout, a newer build at a milestone, a refused input. */
class FlowInterruptedException extends Exception {
    final String result
    final List<String> causes

    FlowInterruptedException(String result, String cause) {
        super((String) null)
        this.result = result
        this.causes = [cause]
    }
}
