// The harness itself: each thing that it shows, and beside it that it would have shown the opposite.
import harness.Build
import harness.Cases

Cases cases = new Cases()
Closure run = { String text -> new Build(cases.controller(), 'job').run(text) }
Closure test = { String name, Closure body -> cases.test(name, body) }

// ---- sh -------------------------------------------------------------------------------------------------------------

test('sh: success goes on, and is traced as Jenkins traces it') {
    Build build = run("node { sh 'echo one; echo two >&2'\n sh 'echo three' }")
    cases.is(build.result, 'SUCCESS')
    ['+ echo one', 'one', 'two', 'three'].each { cases.has(build.log, it) }
}
test('sh: failure ends the build with its code') {
    Build build = run("node { sh 'exit 7'\n sh 'echo not-reached' }")
    cases.is(build.result, 'FAILURE')
    cases.has(build.log, 'ERROR: script returned exit code 7')
    cases.hasNot(build.log, 'not-reached')
}
test('sh: -e ends a script at its first failing line') {
    cases.hasNot(run("node { sh(script: 'false\\necho not-reached', returnStatus: true) }").log, '+ echo not-reached')
}
test('sh: a script with its own interpreter is run by that, without -e') {
    cases.has(run("node { sh '#!/bin/bash\\nfalse\\necho reached' }").log, 'reached')
}
test('sh: returnStatus hands back the code') {
    cases.has(run("node { echo 'code ' + sh(script: 'exit 9', returnStatus: true) }").log, 'code 9')
}
test('sh: returnStdout hands back the text with its line break, and stderr stays in the log') {
    Build build = run("node { String out = sh(script: 'echo hidden; echo seen >&2', returnStdout: true)\n echo out.replace('\\n', '!') }")
    cases.has(build.log, 'hidden!')
    cases.has(build.log, 'seen')
}
test('sh: stdin is closed') {
    cases.is(run("node { sh 'if read line; then exit 1; fi' }").result, 'SUCCESS')
}
test('sh: sees nothing of the environment of the test itself') {
    cases.is(run("node { sh '[ -z \"\$JAVA_HOME\$SLUICE_STORE\$PGHOST\" ]' }").result, 'SUCCESS')
}
test('sh: outside of a node is an error of the pipeline') {
    Build build = new Build(cases.controller(), 'job')
    build.expectsNoShell = true
    cases.has(build.run("sh 'true'").log, 'Required context class hudson.FilePath is missing')
}
test('sh: a lost process is -1, and its end is not waited for') {
    Build build = new Build(cases.controller(), 'job')
    build.whenLogged('begun') { build.shells[0].lose() }
    build.run("node { echo 'code ' + sh(script: 'echo begun; sleep 60', returnStatus: true) }")
    cases.has(build.log, 'code -1')
}

// ---- what must never pass unseen -------------------------------------------------------------------------------------

test('strict: a build without any sh is a failure of the test') {
    cases.breaks('ran no sh at all') { run("node { echo 'all is well' }") }
}
test('strict: an unknown step') {
    cases.breaks('no such step: shh; did you mean sh?') { run("node { sh 'true'\n shh 'true' }") }
}
test('strict: an unknown step inside a catch of the pipeline') {
    cases.breaks('no such step: shh') { run("node { sh 'true'\n try { shh 'x' } catch (Throwable e) { echo 'swallowed' } }") }
}
test('strict: an unknown argument') {
    cases.breaks('no such argument: returnStatuss; did you mean returnStatus?') { run("node { sh(script: 'true', returnStatuss: true) }") }
}
test('strict: a missing argument') {
    cases.breaks('missing argument: text') { run("node { sh 'true'\n writeFile(file: 'a') }") }
}
test('strict: a block where there is none, and none where there is one') {
    cases.breaks('takes no block') { run("node { sh('true') { } }") }
    cases.breaks('wants block') { run("node { sh 'true'\n lock('a') }") }
}
test('strict: an unknown variable') {
    cases.breaks('no such variable: parms') { run("node { sh 'true'\n echo parms.KIND }") }
}
test('strict: a secret that Groovy put into a script') {
    Build build = new Build(cases.controller(), 'job')
    build.controller.credentials.token = [kind: 'string', secret: 's3cret-word']
    cases.breaks('holds a secret') {
        build.run("node { withCredentials([string(credentialsId: 'token', variable: 'T')]) { sh \"echo \${env.T}\" } }")
    }
}
test('strict: something that never came') {
    Build build = new Build(cases.controller(), 'job')
    build.whenLogged('never said') { build.abort() }
    cases.breaks("this never came: 'never said' in the log") { build.run("node { sh 'true' }") }
}
test('strict: a library that nobody named, and one without a version') {
    cases.breaks("there is no library 'other'") { run("@Library('other@1') _\nnode { sh 'true' }") }
    cases.breaks('names no library with a version') { run("@Library('sluice') _\nnode { sh 'true' }") }
}

