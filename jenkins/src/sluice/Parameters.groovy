package sluice

import com.cloudbees.groovy.cps.NonCPS

/** Checks what a step was given against what it takes. Pure: no step runs here. */
class Parameters implements Serializable {
    private static final long serialVersionUID = 1L

    /** What is wrong with the names, or an empty text. */
    @NonCPS
    static String complaint(String step, Map given, Collection<String> known) {
        String wrong = given.keySet().find { Object name -> !known.contains(String.valueOf(name)) }
        if (wrong == null) {
            return ''
        }
        String nearest = known.min { String name -> distance(wrong, name) }
        String hint = nearest != null && distance(wrong, nearest) <= Math.max(2, wrong.size().intdiv(3)) ? nearest : ''
        return step + ': there is no parameter ' + wrong + (hint ? '; did you mean ' + hint + '?' : '; there are: ' + known.sort().join(', '))
    }

    /** Levenshtein's distance. */
    @NonCPS
    static int distance(String a, String b) {
        List<Integer> row = (0..b.size()).toList()
        for (int i = 1; i <= a.size(); i++) {
            List<Integer> next = [i]
            for (int j = 1; j <= b.size(); j++) {
                int replaced = row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                next << Math.min(replaced, Math.min(row[j], next[j - 1]) + 1)
            }
            row = next
        }
        return row.last()
    }

    /** lockTimeout is --lock-timeout. */
    @NonCPS
    static String option(String name) {
        return '--' + name.replaceAll('[A-Z]', '-$0').toLowerCase()
    }

    /** Values that are not given, not set or an empty text are left out, as a default of the tool then counts. */
    @NonCPS
    static boolean isGiven(Object value) {
        return value != null && value != false && String.valueOf(value) != '' && value != []
    }
}
