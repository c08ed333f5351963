package sluice

/** The nightly run: a masked snapshot, its proof, the stages filled from it, and old snapshots removed. */
class DataRefresh implements Serializable {
    private static final long serialVersionUID = 1L
    private final Object steps
    private final Map settings

    DataRefresh(Object steps, Map settings) {
        this.steps = steps
        this.settings = settings
    }

    void run() {
        String id = take()
        verify(id)
        refresh(id)
        prune()
    }

    private void onAgent(Closure body) {
        Agent.run(steps, settings, body)
    }

    private String take() {
        Map taken = [:]
        steps.stage('snapshot') {
            onAgent {
                taken = steps.dbSnapshot(source: 'env:' + settings.sourceVariable, store: settings.store, name: settings.maskedName,
                    mask: settings.mask, label: ['purpose=nightly'])
            }
        }
        return taken.id
    }

    private void verify(String id) {
        steps.stage('verify') {
            onAgent {
                steps.dbSnapshot(verb: 'verify', id: id, store: settings.store, name: settings.maskedName,
                    restoreTo: 'env:' + settings.scratchVariable)
            }
        }
    }

    /** All stages at once. The template that the first one leaves makes the next refresh on that server a clone. */
    private void refresh(String id) {
        List names = new ArrayList(settings.stages.keySet())
        Map branches = [:]
        for (int i = 0; i < names.size(); i++) {
            String name = names[i]
            branches[name] = {
                steps.stage('refresh ' + name) {
                    onAgent {
                        steps.dbRestoreOrInit(target: 'env:' + settings.stages[name], stage: name, policy: settings.policy,
                            store: settings.store, name: settings.maskedName, keepTemplate: true)
                    }
                }
            }
        }
        if (!branches.isEmpty()) {
            steps.parallel(branches)
        }
    }

    private void prune() {
        if (!settings.keep) {
            return
        }
        steps.stage('prune') {
            onAgent {
                steps.dbSnapshot(Prune.parameters((Map) settings.keep) + [verb: 'prune', store: settings.store, name: settings.maskedName])
            }
        }
    }
}
