package harness

/** The base of every Jenkinsfile and of every vars/*.groovy: what they do not define themselves is a step, a variable of the
 *  library or one of Jenkins' own variables, and nothing else. */
abstract class PipelineScript extends Script implements Serializable {

    def methodMissing(String name, Object arguments) {
        return Build.current().call(this, name, arguments as Object[])
    }

    def propertyMissing(String name) {
        return Build.current().variable(this, name)
    }

    void pipeline(Closure body) {
        new Declarative(Build.current(), this).run(body)
    }

    // Groovy gives every object methods of these names, which would win over the steps.
    def sleep(Object argument) {
        return methodMissing('sleep', [argument] as Object[])
    }

    def sleep(long seconds) {
        return methodMissing('sleep', [seconds] as Object[])
    }

    void println(Object value) {
        methodMissing('echo', [String.valueOf(value)] as Object[])
    }

    void print(Object value) {
        println(value)
    }

    void println() {
        println('')
    }
}
