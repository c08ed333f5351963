import sluice.Tool

Map call(Map parameters = [:]) {
    return new Tool(this, 'gateWait').run(parameters)
}