// ---- credentials and environment -------------------------------------------------------------------------------------

test('withCredentials: binds, and masks in the log') {
    Build build = new Build(cases.controller(), 'job')
    build.controller.credentials.token = [kind: 'string', secret: 's3cret-word']
    build.run("node { withCredentials([string(credentialsId: 'token', variable: 'T')]) { sh 'echo \"is \$T\"' } }")
    cases.has(build.log, 'is ****')
    cases.hasNot(build.log, 's3cret-word')
    cases.has(build.rawLog, 's3cret-word')
}
test('withCredentials: nothing is left after the block') {
    Build build = new Build(cases.controller(), 'job')
    build.controller.credentials.token = [kind: 'string', secret: 's3cret-word']
    build.run("node { withCredentials([string(credentialsId: 'token', variable: 'T')]) { sh 'true' }\n sh '[ -z \"\$T\" ]' }")
    cases.is(build.result, 'SUCCESS')
}
test('withCredentials: an unknown id, and one of another type') {
    Build build = new Build(cases.controller(), 'job')
    cases.has(build.run("node { sh 'true'\n withCredentials([string(credentialsId: 'no', variable: 'T')]) { sh 'true' } }").log,
              "Could not find credentials entry with ID 'no'")
    Build other = new Build(cases.controller(), 'job')
    other.controller.credentials.pair = [kind: 'usernamePassword', username: 'u', password: 'p']
    cases.has(other.run("node { sh 'true'\n withCredentials([string(credentialsId: 'pair', variable: 'T')]) { sh 'true' } }").log,
              "where 'string' was expected")
}
test('withEnv: expands variables, as Jenkins does') {
    cases.has(run("node { withEnv(['A=1']) { withEnv(['B=\${A}\$A\$NONE']) { sh 'printf %s \"\$B\" >f' }\n echo 'is ' + readFile('f') } }").log,
              'is 11$NONE')
}

// ---- stopping --------------------------------------------------------------------------------------------------------

String cleaning = '''node {
    try { sh 'trap "echo told; exit 9" TERM; echo begun; sleep 60 & wait' } catch (Exception e) { echo 'caught'; sh 'echo cleaned'; throw e }
    echo 'not-reached'
}'''
test('abort: tells the process, runs what catches, ends as ABORTED') {
    Build build = new Build(cases.controller(), 'job')
    build.whenLogged('begun') { build.abort() }
    build.run(cleaning)
    cases.is(build.result, 'ABORTED')
    ['Sending interrupt signal to process', 'told', 'caught', 'cleaned', 'Aborted by admin'].each { cases.has(build.log, it) }
    cases.hasNot(build.log, 'not-reached')
}
test('abort: reaches every process of the script') {
    Build build = new Build(cases.controller(), 'job')
    build.whenLogged('begun') { build.abort() }
    build.run("node { sh 'sh -c \"trap \\\\\"echo inner-told; exit 3\\\\\" TERM; echo begun; sleep 60 & wait\" & wait' }")
    cases.has(build.log, 'inner-told')
}
test('abort: a script that then ends with 0 was a success') {
    Build build = new Build(cases.controller(), 'job')
    build.whenLogged('begun') { build.abort() }
    build.run("node { sh 'trap \"exit 0\" TERM; echo begun; sleep 60 & wait'\n echo 'went-on' }")
    cases.has(build.log, 'went-on')
}
test('abort: a script that does not stop is left behind after a while') {
    Build build = new Build(cases.controller(), 'job')
    build.controller.stopSeconds = 1
    build.whenLogged('begun') { build.abort() }
    build.run("node { sh 'trap \"\" TERM; echo begun; i=0; while [ \$i -lt 30 ]; do sleep 0.1; i=\$((i+1)); done' }")
    cases.has(build.log, 'After 1s process did not stop')
    cases.is(build.result, 'ABORTED')
}
test('timeout: stops what is inside, and ends as ABORTED') {
    Build build = run("node { timeout(time: 1, unit: 'SECONDS') { sh 'sleep 60' } }")
    cases.is(build.result, 'ABORTED')
    cases.has(build.log, 'Timeout has been exceeded')
}
test('timeout: leaves alone what is in time') {
    cases.is(run("node { timeout(time: 60, unit: 'SECONDS') { sh 'true' } }").result, 'SUCCESS')
}

