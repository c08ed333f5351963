// The Jenkinsfiles of ci-templates/jenkins as they stand, but for the place of the store, with the real tools on a real PostgreSQL.
import harness.Build
import harness.Cases
import harness.ShopWorld

Cases cases = new Cases(args ? args[0] : '')
String tools = System.getProperty('sluice.tools')
File templates = new File(System.getProperty('sluice.source'), 'ci-templates/jenkins')
final String STATE = "SELECT count(*), sum(balance), (SELECT string_agg(version, ' ' ORDER BY version) FROM shop.schema_migrations" +
    " WHERE ended IS NOT NULL) FROM shop.customers"
final String BEFORE = '200|20100.00|0001_shop 0002_orders'
final String AFTER = BEFORE + ' 0003_points'
Map<String, String> ids = ['shop-production-url': 'DATABASE_URL', 'shop-monitor-url': 'MONITOR_URL', 'shop-rehearsal-url': 'REHEARSAL_URL',
                           'shop-mask-key': 'MASK_KEY', 'shop-acceptance-url': 'ACCEPTANCE_URL', 'shop-union-url': 'UNION_URL',
                           'shop-production-reader-url': 'DATABASE_URL', 'scratch-url': 'ACCEPTANCE_URL']

Closure runs = { String name, String file, String scenario, Closure arrange, Closure check ->
    cases.later("Jenkinsfile.${file}: ${name}") {
        ShopWorld world = ShopWorld.started(cases.folder(), scenario, tools)
        Build build = world.build()
        try {
            ids.each { String id, String variable -> world.controller.credentials[id] = [kind: 'string', secret: world.variables[variable]] }
            world.controller.globalEnvironment.PRODUCTION_ID = world.variables.PRODUCTION_ID
            assert ['git', '-C', "${world.folder}/repo".toString(), 'tag', 'deployed', 'deployed-1'].execute().waitFor() == 0
            arrange(world, build)
            build.run(new File(templates, "Jenkinsfile.${file}").text.replace('/backups', (String) world.variables.SLUICE_STORE))
            check(world, build)
            world.hasNoSecretIn(build)
        } catch (Error failure) {
            throw new AssertionError((Object) "${failure.message}\n${build.log}".toString())
        } finally {
            world.stop()
        }
    }
}
Closure nothing = { world, build -> }
Closure ends = { String result, String state -> { ShopWorld world, Build build ->
    cases.is(build.result, result)
    cases.is(world.query('shop', STATE), state)
} }

runs('a migration', 'one-pipeline', 'two-at-once', nothing, ends('SUCCESS', AFTER))
runs('code', 'code', 'code-release', nothing) { world, build ->
    ends('SUCCESS', BEFORE)(world, build)
    cases.is(build.stages, ['split', 'deploy', 'smoke', 'delivered'])
}
runs('a release of migrations is left to the other pipeline', 'code', 'two-at-once', nothing) { world, build ->
    ends('SUCCESS', BEFORE)(world, build)
    cases.is(build.stages, ['split'])
}
runs('in an open window, rehearsed', 'migrations', 'migration-release', nothing) { world, build ->
    ends('SUCCESS', AFTER)(world, build)
    cases.is(build.stages, ['split', 'rehearsal', 'gate', 'protect', 'migrate', 'smoke', 'delivered'])
    cases.is('sluice-rehearsal.html' in build.archived, true)
    cases.is('sluice-change.html' in build.archived, true)
}
runs('nothing is pending', 'migrations', 'nothing-pending', nothing) { world, build ->
    ends('SUCCESS', BEFORE)(world, build)
    cases.is(build.stages, ['split'])
}
runs('people agree', 'single-steps', 'two-at-once', { world, build -> build.answers.agree = 'yes' }) { world, build ->
    ends('SUCCESS', AFTER)(world, build)
    cases.is(build.questions.agree.submitter, 'shop-owners')
}
runs('people do not', 'single-steps', 'two-at-once', { world, build ->
    build.answers.agree = 'abort'
    build.expectsNoShell = true
}, ends('ABORTED', BEFORE))
runs('the migration fails', 'single-steps', 'migration-fails', { world, build -> build.answers.agree = 'yes' }) { world, build ->
    // Nobody accepted the loss in that file, so the restore asks for a person.
    cases.is(build.result, 'FAILURE')
    cases.has(build.log, 'HAS NOT BEEN PUT BACK')
    cases.has(build.log, 'shop.customers: 0 inserted, 100 updated, 0 deleted')
}
runs('people agree', 'declarative', 'two-at-once', { world, build -> build.answers.agree = 'yes' }, ends('SUCCESS', AFTER))
runs('somebody aborts before anything is written', 'declarative', 'two-at-once', { world, build ->
    build.answers.agree = 'yes'
    build.whenLogged('snapshot begins') { build.abort() }
}) { world, build ->
    ends('ABORTED', BEFORE)(world, build)
    cases.has(build.log, 'Aborted. The log above says')
    cases.hasNot(build.log, 'Failed. The log above says')
}
Closure changeRequest = { ShopWorld world, Build build ->
    assert ['git', '-C', "${world.folder}/repo".toString(), 'branch', 'target', 'deployed-1'].execute().waitFor() == 0
    build.environment.putAll([CHANGE_ID: '7', CHANGE_TARGET: 'target'])
}
runs('a mixed change request', 'split-guard', 'mixed-release', changeRequest) { world, build ->
    cases.is(build.result, 'FAILURE')
    cases.has(build.log, 'split-check ended with 1 (the answer is no)')
    cases.has(build.log, 'How to cut this change in two')
}
runs('a change request of code alone', 'split-guard', 'code-release', changeRequest) { world, build ->
    cases.is(build.result, 'SUCCESS')
    cases.is('sluice-split.sarif' in build.archived, true)
}
runs('snapshot, proof, stages', 'data-pipeline', 'nothing-pending', nothing) { world, build ->
    cases.is(build.result, 'SUCCESS')
    cases.is(build.stages.sort(false), ['prune', 'refresh acceptance', 'refresh union', 'snapshot', 'verify'])
    ['acceptance', 'union_stage'].each { cases.is(world.query(it, 'SELECT count(*), sum(balance) FROM shop.customers'), '200|20100.00') }
    cases.is(world.query('acceptance', "SELECT count(*) FROM shop.customers WHERE email LIKE '%@shop.example'"), '0')
}

