package harness

/** The variable env: what a process of the build would see, and a place to set what later ones see. */
class EnvironmentVariable {
    private final Build build

    EnvironmentVariable(Build build) {
        this.build = build
    }

    def getProperty(String name) {
        return Shell.environment(build)[name]
    }

    void setProperty(String name, Object value) {
        build.environment[name] = String.valueOf(value)
    }
}

/** The variable currentBuild, with the properties that our pipelines use. */
class CurrentBuild {
    private final Build build

    CurrentBuild(Build build) {
        this.build = build
    }

    String getResult() {
        return build.result
    }

    void setResult(String result) {
        build.worsen(result)
    }

    String getCurrentResult() {
        return build.result ?: 'SUCCESS'
    }

    int getNumber() {
        return build.number
    }

    String getDisplayName() {
        return build.displayName
    }

    void setDisplayName(String text) {
        build.displayName = text
    }

    String getDescription() {
        return build.description
    }

    void setDescription(String text) {
        build.description = text
    }

    List getBuildCauses(String type = null) {
        return build.causes.findAll { type == null || it._class == type || it._class.endsWith('$' + type) }
    }

    def propertyMissing(String name) {
        HarnessFailure failure = new HarnessFailure("currentBuild has no ${name} here")
        build.breaks(failure)
        throw failure
    }
}