// ---- people and other builds -----------------------------------------------------------------------------------------

test('input: a scalar for one value, a map for several') {
    Build build = new Build(cases.controller(), 'job')
    build.answers.one = [A: 'x']
    build.answers.two = [A: 'x', who: 'ada']
    build.run('''node { sh 'true' }
        echo 'one ' + input(id: 'one', message: 'm', parameters: [string(name: 'A')])
        echo 'two ' + input(id: 'two', message: 'm', parameters: [string(name: 'A')], submitterParameter: 'who').who''')
    cases.has(build.log, 'one x')
    cases.has(build.log, 'two ada')
}
test('input: a refusal aborts') {
    Build build = new Build(cases.controller(), 'job')
    build.answers.ask = 'abort'
    build.run("node { sh 'true' }\ninput(id: 'ask', message: 'm')\nnode { sh 'echo not-reached' }")
    cases.is(build.result, 'ABORTED')
    cases.hasNot(build.log, 'not-reached')
}
test('input: nobody answers, then somebody aborts') {
    Build build = new Build(cases.controller(), 'job')
    build.answers.ask = 'wait'
    build.whenLogged('please') { Thread.sleep(50); build.abort() }
    cases.is(build.run("node { sh 'true' }\ninput(id: 'ask', message: 'please')").result, 'ABORTED')
}
test('input: inside a node, inside a lock, and without an answer are failures of the test') {
    cases.breaks('input inside node') { run("node { sh 'true'\n input 'm' }") }
    cases.breaks('input inside a lock') { run("node { sh 'true' }\nlock('a') { input 'm' }") }
    cases.breaks('the test has no answer') { run("node { sh 'true' }\ninput 'm'") }
}
test('milestone: inside a lock is a failure of the test') {
    cases.breaks('milestone inside a lock') { run("node { sh 'true' }\nlock('a') { milestone 1 }") }
}
test('milestone: a build that a newer one has overtaken ends there') {
    def controller = cases.controller()
    String text = "node { sh 'true' }\nmilestone 1\nnode { sh 'echo passed' }"
    Build older = new Build(controller, 'job')
    Build newer = new Build(controller, 'job').run(text)
    older.run(text)
    cases.is([older.result, newer.result], ['NOT_BUILT', 'SUCCESS'])
    cases.hasNot(older.log, '+ echo passed')
}
test('lock: one at a time, in the order of asking') {
    def controller = cases.controller()
    File order = cases.folder()
    String text = "node { lock('a') { sh 'echo \$BUILD_NUMBER in >>${order}/order; sleep 0.3; echo \$BUILD_NUMBER out >>${order}/order' } }"
    Build first = new Build(controller, 'job').start(text)
    while (!controller.isLocked('a')) { Thread.sleep(5) }
    Build second = new Build(controller, 'job').start(text)
    [first, second]*.join()
    cases.is(new File(order, 'order').readLines(), ['1 in', '1 out', '2 in', '2 out'])
}
test('lock: is given back after a failure and after an abort while waiting') {
    def controller = cases.controller()
    new Build(controller, 'job').run("node { lock('a') { sh 'false' } }")
    cases.is(controller.isLocked('a'), false)
    Build holder = new Build(controller, 'job').start("node { lock('a') { sh 'sleep 1' } }")
    while (!controller.isLocked('a')) { Thread.sleep(5) }
    Build waiter = new Build(controller, 'job')
    waiter.whenLogged('Trying to acquire') { Thread.sleep(50); waiter.abort() }
    waiter.run("node { sh 'true'\n lock('a') { sh 'echo not-reached' } }")
    cases.is(waiter.result, 'ABORTED')
    holder.join()
    cases.is(controller.isLocked('a'), false)
}
test('parallel: all branches run, the first failure is the result') {
    Build build = run("node { parallel(a: { sh 'echo in-a' }, b: { sh 'exit 5' }) }")
    cases.is(build.result, 'FAILURE')
    cases.has(build.log, 'in-a')
    cases.has(build.log, 'script returned exit code 5')
}
test('parallel: failFast stops the others, and without it they end') {
    String branches = "a: { sh 'sleep 0.2; exit 5' }, b: { sh 'sleep 1; echo b-ended' }"
    cases.hasNot(run("node { parallel(${branches}, failFast: true) }").log.readLines().join('\n'), '\nb-ended')
    cases.has(run("node { parallel(${branches}) }").log, '\nb-ended')
}
test('retry: again after a failure, not after an abort') {
    cases.has(run("node { retry(2) { sh 'if [ -e f ]; then echo second; else touch f; exit 1; fi' } }").log, 'second')
    Build build = new Build(cases.controller(), 'job')
    build.whenLogged('begun') { build.abort() }
    cases.hasNot(build.run("node { retry(2) { sh 'echo begun; sleep 60' } }").log, 'Retrying')
}

