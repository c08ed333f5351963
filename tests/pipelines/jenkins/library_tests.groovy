// The steps of the library with the real tools, as far as no database is needed.
import harness.Build
import harness.Cases

Cases cases = new Cases()
File source = new File(System.getProperty('sluice.source'))
String tools = System.getProperty('sluice.tools')

Closure server = {
    def controller = cases.controller()
    controller.library = new File(source, 'jenkins')
    controller.agentEnvironment.PATH = "${tools}:${System.getenv('PATH')}".toString()
    controller
}
Closure build = { String text, controller = null -> new Build(controller ?: server(), 'job').run("@Library('sluice@v0.1.0') _\n" + text) }
Closure test = { String name, Closure body -> cases.test(name, body) }

// ---- single steps ----------------------------------------------------------------------------------------------------

test('a step hands back the JSON as a map, with the exit status') {
    Build done = build('''node {
        dbSnapshot(verb: 'init', store: pwd() + '/store')
        Map found = dbSnapshot(verb: 'stats', store: pwd() + '/store')
        echo "is a map: ${found instanceof HashMap}, status ${found.exitStatus}, keys ${found.keySet().size() > 1}"
    }''')
    cases.is(done.result, 'SUCCESS')
    cases.has(done.log, 'is a map: true, status 0, keys true')
}
test('the snapshot of what a command prints') {
    Build done = build("""node {
        Map taken = dbSnapshot(name: 'config', store: pwd() + '/store', command: 'echo "it\\'s \$((1 + 1))"')
        sh 'db-snapshot cat latest --store store --name config'
        echo "taken \${taken.id != null}"
    }""")
    cases.is(done.result, 'SUCCESS')
    cases.has(done.log, "it's 2")
    cases.has(done.log, 'taken true')
}
test('a step that fails ends the build with code, meaning and hint') {
    Build done = build("node { dbSnapshot(verb: 'list', store: '/no/such/store') }")
    cases.is(done.result, 'FAILURE')
    cases.has(done.log, 'ERROR: db-snapshot list ended with 69 (something outside refused or is not there): store')
    cases.has(done.log, 'hint: Check the path')
}
test('with returnStatus it goes on, and says why in the map') {
    Build done = build("node { Map m = dbSnapshot(verb: 'list', store: '/no/such/store', returnStatus: true)\n echo \"\${m.exitStatus} \${m.error.kind}\" }")
    cases.is(done.result, 'SUCCESS')
    cases.has(done.log, '69 not_found')
}
test('a program that is not there is said to be missing from the PATH') {
    def controller = server()
    controller.agentEnvironment.PATH = System.getenv('PATH')
    cases.has(build("node { splitCheck(deployed: 'HEAD') }", controller).log, 'ended with 127 (the program is not on the PATH of this agent)')
}
test('a lost process is unknown, and never a yes or a no') {
    Build lost = new Build(server(), 'job')
    lost.whenLogged('sleep 60') { Thread.sleep(300); lost.shells[0].lose() }
    lost.run('''@Library('sluice@v0.1.0') _
node {
    writeFile(file: 'c.json', text: '{"version": 1, "checks": [{"id": "a", "type": "exec", "command": ["true"], "phase": ["during"]}]}')
    smoke(verb: 'during', checks: 'c.json', command: 'sleep 60')
}''')
    cases.is(lost.result, 'FAILURE')
    cases.has(lost.log, 'smoke during ended with -1 (unknown: Jenkins lost the process')
}
test('a wrong parameter, verb or value is refused with what is right') {
    def controller = server()
    ["dbSnapshot(sorce: 'x')": 'there is no parameter sorce; did you mean source?', "smoke(verb: 'wiat')": 'there is no verb wiat; there are:',
     "separatedPipeline(restore: 'maybe')": 'restore is one of auto, manual, off, not maybe',
     "dataPipeline(masks: 'x')": 'there is no parameter masks; did you mean mask?'].each { String call, String words ->
        cases.has(build("node { sh 'true' }\n${call}", controller).log, words)
    }
}
test('whatever a value holds reaches the tool as one word') {
    File trap = new File(cases.folder(), 'sprung')
    Build done = build("node { dbSnapshot(verb: 'list', store: '''/it's \$(touch ${trap}) `touch ${trap}` \"x\" ; touch ${trap}''', returnStatus: true) }")
    cases.is(trap.exists(), false)
    cases.has(done.log, "store '/it's \$(touch")
}
test('split-check says in the log what it found, and hands it back') {
    File repository = cases.folder()
    Closure git = { String... words -> assert (['git', '-C', repository.path, '-c', 'user.name=T', '-c', 'user.email=t@example.test'] + (words as List)).execute().waitFor() == 0 }
    git('init', '-q', '-b', 'main')
    new File(repository, 'app.py').text = 'print(1)\n'
    git('add', '-A'); git('commit', '-q', '-m', 'one'); git('tag', 'deployed')
    new File(repository, 'app.py').text = 'print(2)\n'
    git('add', '-A'); git('commit', '-q', '-m', 'two')
    Build done = new Build(server(), 'job')
    done.scm = new harness.Source(repository, 'main')
    done.run("@Library('sluice@v0.1.0') _\nnode { checkout scm\n Map r = splitCheck(deployed: 'deployed')\n echo 'for ' + r.pipeline }")
    cases.has(done.log, 'split-check: code, phase none')
    cases.has(done.log, 'for code')
}
test('secrets come by the id of a credential, into the environment of that step alone') {
    def controller = server()
    controller.credentials.url = [kind: 'string', secret: 'postgresql://u:s3cret-word@127.0.0.1:1/x']
    Build done = build('''node {
        dbSnapshot(source: 'env:A_URL', store: pwd() + '/s', credentials: [A_URL: 'url'], returnStatus: true)
        sh 'test -z "$A_URL"'
    }''', controller)
    cases.is(done.result, 'SUCCESS')
    cases.hasNot(done.rawLog, 's3cret-word')
    done.scripts.each { cases.hasNot(it, 's3cret-word') }
}
test('a credential that is not there is named') {
    cases.has(build("node { sh 'true'\n dbSnapshot(source: 'env:A', store: 'x', credentials: [A: 'none']) }").log, "credentials entry with ID 'none'")
}

