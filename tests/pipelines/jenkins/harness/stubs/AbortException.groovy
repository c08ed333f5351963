package hudson

/** What the step error throws, and a sh whose script failed. Jenkins logs its message and no stack trace. */
class AbortException extends IOException {
    AbortException(String message) {
        super(message)
    }
}
