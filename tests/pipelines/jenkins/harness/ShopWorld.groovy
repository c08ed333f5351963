package harness

import groovy.json.JsonSlurper

/** The world of ../world.py with a server of Jenkins in it: a shop on a real PostgreSQL, its repository, store and secrets. */
class ShopWorld {
    /** What is no secret. */
    static final List<String> PLAIN = ['SLUICE_STORE', 'APP_HOME', 'PORT', 'PRODUCTION_ID']
    final File source = new File(System.getProperty('sluice.source'))
    final File folder
    final String scenario
    final String tools
    Map variables
    Controller controller

    ShopWorld(File folder, String scenario, String tools) {
        this.folder = folder
        this.scenario = scenario
        this.tools = tools
    }

    static ShopWorld started(File folder, String scenario, String tools) {
        ShopWorld world = new ShopWorld(folder, scenario, tools)
        world.ask('start', '--tools', tools)
        world.variables = new JsonSlurper().parse(new File(folder, 'variables.json'))
        world.ask('inject', '--tools', tools)
        world.serve()
        return world
    }

    String ask(String verb, Object... arguments) {
        List<String> command = ['/usr/bin/python3', new File(source, 'tests/pipelines/world.py').path, verb, folder.path, scenario]
        return run(verb != 'judge', command + arguments*.toString(), null)
    }

    private static String run(boolean mustSucceed, List<String> command, File output) {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start()
        process.outputStream.close()
        String said = process.inputStream.text
        if (process.waitFor() != 0 && mustSucceed) {
            throw new IllegalStateException("${command} ended with ${process.exitValue()}: ${said}")
        }
        return said.trim()
    }

    private void serve() {
        controller = new Controller(new File(folder, 'jenkins'))
        controller.library = new File(source, 'jenkins')
        controller.agentEnvironment.putAll([PATH: "${tools}:${System.getenv('PATH')}".toString(), HOME: folder.path, LC_ALL: 'C.UTF-8',
                                            PYTHONDONTWRITEBYTECODE: '1'])
        variables.each { String name, String value ->
            if (name in PLAIN) {
                controller.agentEnvironment[name] = value
            } else {
                controller.credentials[credential(name)] = [kind: 'string', secret: value]
            }
        }
    }

    static String credential(String variable) {
        return "shop-${variable}".toString()
    }

    Map credentials() {
        return (variables.keySet() - PLAIN).collectEntries { [(it): credential((String) it)] }
    }

    Build build(String job = 'shop') {
        Build build = new Build(controller, job)
        File repository = new File(folder, 'repo')
        build.scm = new Source(repository, ['git', '-C', repository.path, 'rev-parse', 'HEAD'].execute().text.trim())
        return build
    }

    /** Asks a database as the superuser, whom no pipeline has. */
    String query(String database, String sql) {
        Map server = new JsonSlurper().parse(new File(folder, 'server.json'))
        return run(true, ['psql', '-XqAt', '-h', server.PGHOST, '-p', server.PGPORT, '-U', 'postgres', '-d', database, '-c', sql], null)
    }

    /** Processes of the agent that are still there; the service itself is started without the agent's environment. */
    List<String> processes() {
        return new File('/proc').list().findAll { it.isInteger() && environmentOf(it).contains("\u0000HOME=${folder.path}\u0000") }
    }

    private static String environmentOf(String pid) {
        try {
            return '\u0000' + new File("/proc/${pid}/environ").getText('ISO-8859-1')
        } catch (IOException gone) {
            return ''
        }
    }

    /** Whatever a pipeline wrote, unmasked, must hold no secret. */
    void hasNoSecretIn(Build build) {
        List<String> secrets = new JsonSlurper().parse(new File(folder, 'secrets.json'))
        secrets.each { String secret -> Cases.hasNot(build.rawLog, secret) }
    }

    void stop() {
        ask('stop')
    }

    /** As it is written in a Jenkinsfile. */
    static String literal(Object value) {
        if (value instanceof List) {
            return '[' + value.collect { literal(it) }.join(', ') + ']'
        }
        if (value instanceof Map) {
            return value.isEmpty() ? '[:]' : '[' + value.collect { name, one -> "${name}: ${literal(one)}" }.join(', ') + ']'
        }
        return value instanceof Boolean ? value.toString() : "'${String.valueOf(value).replace("'", "\\'")}'"
    }

    /** The call of a step of the library with these parameters. */
    static String callOf(String step, Map parameters) {
        return "@Library('sluice@v0.1.0') _\n${step}(${literal(parameters)[1..-2]})\n"
    }
}
