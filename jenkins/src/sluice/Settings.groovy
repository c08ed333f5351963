package sluice

import com.cloudbees.groovy.cps.NonCPS

/** The parameters of a whole pipeline: checked, and filled up with the defaults of resources/sluice/pipelines.json. */
class Settings implements Serializable {
    private static final long serialVersionUID = 1L

    static Map of(Object steps, String pipeline, Map given) {
        Map table = Json.read((String) steps.libraryResource('sluice/pipelines.json'))
        Map settings = filled(pipeline, table, given)
        if (settings.error) {
            steps.error((String) settings.error)
        }
        return settings
    }

    @NonCPS
    static Map filled(String pipeline, Map table, Map given) {
        List<String> known = (List<String>) table.pipelines[pipeline]
        String wrong = Parameters.complaint(pipeline, given, known)
        if (wrong) {
            return [error: wrong]
        }
        Map settings = [:]
        known.each { String name -> settings[name] = given[name] == null ? table.parameters[name]['default'] : given[name] }
        String choice = known.find { String name -> table.parameters[name].one_of && !table.parameters[name].one_of.contains(settings[name]) }
        if (choice != null) {
            return [error: pipeline + ': ' + choice + ' is one of ' + table.parameters[choice].one_of.join(', ') + ', not ' + settings[choice]]
        }
        if (known.contains('lockResource') && !settings.lockResource) {
            settings.lockResource = 'sluice-' + settings.environment + '-' + settings.databaseVariable
        }
        settings.target = settings.databaseVariable ? 'env:' + settings.databaseVariable : ''
        return settings
    }
}
