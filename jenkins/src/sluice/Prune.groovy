package sluice

import com.cloudbees.groovy.cps.NonCPS

/** From [last: 3, daily: 7] to the parameters of dbSnapshot(verb: 'prune'). */
class Prune implements Serializable {
    private static final long serialVersionUID = 1L

    @NonCPS
    static Map parameters(Map keep) {
        return keep.collectEntries { String what, Object count -> ['keep' + what.capitalize(), count] }
    }
}
