import sluice.Tool

Map call(Map parameters = [:]) {
    return new Tool(this, 'dbRestoreOrInit').run(parameters)
}
