package harness

/** Which of the known names is meant by a wrong one. */
class DidYouMean {
    static String hint(String wrong, Collection<String> known) {
        String nearest = known.min { distance(wrong, it) }
        return nearest != null && distance(wrong, nearest) <= Math.max(2, wrong.size().intdiv(3)) ? "; did you mean ${nearest}?" : ''
    }

    private static int distance(String a, String b) {
        List<Integer> row = (0..b.size()).toList()
        for (int i = 1; i <= a.size(); i++) {
            List<Integer> next = [i]
            for (int j = 1; j <= b.size(); j++) {
                next << [row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)].min()
            }
            row = next
        }
        return row.last()
    }
}
