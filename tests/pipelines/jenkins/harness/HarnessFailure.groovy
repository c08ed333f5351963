package harness

/**
 * The pipeline did what no test may overlook: an unknown step, argument or section, a run without any sh, a secret in a script.
 * An Error and not an Exception, so that a pipeline's own catch can't hide it.
 */
class HarnessFailure extends Error {
    HarnessFailure(String message) {
        super(message)
    }
}