// ---- files -----------------------------------------------------------------------------------------------------------

test('archiveArtifacts: keeps what matches, and fails where nothing does') {
    Build build = run("node { sh 'mkdir d; touch d/a.xml'\n archiveArtifacts 'd/*.xml' }")
    cases.is(build.archived, ['d/a.xml'])
    cases.has(run("node { sh 'true'\n archiveArtifacts 'd/*.xml' }").log, 'No artifacts found')
}
test('junit: a failed case makes the build unstable, none leaves it') {
    String report = { String inside -> "<testsuite><testcase name=\"a\" classname=\"b\">${inside}</testcase></testsuite>" }.call('<failure/>')
    cases.is(run("node { sh 'true'\n writeFile(file: 'r.xml', text: '${report}')\n junit 'r.xml' }").result, 'UNSTABLE')
    cases.is(run("node { sh 'true'\n writeFile(file: 'r.xml', text: '${report.replace('<failure/>', '')}')\n junit 'r.xml' }").result, 'SUCCESS')
}

// ---- declarative -----------------------------------------------------------------------------------------------------

Closure pipeline = { String stages, String more = '' -> "pipeline {\n agent any\n ${more}\n stages {\n ${stages}\n }\n}" }
test('declarative: runs the steps of its stages') {
    Build build = run(pipeline("stage('A') {\n steps {\n sh 'echo in-a'\n }\n }"))
    cases.has(build.log, '+ echo in-a')
    cases.is(build.stages, ['A'])
}
test('declarative: a failed stage skips the next one') {
    Build build = run(pipeline("stage('A') {\n steps {\n sh 'false'\n }\n }\n stage('B') {\n steps {\n sh 'echo in-b'\n }\n }"))
    cases.hasNot(build.log, 'in-b')
    cases.is(build.result, 'FAILURE')
}
test('declarative: an unknown section, also in a stage that does not run') {
    cases.breaks("'postt' is no section of pipeline; did you mean post?") { run(pipeline("stage('A') {\n steps {\n sh 'true'\n }\n }", 'postt { }')) }
    cases.breaks("'step' is no section of stage; did you mean steps?") {
        run(pipeline("stage('A') {\n when { expression { false } }\n step {\n sh 'true'\n }\n }"))
    }
    cases.breaks("'sucess' is no section of post") {
        run(pipeline("stage('A') {\n steps {\n sh 'true'\n }\n post {\n sucess {\n echo 'x'\n }\n }\n }"))
    }
}
test('declarative: only calls of steps may stand in steps') {
    cases.breaks('everything else belongs into script { }') { run(pipeline("stage('A') {\n steps {\n def x = 1\n sh 'true'\n }\n }")) }
    cases.is(run(pipeline("stage('A') {\n steps {\n script {\n def x = 1\n sh 'true'\n }\n }\n }")).result, 'SUCCESS')
}
test('declarative: two sections on one line are one call') {
    cases.breaks('may hold sections only') { run(pipeline("stage('A') { when { branch 'x' } steps { sh 'true' } }")) }
}
test('declarative: no stages, no agent') {
    cases.breaks("pipeline has no 'stages'") { run("pipeline {\n agent any\n}") }
    cases.breaks("pipeline has no 'agent'") { run("pipeline {\n stages {\n stage('A') {\n steps {\n sh 'true'\n }\n }\n }\n}") }
}
Closure posting = { String script -> pipeline("stage('A') {\n steps {\n sh '${script}'\n }\n }", '''post {
    always { sh 'echo p-always' }
    success { sh 'echo p-success' }
    failure { sh 'echo p-failure' }
    aborted { sh 'echo p-aborted' }
    cleanup { sh 'echo p-cleanup' }
}''') }
Closure posted = { Build build -> build.log.readLines().findAll { it.startsWith('p-') }*.minus('p-') }
test('declarative: post after success') { cases.is(posted(run(posting('true'))), ['always', 'success', 'cleanup']) }
test('declarative: post after failure') { cases.is(posted(run(posting('false'))), ['always', 'failure', 'cleanup']) }
test('declarative: post after an abort, which is no failure') {
    Build build = new Build(cases.controller(), 'job')
    build.whenLogged('begun') { build.abort() }
    cases.is(posted(build.run(posting('echo begun; sleep 60'))), ['always', 'aborted', 'cleanup'])
    cases.is(build.result, 'ABORTED')
}
test('declarative: a failing post turns a green build red') {
    cases.is(run(pipeline("stage('A') {\n steps {\n sh 'true'\n }\n }", "post { success { sh 'false' } }")).result, 'FAILURE')
}
test('declarative: a stage is left out by when, and runs otherwise') {
    String stage = "stage('A') {\n when { expression { params.GO == 'yes' } }\n steps {\n sh 'echo in-a'\n }\n }\n stage('B') {\n steps {\n sh 'true'\n }\n }"
    Closure with = { String go ->
        Build build = new Build(cases.controller(), 'job')
        build.parameters.GO = go
        build.expectsNoShell = go == 'maybe'
        build.run(pipeline(stage, "parameters { choice(name: 'GO', choices: ['yes', 'no']) }"))
    }
    cases.is(with('no').stages, ['B'])
    cases.is(with('yes').stages, ['A', 'B'])
    cases.has(with('maybe').log, 'Illegal choice')
}
test("declarative: a stage's post runs inside of the stage's lock") {
    Build build = run(pipeline("stage('A') {\n options { lock(resource: 'a') }\n steps {\n sh 'false'\n }\n post { failure { sh 'echo put-back' } }\n }"))
    List<String> lines = build.log.readLines()
    assert lines.indexOf('put-back') < lines.findIndexOf { it.startsWith('Lock released') }
}
test('declarative: environment and its credentials') {
    Build build = new Build(cases.controller(), 'job')
    build.controller.credentials.token = [kind: 'string', secret: 's3cret-word']
    build.run(pipeline("stage('A') {\n steps {\n sh 'echo \"\$A \$T\"'\n }\n }", "environment {\n A = 'plain'\n T = credentials('token')\n }"))
    cases.has(build.log, 'plain ****')
}
test('declarative: parallel stages') {
    Build build = run(pipeline("stage('P') {\n parallel {\n stage('a') {\n steps {\n sh 'echo in-a'\n }\n }\n stage('b') {\n steps {\n sh 'exit 3'\n }\n }\n }\n post { failure { sh 'echo p-after' } }\n }"))
    ['in-a', 'p-after', 'exit code 3'].each { cases.has(build.log, it) }
}
test('declarative: an input of a stage without an agent is asked outside of node') {
    Build build = new Build(cases.controller(), 'job')
    build.answers.go = 'yes'
    String text = "pipeline {\n agent none\n stages {\n stage('A') {\n agent any\n input {\n message 'Go?'\n id 'go'\n }\n steps {\n sh 'echo in-a'\n }\n }\n }\n}"
    cases.has(build.run(text).log, 'in-a')
    Build holding = new Build(cases.controller(), 'job')
    holding.answers.go = 'yes'
    cases.breaks('input inside node') { holding.run(text.replace('agent none', 'agent any')) }
}
cases.end()
