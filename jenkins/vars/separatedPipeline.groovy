import sluice.Release
import sluice.Settings

void call(Map given = [:]) {
    Map settings = Settings.of(this, 'separatedPipeline', given)
    String kind = settings.kind
    if (given.kind == null) {
        properties([parameters([choice(name: 'KIND', choices: ['auto', 'code', 'migrations', 'first', 'recover'],
            description: 'What this run releases; auto lets split-check decide')])])
        kind = params.KIND
    }
    new Release(this, settings).run(kind, true)
}
