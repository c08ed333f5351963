// Runs each scenario of ../scenarios.json through the library, with the real tools and a real PostgreSQL.
//   scenarios.groovy [SCENARIO...]
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import harness.Build
import harness.ShopWorld
import java.util.concurrent.Callable
import java.util.concurrent.Executors

class Scenarios {
    final String tools = System.getProperty('sluice.tools')
    final File root = new File(System.getProperty('sluice.scratch'))

    /** What the scenario's user has written into a Jenkinsfile. */
    static Map settings(Map given, ShopWorld world) {
        Map settings = [
            splitOptions: [deployed: 'deployed-1'], databaseName: 'shop', migrateCommand: './migrate up', deployCommand: './deploy',
            rollback: 'auto', rollbackCommand: './undeploy', smokeDeadline: '5s', lockTimeout: given.lock_timeout ?: '30s',
            checksDuringOptions: [maxOutage: '5s', after: '1s'],
            restoreOptions: [production: world.variables.PRODUCTION_ID, acceptLoss: given.accept_loss ?: []],
            credentials: world.credentials(),
        ]
        if (given.window) {
            settings.gate = 'wait'
        }
        if (given.rehearsal) {
            settings.rehearsal = true
            settings.maskedName = 'shop-masked'
        }
        return settings
    }

    static Map outcome(Build build) {
        Map steps = [:]
        build.stages.each { String stage ->
            List<Map> ended = build.ended.findAll { it.stage == stage }
            int exit = ended ? ended.last().status : 0
            // Where no tool said no the library did.
            steps[stage] = [exit: exit == 0 && stage in build.failedStages ? 1 : exit]
        }
        return [result: build.result == 'SUCCESS' ? 'success' : 'failed', steps: steps,
                results: build.environment.findAll { it.key.startsWith('SLUICE_') }]
    }

    /** Unmasked: a secret that only masks keep out of a log is one step away from standing in one. */
    static List<String> logs(File folder, List<Build> builds) {
        return builds.collect { Build build ->
            File log = new File(folder, "build-${build.number}.log")
            log.text = build.rawLog
            log.path
        }
    }

    static List<String> archived(ShopWorld world) {
        List<String> found = []
        File folder = new File(world.controller.root, 'archive')
        if (folder.exists()) {
            folder.eachFileRecurse(groovy.io.FileType.FILES) { found << it.path }
        }
        return found
    }

    static List<Build> builds(ShopWorld world, Map scenario) {
        String text = ShopWorld.callOf('separatedPipeline', Scenarios.settings((Map) scenario.given, world))
        List<Build> builds = [world.build()]
        builds[0].parameters.KIND = scenario.kind
        builds[0].start(text)
        if (scenario.given.second) {
            world.ask('second')
            builds << world.build()
            builds[1].parameters.KIND = scenario.kind
            builds[1].start(text)
        }
        builds*.join()
        return builds
    }

    /** What does not hold; an empty text if all of it does. */
    String run(Map scenario) {
        File folder = new File(root, (String) scenario.id)
        List<Build> builds = []
        try {
            ShopWorld world = ShopWorld.started(folder, (String) scenario.id, tools)
            builds = Scenarios.builds(world, scenario)
            Map outcome = [version: 1] + Scenarios.outcome(builds[0]) + [logs: logs(folder, builds), artifacts: archived(world)]
            if (builds.size() > 1) {
                outcome.second = Scenarios.outcome(builds[1])
            }
            File written = new File(folder, 'outcome.json')
            written.text = JsonOutput.toJson(outcome)
            String wrong = world.ask('judge', written)
            return wrong ? wrong + '\n' + builds*.log.join('\n') : ''
        } catch (Throwable failure) {
            return "${failure}\n${builds*.log.join('\n')}"
        } finally {
            new ShopWorld(folder, (String) scenario.id, tools).stop()
        }
    }
}

File list = new File(System.getProperty('sluice.source'), 'tests/pipelines/scenarios.json')
List<Map> all = new JsonSlurper().parse(list).scenarios
List<Map> wanted = args.size() == 0 ? all : all.findAll { it.id in args }
Scenarios scenarios = new Scenarios()
def pool = Executors.newFixedThreadPool(3)
List jobs = wanted.collect { Map scenario -> pool.submit({ scenarios.run(scenario) } as Callable) }
boolean failed = false
[wanted, jobs].transpose().each { Map scenario, job ->
    String wrong = job.get()
    println "${wrong ? 'not ok' : 'ok'} - ${scenario.id}: ${scenario.title}"
    if (wrong) {
        failed = true
        println wrong.readLines().collect { "#   ${it}" }.join('\n')
    }
}
pool.shutdown()
System.exit(failed ? 1 : 0)
