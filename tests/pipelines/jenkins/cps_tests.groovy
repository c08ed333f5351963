// The lint for Jenkins' continuation passing style: first on samples that it must find, then on everything that is shipped.
import harness.Build
import harness.Cases
import harness.CpsLint
import harness.StepTable

Cases cases = new Cases()
File source = new File(System.getProperty('sluice.source'))
List<String> steps = new StepTable(new Build(cases.controller(), 'none')).names() as List
List<String> variables = new File(source, 'jenkins/vars').list().findAll { it.endsWith('.groovy') }*.minus('.groovy')
Closure lint = { String text, boolean strict = true ->
    CpsLint one = new CpsLint(steps + variables)
    one.add('sample.groovy', text, strict)
    one.check()
}
Closure finds = { String name, String words, String text, boolean strict = true ->
    cases.test("finds: ${name}") { cases.has(lint(text, strict).join('\n') ?: '(nothing)', words) }
}
Closure allows = { String name, String text, boolean strict = true ->
    cases.test("allows: ${name}") { cases.is(lint(text, strict), []) }
}

finds('a Matcher held across a step', '=~ makes a Matcher', "def call() { def m = 'a' =~ 'b'\n sh 'true'\n m.find() }", false)
finds('a Matcher in a Jenkinsfile', '=~ makes a Matcher', "node { if ('a' =~ 'b') { sh 'true' } }", false)
finds('Pattern.matcher', 'matcher makes a Matcher', "void call() { Object m = pattern.matcher('x')\n sh 'true' }")
allows('a match that is only asked', "void call() { if ('a' ==~ 'b') { sh 'true' } }")
allows('a Matcher in @NonCPS', "@NonCPS\nString first(String a) { def m = a =~ 'b'\n return m ? m[0] : '' }")
finds('an Iterator', 'iterator makes an Iterator', "void call() { Object i = list.iterator()\n sh 'true' }")
finds('entries of a map', 'entrySet makes map entries', "void call() { Object e = map.entrySet()\n sh 'true' }")
finds('for in around a step', 'use a C-style loop', "void call() { for (x in names) { sh 'true' } }")
finds('each around a step', 'each with a closure', "void call() { names.each { sh 'true' } }")
finds('sort with a closure', 'sort with a closure', "void call() { List a = names.sort { it.size() }\n sh 'true' }")
allows('a C-style loop around a step', "void call() { for (int i = 0; i < names.size(); i++) { sh 'true' } }")
allows('each in @NonCPS', "@NonCPS\nList sizes(List a) { return a.collect { it.size() } }")
allows('a closure given to a step', "void call() { stage('a') { node('b') { sh 'true' } } }")
finds('JsonSlurper', 'a JsonSlurper does not survive', "void call() { Map a = new groovy.json.JsonSlurper().parseText('{}')\n sh 'true' }")
finds('File', 'a File does not survive', "void call() { Object f = new File('a')\n sh 'true' }")
allows('JsonSlurper in @NonCPS', "@NonCPS\nMap read(String t) { return (Map) new groovy.json.JsonSlurper().parseText(t) }")
finds('a local without a type', 'local x is def', "void call() { def x = 1\n sh 'true' }")
finds('a local of another type', 'local x is Date', "void call() { Date x = new Date()\n sh 'true' }")
allows('locals that are kept', "void call() { String a = 'x'\n int b = 1\n List c = []\n Map d = [:]\n boolean e = true\n sh 'true' }")
allows('def in a Jenkinsfile', "node { def x = 1\n sh 'true' }", false)
finds('a step in @NonCPS', '@NonCPS code calls the step sh', "@NonCPS\nvoid run(String a) { sh 'true' }")
finds("a step of the library in @NonCPS", '@NonCPS code calls the step smoke', "@NonCPS\nvoid run(String a) { smoke(checks: 'x') }")
finds('a step through the script in @NonCPS', '@NonCPS code calls the step echo',
      "class A implements Serializable {\n private final Object steps\n @NonCPS\n void run() { steps.echo('x') }\n}")
finds('a transformed method in @NonCPS', '@NonCPS code calls go, which is not @NonCPS', "void go() { sh 'true' }\n@NonCPS\nvoid run(String a) { go() }")
finds("another class's transformed method in @NonCPS", '@NonCPS code calls go, which is not',
      "class B implements Serializable {\n static void go() { }\n}\nclass A implements Serializable {\n @NonCPS\n void run() { B.go() }\n}")
allows('a plain method in @NonCPS', "@NonCPS\nint go() { return 1 }\n@NonCPS\nint run(String a) { return go() }")
finds('a class that is not Serializable', 'class A is not Serializable', 'class A { }')
finds('a field that is not kept', 'field reader of type BufferedReader', 'class A implements Serializable {\n private BufferedReader reader\n}')
finds('a static that changes', 'static count can change', 'class A implements Serializable {\n static int count = 0\n}')
allows('a constant', 'class A implements Serializable {\n private static final int MOST = 3\n}')
finds('toString', 'toString is called by Java', "class A implements Serializable {\n String toString() { return 'a' }\n}")
allows('toString as @NonCPS', "class A implements Serializable {\n @NonCPS\n String toString() { return 'a' }\n}")
finds('a constructor that calls', 'a constructor calls load', 'class A implements Serializable {\n A() { load() }\n void load() { }\n}')
allows('a constructor that keeps', 'class A implements Serializable {\n private final Object steps\n A(Object steps) { this.steps = steps }\n}')
finds('catch Throwable', 'catch Exception', "void call() { try { sh 'true' } catch (Throwable t) { sh 'true' } }")
allows('catch Exception', "void call() { try { sh 'true' } catch (Exception e) { sh 'true' } }")
finds('a script with Groovy variables', 'quote it with single quotes', 'void call(String a) { sh "echo ${a}" }')
finds('a named script with Groovy variables', 'quote it with single quotes', 'void call(String a) { sh(script: "echo ${a}", returnStatus: true) }')
finds('the same through the script', 'quote it with single quotes', 'void call(String a) { steps.sh(script: "echo ${a}") }')
allows('a script for the shell', "void call() { sh 'echo \"\$A\"' }")

CpsLint shipped = new CpsLint(steps + variables)
Closure addAll = { File folder, String pattern, boolean strict ->
    int count = 0
    folder.eachFileRecurse(groovy.io.FileType.FILES) { File file ->
        if (file.name ==~ pattern) {
            shipped.add(source.toPath().relativize(file.toPath()).toString(), file.getText('UTF-8'), strict)
            count++
        }
    }
    return count
}
cases.test('everything that is shipped keeps the rules') {
    int library = addAll(new File(source, 'jenkins'), /.*\.groovy/, true)
    int files = addAll(new File(source, 'ci-templates/jenkins'), /Jenkinsfile\..*/, false)
    cases.is(shipped.check(), [])
    assert library >= 15 && files >= 5
}
cases.end()
