package harness

/** The value of the variable scm: what checkout fetches. */
class Source implements Serializable {
    final File repository
    final String commit

    Source(File repository, String commit) {
        this.repository = repository
        this.commit = commit
    }
}
