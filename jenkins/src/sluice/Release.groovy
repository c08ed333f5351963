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

    void run(String kind) {
        String work = kind == 'recover' ? kind : split(kind)
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
        steps.node(settings.agentLabel) {
            steps.checkout(steps.scm)
            Credentials.around(steps, (Map) settings.credentials) {
                body.call()
            }
        }
    }

    /** code, migrations, first or none; everything else ends here. */
    private String split(String kind) {
        String decided = 'none'
        steps.stage('split') {
            onAgent {
                boolean first = kind == 'first'
                Map verdict = steps.splitCheck(deployed: first ? '' : settings.deployed, deployedFrom: first ? '' : settings.deployedFrom,
                    initial: first, returnStatus: true)
                steps.env.SLUICE_SPLIT_PIPELINE = verdict.pipeline ?: 'unknown'
                if (verdict.exitStatus != 0) {
                    steps.error(Message.failed('split-check', verdict))
                }
                decided = first ? 'first' : verdict.pipeline
                if (kind == 'code' && decided == 'migrations') {
                    steps.error('sluice: this run is for code, and the release holds migrations')
                }
                if (kind == 'migrations' && decided == 'code') {
                    steps.echo('sluice: this run is for migrations, and the release holds none')
                    decided = 'none'
                }
            }
        }
        return decided
    }

    /** On a copy of production made from a masked snapshot, under probes; the page with what was seen is kept with the build. */
    private void rehearse() {
        if (!settings.rehearsalTarget) {
            return
        }
        steps.stage('rehearsal') {
            onAgent {
                steps.dbRestoreOrInit(target: settings.rehearsalTarget, stage: 'rehearsal', policy: settings.policy, store: settings.store,
                    name: settings.rehearsalName)
                try {
                    steps.smoke(verb: 'during', checks: settings.rehearsalChecks, html: 'rehearsal.html', junit: 'rehearsal.xml',
                        command: Shell.onOther((String) settings.target, (String) settings.rehearsalTarget, (String) settings.migrateCommand))
                } finally {
                    steps.junit(testResults: 'rehearsal.xml', allowEmptyResults: true)
                    steps.archiveArtifacts(artifacts: 'rehearsal.html', allowEmptyArchive: true)
                }
            }
        }
    }

    /** Neither people nor windows hold an executor: input is outside of node, and between two looks there is none either. */
    private void waitAtGate() {
        if (settings.approval) {
            steps.stage('approval') {
                steps.input(id: 'sluice-approval', message: 'Migrate ' + settings.environment + '?', ok: 'Migrate',
                    submitter: settings.approvers)
            }
        }
        if (!settings.gate) {
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
            answer = steps.gateWait(gate: settings.gate, once: true, returnStatus: true)
        }
        return answer
    }

    private void change(String work) {
        switch (work) {
            case 'migrations':
                migrate()
                break
            case 'code':
                deploy((String) settings.rollbackCommand)
                break
            case 'first':
                fill(true)
                // There is no earlier code to go back to.
                deploy('')
                break
            case 'recover':
                fill(false)
                checkRecovered()
                break
        }
    }

    /** The migration runs under probes, so that the minutes in which old code meets the new schema are seen and not guessed. */
    private void migrate() {
        ProtectedChange change = new ProtectedChange(steps, settings)
        change.run {
            steps.stage('migrate') {
                Map ended = steps.smoke(verb: 'during', checks: settings.checks, environment: settings.environment, html: 'migration.html',
                    junit: 'migration.xml', command: settings.migrateCommand, hold: change.hold(), returnStatus: true)
                change.ended(ended)
            }
        }
    }

    private void fill(boolean first) {
        steps.stage('fill') {
            Map filled = steps.dbRestoreOrInit(target: settings.target, stage: settings.environment, policy: settings.policy,
                store: settings.store, name: settings.name, firstBuild: first)
            steps.env.SLUICE_ORIGIN = filled.provenance?.origin ?: ''
        }
    }

    /** Code that fails its checks is taken back, and no data with it. */
    private void deploy(String wayBack) {
        Map checked = [:]
        try {
            steps.stage('deploy') {
                steps.sh(script: settings.deployCommand, label: 'deploy')
            }
            checked = Checks.run(steps, settings)
            if (Outcome.speaksAgainst((int) checked.exitStatus)) {
                steps.error(Message.failed('smoke', checked))
            }
        } catch (Exception failure) {
            takeBack(failure, wayBack)
            throw failure
        }
        Checks.deliver(steps, settings, checked)
    }

    private void takeBack(Exception failure, String wayBack) {
        if (Outcome.isUnknown(failure) || !wayBack) {
            steps.echo('sluice: the code is left as the deploy left it: ' + Message.of(failure))
            return
        }
        steps.stage('rollback-code') {
            steps.sh(script: wayBack, label: 'bring the previous code back')
        }
    }

    private void checkRecovered() {
        Map checked = Checks.run(steps, settings)
        if (checked.exitStatus != 0) {
            steps.error(Message.failed('smoke', checked))
        }
    }
}
