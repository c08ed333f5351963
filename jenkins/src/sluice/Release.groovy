package sluice

/** One run of the separated pipeline, in its order: split, rehearsal, gate, then under the lock the change and its checks. */
class Release implements Serializable {
    private static final long serialVersionUID = 1L
    private final Object steps
    private final Map settings

    Release(Object steps, Map settings) {
        this.steps = steps
        this.settings = settings
    }

    /** STRICTLY refuses a release that is for the other pipeline; else it is left to that one. */
    void run(String kind, boolean strictly) {
        String work = kind == 'recover' ? kind : split(kind, strictly)
        if (work == 'none') {
            steps.echo('sluice: nothing to do')
            return
        }
        if (work == 'migrations') {
            rehearse()
            waitAtGate()
        }
        // Before the lock only: a newer run may overtake one that waits, and never end one that changes something.
        steps.milestone(1)
        steps.lock(resource: settings.lockResource) {
            onAgent {
                change(work)
            }
        }
    }

    private void onAgent(Closure body) {
        Agent.run(steps, settings, body)
    }

    /** code, migrations, first or none; everything else ends here. */
    private String split(String kind, boolean strictly) {
        String decided = 'none'
        steps.stage('split') {
            onAgent {
                boolean first = kind == 'first'
                Map range = first ? [initial: true] : [deployedFrom: settings.deployedFrom, expect: strictly ? kind : ''] +
                    settings.splitOptions
                Map verdict = steps.splitCheck(range + [junit: 'sluice-split.xml', returnStatus: true])
                steps.junit(testResults: 'sluice-split.xml', allowEmptyResults: true)
                steps.env.SLUICE_SPLIT_PIPELINE = verdict.pipeline ?: 'unknown'
                if (verdict.exitStatus != 0) {
                    steps.error(Message.failed('split-check', verdict))
                }
                decided = first ? 'first' : verdict.pipeline
                if (!first && kind != 'auto' && decided != kind && decided != 'none') {
                    steps.echo('sluice: this run is for ' + kind + ', and the release is for ' + decided + ': left to that pipeline')
                    decided = 'none'
                }
            }
        }
        return decided
    }

    /** On a copy of production made from a masked snapshot, under probes; the page with what was seen is kept with the build. */
    private void rehearse() {
        if (!settings.rehearsal) {
            return
        }
        steps.stage('rehearsal') {
            onAgent {
                steps.dbRestoreOrInit(target: 'env:' + settings.rehearsalVariable, stage: 'rehearsal', policy: settings.policy,
                    store: settings.store, name: settings.maskedName)
                try {
                    steps.smoke(verb: 'during', checks: settings.rehearsalChecks, html: 'sluice-rehearsal.html',
                        junit: 'sluice-rehearsal.xml', command: Shell.rehearsal(settings))
                } finally {
                    steps.junit(testResults: 'sluice-rehearsal.xml', allowEmptyResults: true)
                    steps.archiveArtifacts(artifacts: 'sluice-rehearsal.html', allowEmptyArchive: true)
                }
            }
        }
    }

    /** Neither people nor windows hold an executor: input is outside of node, and between two looks there is none either. */
    private void waitAtGate() {
        if (settings.gate == 'manual') {
            steps.stage('approval') {
                steps.input(id: 'sluice-approval', message: 'Migrate ' + settings.environment + '?', ok: 'Migrate',
                    submitter: settings.approvers)
            }
        }
        if (settings.gate == 'none') {
            return
        }
        steps.stage('gate') {
            Map answer = askGate()
            for (int waited = 0; answer.exitStatus == 75 && waited < Duration.minutes((String) settings.gateTimeout); waited++) {
                steps.sleep(time: 1, unit: 'MINUTES')
                answer = askGate()
            }
            if (answer.exitStatus != 0) {
                steps.error(Message.failed('gate-wait', answer))
            }
        }
    }

    private Map askGate() {
        Map answer = [:]
        onAgent {
            answer = steps.gateWait(gate: settings.gateFile, once: true, record: 'sluice-gate.jsonl', returnStatus: true)
            steps.archiveArtifacts(artifacts: 'sluice-gate.jsonl*', allowEmptyArchive: true)
        }
        return answer
    }

    private void change(String work) {
        switch (work) {
            case 'migrations':
                migrate()
                break
            case 'code':
                deploy()
                break
            case 'first':
                fill(true)
                steps.stage('deploy') {
                    steps.sh(script: settings.deployCommand, label: 'deploy')
                }
                Checks.deliver(steps, settings, checkNew())
                break
            case 'recover':
                fill(false)
                checkNew()
                break
        }
    }

    /** The migration runs under probes, so that the minutes in which old code meets the new schema are seen and not guessed. */
    private void migrate() {
        ProtectedChange change = new ProtectedChange(steps, settings)
        change.run {
            steps.stage('migrate') {
                change.ended(Checks.during(steps, settings + [during: [database: settings.target]], (String) settings.migrateCommand))
            }
        }
    }

    private void fill(boolean first) {
        steps.stage('fill') {
            Map filled = steps.dbRestoreOrInit(target: settings.target, stage: settings.environment, policy: settings.policy,
                store: settings.store, name: settings.databaseName, firstBuild: first)
            steps.env.SLUICE_ORIGIN = filled.provenance?.origin ?: ''
        }
    }

    /** Code that fails its checks is taken back, and no data with it. */
    private void deploy() {
        Map checked = [:]
        Map ended = [exitStatus: 0]
        try {
            steps.stage('deploy') {
                ended = Checks.during(steps, settings, (String) settings.deployCommand)
                if (ended.exitStatus != 0) {
                    steps.error(Message.failed('the deploy', ended))
                }
            }
            checked = Checks.run(steps, settings)
            if (Outcome.speaksAgainst((int) checked.exitStatus)) {
                steps.error(Message.failed('smoke', checked))
            }
        } catch (Exception failure) {
            takeBack(failure, ended)
            throw failure
        } finally {
            Checks.report(steps)
        }
        Checks.deliver(steps, settings, checked)
    }

    private void takeBack(Exception failure, Map ended) {
        boolean unknown = ExitStatus.isUnknown((int) ended.exitStatus)
        if (settings.rollback == 'off' || unknown || !Outcome.begun(ended)) {
            steps.echo('sluice: the code is left as it is: ' + Message.of(failure))
            return
        }
        steps.stage('rollback-code') {
            steps.sh(script: settings.rollbackCommand, label: 'bring the previous code back')
        }
    }

    /** Where there is nothing to go back to, checks can only be good or end the build. */
    private Map checkNew() {
        Map checked = Checks.run(steps, settings)
        if (checked.exitStatus != 0) {
            steps.error(Message.failed('smoke', checked))
        }
        return checked
    }
}
