import sluice.DataRefresh
import sluice.Settings

void call(Map given = [:]) {
    new DataRefresh(this, Settings.of(this, 'dataPipeline', given)).run()
}
