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
     * The command with another database in place of the one that the pipeline changes, so that a rehearsal does not even know
     * where production is. Both are named env:VARIABLE.
     */
    @NonCPS
    static String onOther(String usual, String other, String command) {
        String url = '"$' + other.minus('env:') + '"'
        return 'export SLUICE_TARGET_URL=' + url + ' ' + usual.minus('env:') + '=' + url + '\n' + command
    }
}