// ---- a person at the gate, and a newer build -------------------------------------------------------------------------

Closure atGate = { String name, Object answer, Closure check ->
    cases.later(name) {
        ShopWorld world = ShopWorld.started(cases.folder(), 'migration-release', tools)
        Build build = world.build()
        build.answers.'sluice-approval' = answer
        try {
            build.run(ShopWorld.callOf('separatedMigrations', [splitOptions: [deployed: 'deployed-1'], databaseName: 'shop', gate: 'manual',
                approvers: 'dba', migrateCommand: './migrate up', smokeDeadline: '5s', credentials: world.credentials(),
                checksDuringOptions: [after: '0s']]))
            check(world, build)
        } catch (Error failure) {
            throw new AssertionError((Object) "${failure.message}\n${build.log}".toString())
        } finally {
            world.stop()
        }
    }
}
atGate('gate manual: a person agrees, outside of node and lock', 'yes') { world, build ->
    ends('SUCCESS', AFTER)(world, build)
    cases.is(build.questions.'sluice-approval'.submitter, 'dba')
    cases.is(build.stages.take(3), ['split', 'approval', 'gate'])
}
atGate('gate manual: a person refuses, and nothing is changed', 'abort') { world, build ->
    ends('ABORTED', BEFORE)(world, build)
    cases.is('protect' in build.stages, false)
}
// ---- what the shipped files do not show --------------------------------------------------------------------------------

Closure calls = { String name, String scenario, String text, Closure check ->
    cases.later(name) {
        ShopWorld world = ShopWorld.started(cases.folder(), scenario, tools)
        Build older = world.build()
        Build build = world.build()
        try {
            String secrets = ShopWorld.literal(world.credentials())
            String whole = "@Library('sluice@v0.1.0') _\n" + text.replace('SECRETS', secrets).replace('PRODUCTION', (String) world.variables.PRODUCTION_ID)
            build.run(whole)
            check(world, build, { older.run(whole) })
        } catch (Error failure) {
            throw new AssertionError((Object) "${failure.message}\n${build.log}\n${older.log}".toString())
        } finally {
            world.stop()
        }
    }
}
String protecting = "protectedStep(databaseName: 'shop', smokeDeadline: '5s', credentials: SECRETS, " +
    "restoreOptions: [production: 'PRODUCTION', acceptLoss: 'all']"
calls('protectedStep: a failing block is put back', 'migration-fails', "node { checkout scm\n ${protecting}) { sh './migrate up' } }") { world, build, again ->
    ends('FAILURE', BEFORE)(world, build)
    cases.has(build.log, 'is again as it was')
}
calls('protectedStep: checks that say no put it back', 'smoke-fails', "node { checkout scm\n ${protecting}) { sh './migrate up' } }") { world, build, again ->
    ends('FAILURE', BEFORE)(world, build)
}
calls('protectedStep: restore manual leaves it to a person', 'migration-fails',
      "node { checkout scm\n ${protecting}, restore: 'manual') { sh './migrate up' } }") { world, build, again ->
    ends('FAILURE', '200|20200.00|0001_shop 0002_orders')(world, build)
    cases.has(build.log, 'HAS NOT BEEN PUT BACK')
    cases.has(build.log, 'restore is manual')
}
calls('a build that a newer one has overtaken ends before the lock', 'code-release',
      "separatedCode(splitOptions: [deployed: 'deployed-1'], deployCommand: './deploy', smokeDeadline: '5s', credentials: SECRETS, " +
      "checksDuringOptions: [maxOutage: '5s', after: '0s'])") { world, build, again ->
    cases.is(build.result, 'SUCCESS')
    Build older = again()
    cases.is(older.result, 'NOT_BUILT')
    cases.is(older.stages, ['split'])
    cases.hasNot(older.log, 'Lock acquired')
}
cases.end()
