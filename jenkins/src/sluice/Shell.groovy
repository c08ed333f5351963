package sluice

import com.cloudbees.groovy.cps.NonCPS

/** Writes command lines for sh. What a user gave reaches the shell as one word, whatever is in it. */
class Shell implements Serializable {
    private static final long serialVersionUID = 1L

    /** Inside single quotes sh reads nothing but the quote itself as special (POSIX, 2.2.2). */
    @NonCPS
    static String quote(String word) {
        return word ==~ '[A-Za-z0-9_@%+=:,./-]+' ? word : "'" + word.replace("'", "'\\''") + "'"
    }

    @NonCPS
    static String commandLine(List<String> words) {
        return words.collect { String word -> quote(word) }.join(' ')
    }

    /**
     * The command for a rehearsal. Where the migrations' own is used it finds the rehearsal database in the place of the one
     * that the pipeline changes, so that it does not even know where that is.
     */
    @NonCPS
    static String rehearsal(Map settings) {
        if (settings.rehearsalCommand) {
            return settings.rehearsalCommand
        }
        String url = '"$' + settings.rehearsalVariable + '"'
        return 'export SLUICE_TARGET_URL=' + url + ' ' + settings.databaseVariable + '=' + url + '\n' + settings.migrateCommand
    }

    /** Fetches the release archive once a workspace; its checksum is proved each time before anything of it runs. */
    @NonCPS
    static String unpack(Map settings, String folder) {
        String archive = quote(folder + '.tar.gz')
        return 'test -e ' + archive + ' || curl --fail --silent --show-error --location --retry 2 --output ' + archive + ' ' +
            quote((String) settings.toolUrl) + '\n' +
            'echo ' + quote(settings.toolSha256 + '  ' + folder + '.tar.gz') + ' | sha256sum --check --strict --quiet\n' +
            'rm -rf ' + quote(folder) + '\nmkdir -p ' + quote(folder) + '\n' +
            'tar --extract --gzip --file ' + archive + ' --directory ' + quote(folder) + ' --strip-components 1'
    }

    @NonCPS
    static String sameVersion(String version) {
        return 'test "$(db-snapshot --version | head -n 1)" = ' + quote('db-snapshot ' + version) + ' || { echo ' +
            quote('sluice: error: this library needs version ' + version + ' of the tools on the PATH of the agent') + ' >&2; exit 69; }'
    }
}
