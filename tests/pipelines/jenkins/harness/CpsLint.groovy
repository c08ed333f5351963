package harness

import org.codehaus.groovy.ast.ClassNode
import org.codehaus.groovy.ast.ConstructorNode
import org.codehaus.groovy.ast.FieldNode
import org.codehaus.groovy.ast.MethodNode
import org.codehaus.groovy.ast.ModuleNode
import org.codehaus.groovy.control.CompilationUnit
import org.codehaus.groovy.control.Phases

/**
 * Rules of Jenkins' continuation passing style that plain Groovy does not enforce and that no run here can show: what a
 * pipeline holds while a step runs is written to disk, and code that was not transformed must not call code that was.
 */
class CpsLint {
    /** Types that survive a restart of Jenkins, as far as a local variable can say. */
    static final List<String> KEPT = ['String', 'int', 'long', 'boolean', 'Integer', 'Long', 'Boolean', 'List', 'Map', 'Closure', 'Object']
    private static final List<String> CALLED_BY_JAVA = ['equals', 'hashCode', 'toString', 'compareTo']

    private final List<Map> sources = []
    /** Name of a class of the library to its methods that are @NonCPS, and to all of them. */
    final Map<String, Set<String>> plain = [:]
    final Map<String, Set<String>> all = [:]
    final Set<String> steps
    final List<String> found = []

    CpsLint(Collection<String> steps) {
        this.steps = steps as Set
    }

    /** STRICT is for the library, whose locals bear their types; a user's Jenkinsfile may use def. */
    void add(String name, String text, boolean strict) {
        CompilationUnit unit = new CompilationUnit()
        unit.addSource(name, text)
        unit.compile(Phases.CONVERSION)
        ModuleNode module = unit.AST.modules[0]
        sources << [name: name, module: module, strict: strict]
        module.classes.each { ClassNode type ->
            all[type.nameWithoutPackage] = type.methods*.name as Set
            plain[type.nameWithoutPackage] = type.methods.findAll { isPlain(it) }*.name as Set
        }
    }

    static boolean isPlain(MethodNode method) {
        return method.annotations.any { it.classNode.nameWithoutPackage == 'NonCPS' }
    }

    List<String> check() {
        sources.each { Map source ->
            ModuleNode module = source.module
            module.classes.each { ClassNode type -> look(source, type) }
            if (module.statementBlock != null && !module.statementBlock.isEmpty()) {
                CpsVisitor visitor = new CpsVisitor(this, (String) source.name, (boolean) source.strict, module.scriptClassDummy, false)
                module.statementBlock.visit(visitor)
            }
        }
        return found.unique()
    }

    private void look(Map source, ClassNode type) {
        String name = source.name
        if (!type.isScript() && !type.interfaces.any { it.nameWithoutPackage == 'Serializable' }) {
            report(name, type.lineNumber, "class ${type.nameWithoutPackage} is not Serializable")
        }
        type.fields.each { lookAtField(name, type, it) }
        type.methods.each { MethodNode method ->
            if (method.name in CALLED_BY_JAVA && !isPlain(method)) {
                report(name, method.lineNumber, "${method.name} is called by Java and has to be @NonCPS")
            }
            method.code?.visit(new CpsVisitor(this, name, (boolean) source.strict, type, isPlain(method)))
        }
        type.declaredConstructors.each { ConstructorNode constructor ->
            constructor.code?.visit(new ConstructorVisitor(this, name))
        }
    }

    private void lookAtField(String name, ClassNode type, FieldNode field) {
        if (field.isStatic() && !field.isFinal()) {
            report(name, field.lineNumber, "static ${field.name} can change, and Jenkins does not keep it")
        }
        if (!keeps(field.type)) {
            report(name, field.lineNumber, "field ${field.name} of type ${field.type.nameWithoutPackage} may not survive a restart")
        }
    }

    boolean keeps(ClassNode type) {
        return type.nameWithoutPackage in KEPT || all.containsKey(type.nameWithoutPackage)
    }

    void report(String file, int line, String what) {
        found << "${file}:${line}: ${what}".toString()
    }
}
