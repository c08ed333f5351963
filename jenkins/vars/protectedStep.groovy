import sluice.Credentials
import sluice.ProtectedChange
import sluice.Settings

void call(Map given = [:], Closure change) {
    Map settings = Settings.of(this, 'protectedStep', given)
    lock(resource: settings.lockResource) {
        Credentials.around(this, (Map) settings.credentials) {
            new ProtectedChange(this, settings).run(change)
        }
    }
}
