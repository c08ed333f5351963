// Runs each scenario of ../scenarios.json through the library, with the real tools and a real PostgreSQL.
//   scenarios.groovy TOOLS [SCENARIO...]
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import harness.Build
import harness.Controller
import java.util.concurrent.Executors

class Scenarios {
    static final File HERE = new File(System.getProperty('sluice.source'), 'tests/pipelines')
    static final List<String> PLAIN = ['SLUICE_STORE', 'APP_HOME', 'PORT', 'PRODUCTION_ID']
    final String tools
    final File root

    Scenarios(String tools, File root) {
        this.tools = tools
        this.root = root
    }

    String world(String verb, Object... arguments) {
        List<String> command = ['/usr/bin/python3', new File(HERE, 'world.py').path, verb] + arguments*.toString()
        ProcessBuilder builder = new ProcessBuilder(command)
        builder.redirectErrorStream(true)
        Process process = builder.start()
        process.outputStream.close()
        String said = process.inputStream.text
        if (process.waitFor() != 0 && verb != 'judge') {
            throw new IllegalStateException("world.py ${verb} ended with ${process.exitValue()}: ${said}")
        }
        return said.trim()
    }

    static String literal(Object value) {
        if (value instanceof List) {
            return '[' + value.collect { literal(it) }.join(', ') + ']'
        }
        if (value instanceof Map) {
            return value.isEmpty() ? '[:]' : '[' + value.collect { name, one -> "${name}: ${literal(one)}" }.join(', ') + ']'
        }
        return "'${String.valueOf(value).replace("'", "\\'")}'"
    }

    /** The user's Jenkinsfile for this scenario. */
    static String callOf(Map given, Map variables) {
        Map settings = [
            splitOptions: [deployed: 'deployed-1'], databaseName: 'shop', migrateCommand: './migrate up', deployCommand: './deploy',
            rollback: 'auto', rollbackCommand: './undeploy', smokeDeadline: '5s', lockTimeout: given.lock_timeout ?: '30s',
            checksDuringOptions: [maxOutage: '5s', after: '1s'],
            restoreOptions: [production: variables.PRODUCTION_ID, acceptLoss: given.accept_loss ?: []],
            credentials: (variables.keySet() - PLAIN).collectEntries { [(it): "shop-${it}".toString()] },
        ]
        if (given.window) {
            settings.gate = 'wait'
        }
        if (given.rehearsal) {
            settings.rehearsal = 'true'
            settings.maskedName = 'shop-masked'
        }
        return "@Library('sluice@v0.1.0') _\nseparatedPipeline(${literal(settings)[1..-2]})\n"
    }

    Controller makeController(File folder, Map variables) {
        Controller controller = new Controller(new File(folder, 'jenkins'))
        controller.library = new File(System.getProperty('sluice.source'), 'jenkins')
        controller.agentEnvironment.putAll([PATH: "${tools}:${System.getenv('PATH')}".toString(), HOME: folder.path, LC_ALL: 'C.UTF-8',
                                            PYTHONDONTWRITEBYTECODE: '1'])
        variables.each { name, value ->
            if (name in PLAIN) {
                controller.agentEnvironment[name] = value
            } else {
                controller.credentials["shop-${name}".toString()] = [kind: 'string', secret: value]
            }
        }
        return controller
    }

    Build makeBuild(Controller controller, File folder, Map scenario) {
        Build build = new Build(controller, 'shop')
        File repository = new File(folder, 'repo')
        build.scm = new harness.Source(repository, ['git', '-C', repository.path, 'rev-parse', 'HEAD'].execute().text.trim())
        build.parameters.KIND = scenario.kind
        return build
    }

    static Map outcomeOf(Build build) {
        Map steps = [:]
        build.stages.each { String stage ->
            List<Map> ended = build.ended.findAll { it.stage == stage }
            int exit = ended ? ended.last().status : 0
            if (exit == 0 && stage in build.failedStages) {
                // A stage of the library alone: it says no with the code of the checks before it, or is itself a no.
                exit = stage == 'delivered' ? build.ended.findAll { it.stage == 'smoke' }.last().status : 1
            }
            steps[stage] = [exit: exit]
        }
        return [result: build.result == 'SUCCESS' ? 'success' : 'failed', steps: steps,
                results: build.environment.findAll { it.key.startsWith('SLUICE_') }]
    }

    List<String> logs(File folder, List<Build> builds) {
        return builds.collect { Build build ->
            File log = new File(folder, "build-${build.number}.log")
            // Unmasked: a secret that only the masks hid would have been in a log of somebody's.
            log.text = build.rawLog
            log.path
        }
    }

    /** What does not hold; an empty text if all of it does. */
    String run(Map scenario) {
        File folder = new File(root, (String) scenario.id)
        File jenkinsfile = new File(folder.path + '.added')
        jenkinsfile.mkdirs()
        new File(jenkinsfile, 'Jenkinsfile').text = "// see ci-templates/jenkins\n"
        List<Build> builds = []
        try {
            world('start', folder, scenario.id, '--tools', tools, '--add', jenkinsfile)
            Map variables = new JsonSlurper().parse(new File(folder, 'variables.json'))
            world('inject', folder, scenario.id, '--tools', tools)
            Controller controller = makeController(folder, variables)
            String text = callOf((Map) scenario.given, variables)
            builds << makeBuild(controller, folder, scenario).start(text)
            if (scenario.given.second) {
                world('second', folder, scenario.id)
                builds << makeBuild(controller, folder, scenario).start(text)
            }
            builds*.join()
            Map outcome = [version: 1] + outcomeOf(builds[0]) + [logs: logs(folder, builds), artifacts: files(new File(controller.root, 'archive'))]
            if (builds.size() > 1) {
                outcome.second = outcomeOf(builds[1])
            }
            File written = new File(folder, 'outcome.json')
            written.text = JsonOutput.toJson(outcome)
            String wrong = world('judge', folder, scenario.id, written)
            return wrong ? wrong + '\n' + builds*.log.join('\n') : ''
        } catch (Throwable failure) {
            return "${failure}\n${builds*.log.join('\n')}"
        } finally {
            world('stop', folder)
        }
    }

    static List<String> files(File folder) {
        List<String> found = []
        if (folder.exists()) {
            folder.eachFileRecurse(groovy.io.FileType.FILES) { found << it.path }
        }
        return found
    }
}

List<Map> all = new JsonSlurper().parse(new File(Scenarios.HERE, 'scenarios.json')).scenarios
List<String> wanted = args.size() > 1 ? args[1..-1] as List : all*.id
File root = new File(System.getProperty('sluice.scratch'))
Scenarios scenarios = new Scenarios(args[0], root)
boolean failed = false
def pool = Executors.newFixedThreadPool(2)
List jobs = all.findAll { it.id in wanted }.collect { Map scenario -> [scenario, pool.submit({ scenarios.run(scenario) } as java.util.concurrent.Callable)] }
jobs.each { Map scenario, job ->
    String wrong = job.get()
    println "${wrong ? 'not ok' : 'ok'} - ${scenario.id}: ${scenario.title}"
    if (wrong) {
        failed = true
        println wrong.readLines().collect { "#   ${it}" }.join('\n')
    }
}
pool.shutdown()
System.exit(failed ? 1 : 0)
