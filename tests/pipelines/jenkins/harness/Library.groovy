package harness

import hudson.AbortException
import org.codehaus.groovy.control.CompilerConfiguration
import org.codehaus.groovy.control.customizers.ImportCustomizer

/** Loads a Jenkinsfile, and the shared library that it names as Jenkins lays one out: vars, src, resources. */
class Library {
    private static final Map<String, GroovyClassLoader> LOADERS = Collections.synchronizedMap([:])
    private final Controller controller
    private final Build build
    private final Map<String, PipelineScript> loaded = [:]
    private boolean named = false

    Library(Controller controller, Build build) {
        this.controller = controller
        this.build = build
    }

    PipelineScript script(String name, String text) {
        readAnnotations(text)
        DeclarativeSyntax.check(text)
        GroovyClassLoader classes = new GroovyClassLoader(named ? classLoader() : getClass().classLoader, configuration())
        return (PipelineScript) classes.parseClass(text, name + '.groovy').newInstance()
    }

    /** @Library('name@version') _ loads the library; without it there is none, as without an administrator's implicit one. */
    private void readAnnotations(String text) {
        text.readLines().findAll { it.trim().startsWith('@Library') }.each { String line ->
            List<String> parts = (line =~ /@Library\('([^'@]+)@([^']+)'\)\s*_/).collect { it[1..2] }.flatten()
            if (parts.size() != 2) {
                throw new HarnessFailure("this names no library with a version: ${line.trim()}")
            }
            name(parts[0])
        }
    }

    void name(String library) {
        if (controller.library == null || library != controller.libraryName) {
            throw new HarnessFailure("there is no library '${library}'")
        }
        named = true
    }

    private GroovyClassLoader classLoader() {
        return LOADERS.get(controller.library.path) ?: newClassLoader()
    }

    private GroovyClassLoader newClassLoader() {
        GroovyClassLoader classes = new GroovyClassLoader(getClass().classLoader, configuration())
        classes.addClasspath(new File(controller.library, 'src').path)
        classes.addClasspath(new File(controller.library, 'vars').path)
        LOADERS[controller.library.path] = classes
        return classes
    }

    private static CompilerConfiguration configuration() {
        CompilerConfiguration configuration = new CompilerConfiguration()
        configuration.scriptBaseClass = PipelineScript.name
        configuration.addCompilationCustomizers(
            new ImportCustomizer().addImports('com.cloudbees.groovy.cps.NonCPS', 'org.jenkinsci.plugins.workflow.libs.Library'))
        return configuration
    }

    boolean hasVariable(String name) {
        return named && new File(controller.library, "vars/${name}.groovy").isFile()
    }

    Collection<String> variables() {
        return named ? new File(controller.library, 'vars').list().findAll { it.endsWith('.groovy') }*.minus('.groovy') : []
    }

    /** One object for each variable and build, as Jenkins has it. */
    synchronized PipelineScript variable(String name) {
        PipelineScript script = loaded[name]
        if (script == null) {
            script = (PipelineScript) classLoader().loadClass(name, true, false).newInstance()
            loaded[name] = script
        }
        return script
    }

    String resource(String path) {
        File file = new File(controller.library, "resources/${path}")
        if (!named || !file.isFile()) {
            throw new AbortException("No such library resource ${path} could be found.")
        }
        return file.getText('UTF-8')
    }
}
