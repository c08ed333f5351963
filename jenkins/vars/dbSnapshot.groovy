import sluice.Tool

Map call(Map parameters = [:]) {
    return new Tool(this, 'dbSnapshot').run(parameters)
}
