import sluice.Release
import sluice.Settings

void call(Map given = [:]) {
    new Release(this, Settings.of(this, 'separatedCode', given)).run('code', false)
}
