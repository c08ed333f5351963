package harness

/** One step: the arguments that it takes, which of them may stand alone, what it needs around it, what it does. */
class Step {
    String name
    /** The argument that may be given without its name. */
    String sole
    List<String> optional = []
    List<String> required = []
    boolean needsNode = false
    /** none, required or map (parallel). */
    String body = 'none'
    Closure action

    private List<String> known() {
        return (required + optional).unique()
    }

    /** Binds what was written to the names; whatever does not fit is a failure of the harness, as the real step would refuse it. */
    Map bind(Object[] written) {
        List given = written as List
        Closure block = null
        if (given && given.last() instanceof Closure) {
            block = (Closure) given.last()
            given = given.init()
        }
        Map named = name(given)
        List<String> unknown = (named.keySet() as List) - known()
        if (unknown && body != 'map') {
            throw new HarnessFailure("${name}: no such argument: ${unknown.join(', ')}${DidYouMean.hint(unknown[0], known())}")
        }
        List<String> missing = required.findAll { named[it] == null }
        if (missing) {
            throw new HarnessFailure("${name}: missing argument: ${missing.join(', ')}")
        }
        if ((block != null) != (body == 'required')) {
            throw new HarnessFailure("${name}: ${block == null ? 'wants' : 'takes no'} block")
        }
        return block == null ? named : named + [block: block]
    }

    private Map name(List given) {
        if (given.isEmpty()) {
            return [:]
        }
        if (given.size() == 1 && given[0] instanceof Map && sole != 'map') {
            return new LinkedHashMap((Map) given[0])
        }
        if (given.size() != 1 || sole == null) {
            throw new HarnessFailure("${name}: does not take ${given.size()} values without a name")
        }
        return sole == 'map' ? new LinkedHashMap((Map) given[0]) : [(sole): given[0]]
    }
}