// ---- the tools on the agent ------------------------------------------------------------------------------------------

File archive = new File(cases.folder(), 'sluice.tar.gz')
assert ['sh', '-c', "mkdir -p ${archive.parent}/sluice-0.1.0/bin && cp ${tools}/db-snapshot ${tools}/split-check ${archive.parent}/sluice-0.1.0/bin && tar -czf ${archive} -C ${archive.parent} sluice-0.1.0"].execute().waitFor() == 0
String sum = ['sha256sum', archive.path].execute().text.tokenize(' ')[0]
Closure withTools = { Map more ->
    def controller = server()
    controller.agentEnvironment.PATH = System.getenv('PATH')
    Build one = new Build(controller, 'job')
    File repository = cases.folder()
    assert ['sh', '-c', "cd ${repository} && git init -q -b main && echo 1 >a.py && git add -A && git -c user.name=T -c user.email=t@example.test commit -q -m one"].execute().waitFor() == 0
    one.scm = new harness.Source(repository, 'main')
    one.run(harness.ShopWorld.callOf('separatedCode', [splitOptions: [deployed: 'HEAD'], toolSource: 'url', toolUrl: "file://${archive}".toString()] + more))
}
test('tools from an archive: unpacked when the checksum is right') {
    Build done = withTools([toolSha256: sum])
    cases.is(done.result, 'SUCCESS')
    cases.has(done.log, 'nothing to do')
}
test('tools from an archive: nothing is unpacked when it is not') {
    Build done = withTools([toolSha256: 'f' * 64])
    cases.is(done.result, 'FAILURE')
    cases.hasNot(done.log, '+ tar')
    cases.hasNot(withTools([:]).log, '+ tar')
}
test('tools of another version than the library are refused') {
    cases.has(withTools([toolSha256: sum, toolVersion: '9.9.9']).log, 'this library needs version 9.9.9 of the tools')
}
// ---- the self-test that users run on their own server ------------------------------------------------------------------

String selfTest = new File(source, 'ci-templates/jenkins/Jenkinsfile.self-test').text.replace('time: 60', 'time: 1')
test('Jenkinsfile.self-test: runs to its end') {
    Build done = new Build(server(), 'job').run(selfTest.replace('sleep 60', 'true'))
    cases.is(done.result, 'SUCCESS')
    cases.is(done.stages.size(), 6)
    cases.has(done.log, 'after the restart: exit status 0')
}
test('Jenkinsfile.self-test: notices tools that are not there') {
    def controller = server()
    controller.agentEnvironment.PATH = System.getenv('PATH')
    cases.is(new Build(controller, 'job').run(selfTest).result, 'FAILURE')
}
test('Jenkinsfile.self-test: an abort is passed on to the command') {
    Build done = new Build(server(), 'job')
    done.whenLogged('phase name=command') { done.abort() }
    done.run(selfTest)
    cases.is(done.result, 'ABORTED')
    cases.has(done.log, 'signal passed on to the command')
}
cases.end()
