package sluice

import com.cloudbees.groovy.cps.NonCPS
import groovy.json.JsonSlurperClassic

/** Reads JSON into plain maps and lists. Those of the newer JsonSlurper cannot be saved when Jenkins restarts. */
class Json implements Serializable {
    private static final long serialVersionUID = 1L

    /** An empty map for a text that is no JSON object: a tool that was killed has written nothing, or half of something. */
    @NonCPS
    static Map read(String text) {
        try {
            Object value = new JsonSlurperClassic().parseText(text)
            return value instanceof Map ? (Map) value : [:]
        } catch (Exception notJson) {
            return [:]
        }
    }
}
