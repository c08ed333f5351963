package sluice

import com.cloudbees.groovy.cps.NonCPS

/** Durations as the tools write them: 500ms, 10s, 5m, 2h, 1d. */
class Duration implements Serializable {
    private static final long serialVersionUID = 1L

    /** Whole minutes, upwards; 0 for an empty text. */
    @NonCPS
    static int minutes(String text) {
        if (!text) {
            return 0
        }
        Map<String, Long> seconds = [s: 1L, m: 60L, h: 3600L, d: 86400L]
        String unit = text.substring(text.size() - 1)
        if (!(text ==~ '[0-9]+[smhd]')) {
            throw new IllegalArgumentException("'" + text + "' is no duration such as 90s, 15m or 2h")
        }
        return (int) Math.ceil(text.substring(0, text.size() - 1).toLong() * seconds[unit] / 60.0d)
    }
}
