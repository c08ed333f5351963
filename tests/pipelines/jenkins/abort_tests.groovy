// Somebody aborts a build: wherever that comes, the database ends as it was before, or as the log says that it is.
import harness.Build
import harness.Cases
import harness.ShopWorld

Cases cases = new Cases(args ? args[0] : '')
String tools = System.getProperty('sluice.tools')
final String BEFORE = '200|20100.00|0001_shop 0002_orders'
final String HALF_WAY = '200|20200.00|0001_shop 0002_orders'
final String STATE = "SELECT count(*), sum(balance), (SELECT string_agg(version, ' ' ORDER BY version) FROM shop.schema_migrations" +
    " WHERE ended IS NOT NULL) FROM shop.customers"

Map settings(ShopWorld world, Map more = [:]) {
    return [splitOptions: [deployed: 'deployed-1'], databaseName: 'shop', migrateCommand: './migrate up', smokeDeadline: '5s',
            lockTimeout: '30s', checksDuringOptions: [after: '0s'], credentials: world.credentials(),
            restoreOptions: [production: world.variables.PRODUCTION_ID, acceptLoss: 'all']] + more
}

// The scenario gives the change; WHEN(build) arranges what happens, CHECK(world, build) says what must hold.
Closure inWorld = { String name, String scenario, Map more, Closure arrange, Closure check ->
    cases.later(name) {
        File folder = cases.folder()
        ShopWorld world = ShopWorld.started(folder, scenario, tools)
        Build build = world.build()
        try {
            arrange(world, build)
            build.run(ShopWorld.callOf('separatedMigrations', settings(world, more)))
            // After an abort all is over, and not only for Jenkins.
            cases.is(build.result == 'ABORTED' ? world.processes() : [], [])
            check(world, build)
            world.hasNoSecretIn(build)
            cases.is(world.controller.isLocked('sluice-production-DATABASE_URL'), false)
        } catch (Error failure) {
            throw new AssertionError((Object) "${failure.message}\n${build.log}".toString())
        } finally {
            world.stop()
        }
    }
}
Closure abortAt = { String text -> { ShopWorld world, Build build -> build.whenLogged(text) { build.abort() } } }
Closure putBack = { ShopWorld world, Build build ->
    cases.is(build.result, 'ABORTED')
    cases.is(world.query('shop', STATE), BEFORE)
    cases.has(build.log, 'is again as it was')
    cases.is('restore' in build.stages, true)
    // Nobody else may come between the change and the way back.
    assert build.log.indexOf('is again as it was') < build.log.indexOf('Lock released')
}

inWorld('abort while the snapshot is taken: nothing was changed', 'two-at-once', [:], abortAt('snapshot begins')) { world, build ->
    cases.is(build.result, 'ABORTED')
    cases.is(world.query('shop', STATE), BEFORE)
    cases.is('restore' in build.stages, false)
}
inWorld('abort before the migration begins: nothing to lose', 'two-at-once', [:], abortAt('phase name=baseline'), putBack)
inWorld('abort during a migration: the database is put back', 'two-at-once', [:], abortAt('sluice-phase: 0003_points'), putBack)
inWorld('abort while the checks run after a migration: the database is put back', 'smoke-fails', [:], { world, build ->
    build.when('the checks', { build.log.indexOf('smoke wait') >= 0 }) { Thread.sleep(200); build.abort() }
}, putBack)
inWorld('abort of a migration that does not stop: the restore waits for it', 'two-at-once',
        [migrateCommand: 'trap "" TERM; ./migrate up; i=0; while [ $i -lt 30 ]; do sleep 0.1; i=$((i+1)); done'], { world, build ->
    world.controller.stopSeconds = 1
    build.whenLogged('sluice-phase: 0003_points') { build.abort() }
}) { world, build ->
    // Jenkins goes on after a while, and the migration is still there: only the database's lock keeps the two apart.
    List<Integer> order = ['After 1s process did not stop', 'phase name=after', 'begin comparing'].collect { build.log.indexOf(it) }
    assert order == order.sort(false) && !(-1 in order)
    putBack(world, build)
}

// A restore that is stopped has either finished or left the database as it found it; the log says which, and both ways on work.
['begin comparing', 'taking a snapshot of the broken state', 'begin loading rows', 'begin building constraints', 'lost by agreement'].each { String point ->
    inWorld("abort during a restore, at '${point}': finished, or untouched and said", 'migration-fails', [:], { world, build ->
        build.when("'${point}' in the restore", { String log = build.log; int at = log.indexOf('rollback'); at >= 0 && log.indexOf(point, at) >= 0 }) {
            build.abort()
        }
    }) { world, build ->
        String state = world.query('shop', STATE)
        boolean saysBack = build.log.indexOf('is again as it was') >= 0
        cases.is(state in [BEFORE, HALF_WAY], true)
        cases.is(saysBack || build.log.indexOf('WAS STOPPED') >= 0, true)
        cases.is(saysBack && state != BEFORE, false)
        cases.hasNot(build.log, 'HAS NOT BEEN PUT BACK')
        cases.is(build.result in ['ABORTED', 'FAILURE'], true)
    }
}

// ---- what Jenkins does not know --------------------------------------------------------------------------------------

inWorld('the process of a migration is lost: nothing is restored, and the log says that nobody knows', 'two-at-once', [:], { world, build ->
    build.whenLogged('sluice-phase: 0003_points') { build.shells[0].lose() }
}) { world, build ->
    cases.is(build.result, 'FAILURE')
    cases.has(build.log, 'how it ended is not known')
    cases.is('restore' in build.stages, false)
}
cases.end()
