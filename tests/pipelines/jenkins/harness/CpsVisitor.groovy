package harness

import org.codehaus.groovy.ast.ClassNode
import org.codehaus.groovy.ast.CodeVisitorSupport
import org.codehaus.groovy.ast.expr.BinaryExpression
import org.codehaus.groovy.ast.expr.ClosureExpression
import org.codehaus.groovy.ast.expr.ConstructorCallExpression
import org.codehaus.groovy.ast.expr.DeclarationExpression
import org.codehaus.groovy.ast.expr.Expression
import org.codehaus.groovy.ast.expr.GStringExpression
import org.codehaus.groovy.ast.expr.MapExpression
import org.codehaus.groovy.ast.expr.MethodCallExpression
import org.codehaus.groovy.ast.expr.TupleExpression
import org.codehaus.groovy.ast.expr.VariableExpression
import org.codehaus.groovy.ast.stmt.CatchStatement
import org.codehaus.groovy.ast.stmt.ForStatement
import org.codehaus.groovy.syntax.Types

/** Walks one method; plain says that it is @NonCPS. */
class CpsVisitor extends CodeVisitorSupport {
    /** Methods of Groovy's that take a closure, most of which call it from code that was not transformed. */
    private static final List<String> ITERATING = [
        'each', 'eachWithIndex', 'eachLine', 'collect', 'collectEntries', 'collectMany', 'find', 'findAll', 'findResult', 'any', 'every',
        'inject', 'sort', 'toSorted', 'min', 'max', 'sum', 'groupBy', 'countBy', 'unique', 'times', 'upto', 'downto', 'step', 'count',
        'removeAll', 'retainAll', 'withReader', 'with', 'replaceAll']
    private static final Map<String, String> MAKE_WHAT_IS_NOT_KEPT = [
        iterator: 'an Iterator', listIterator: 'an Iterator', stream: 'a Stream', parallelStream: 'a Stream', entrySet: 'map entries',
        matcher: 'a Matcher', newReader: 'a Reader', newInputStream: 'a stream']
    private static final List<String> NOT_KEPT = [
        'JsonSlurper', 'XmlSlurper', 'XmlParser', 'File', 'URL', 'Thread', 'Scanner', 'StringReader', 'BufferedReader', 'SimpleDateFormat']
    private final CpsLint lint
    private final String file
    private final boolean strict
    private final ClassNode type
    private final boolean plain

    CpsVisitor(CpsLint lint, String file, boolean strict, ClassNode type, boolean plain) {
        this.lint = lint
        this.file = file
        this.strict = strict
        this.type = type
        this.plain = plain
    }

    private void report(Expression where, String what) {
        lint.report(file, where.lineNumber, what)
    }

    @Override
    void visitMethodCallExpression(MethodCallExpression call) {
        if (plain) {
            lookAtPlainCall(call)
        } else {
            lookAtTransformedCall(call)
        }
        lookAtShell(call)
        super.visitMethodCallExpression(call)
    }

    private void lookAtPlainCall(MethodCallExpression call) {
        String name = call.methodAsString
        String owner = call.objectExpression.text
        if ((call.implicitThis && name in lint.steps) || owner in ['steps', 'script', 'this.steps', 'this.script']) {
            report(call, "@NonCPS code calls the step ${name}")
        } else if (call.implicitThis || owner == 'this') {
            lookAtTarget(call, type?.nameWithoutPackage, name)
        } else if (lint.all.containsKey(owner)) {
            lookAtTarget(call, owner, name)
        }
    }

    private void lookAtTarget(MethodCallExpression call, String owner, String name) {
        if (lint.all[owner]?.contains(name) && !lint.plain[owner].contains(name)) {
            report(call, "@NonCPS code calls ${name}, which is not @NonCPS")
        }
    }

    private void lookAtTransformedCall(MethodCallExpression call) {
        String name = call.methodAsString
        List<Expression> arguments = call.arguments instanceof TupleExpression ? ((TupleExpression) call.arguments).expressions : []
        if (name in ITERATING && arguments.any { it instanceof ClosureExpression } && !call.implicitThis) {
            report(call, "${name} with a closure: use a C-style loop, or a @NonCPS method without steps")
        }
        if (MAKE_WHAT_IS_NOT_KEPT.containsKey(name) && !call.implicitThis) {
            report(call, "${name} makes ${MAKE_WHAT_IS_NOT_KEPT[name]}, which does not survive a restart: use a @NonCPS method")
        }
    }

    /** The shell is to expand variables: what Groovy puts into a script ends in the log, and in /proc. */
    private void lookAtShell(MethodCallExpression call) {
        if (call.methodAsString != 'sh') {
            return
        }
        List<Expression> arguments = call.arguments instanceof TupleExpression ? ((TupleExpression) call.arguments).expressions : []
        List<Expression> scripts = arguments.collectMany { Expression one ->
            one instanceof MapExpression ? one.mapEntryExpressions.findAll { it.keyExpression.text == 'script' }*.valueExpression : [one]
        }
        if (scripts.any { it instanceof GStringExpression }) {
            report(call, 'a script of sh with Groovy variables in it: quote it with single quotes, and pass values by environment')
        }
    }

    @Override
    void visitBinaryExpression(BinaryExpression expression) {
        if (!plain && expression.operation.type == Types.FIND_REGEX) {
            report(expression, '=~ makes a Matcher, which does not survive a restart: use a @NonCPS method')
        }
        super.visitBinaryExpression(expression)
    }

    @Override
    void visitConstructorCallExpression(ConstructorCallExpression call) {
        if (!plain && call.type.nameWithoutPackage in NOT_KEPT) {
            report(call, "a ${call.type.nameWithoutPackage} does not survive a restart: use a @NonCPS method")
        }
        super.visitConstructorCallExpression(call)
    }

    @Override
    void visitDeclarationExpression(DeclarationExpression declaration) {
        if (!plain && strict && declaration.leftExpression instanceof VariableExpression) {
            VariableExpression local = (VariableExpression) declaration.leftExpression
            if (local.isDynamicTyped() || !lint.keeps(local.originType)) {
                String given = local.isDynamicTyped() ? 'def' : local.originType.nameWithoutPackage
                report(declaration, "local ${local.name} is ${given}; what is kept while a step runs is one of ${CpsLint.KEPT.join(', ')}")
            }
        }
        super.visitDeclarationExpression(declaration)
    }

    @Override
    void visitForLoop(ForStatement loop) {
        if (!plain && !loop.variable.is(ForStatement.FOR_LOOP_DUMMY)) {
            lint.report(file, loop.lineNumber, 'for (… in …) keeps an Iterator while its steps run: use a C-style loop')
        }
        super.visitForLoop(loop)
    }

    @Override
    void visitCatchStatement(CatchStatement statement) {
        if (statement.variable.type.nameWithoutPackage in ['Throwable', 'Error']) {
            lint.report(file, statement.lineNumber, 'catch (Throwable) also swallows what ends the build itself: catch Exception')
        }
        super.visitCatchStatement(statement)
    }
}

/** Jenkins can't pause inside a constructor. */
class ConstructorVisitor extends CodeVisitorSupport {
    private final CpsLint lint
    private final String file

    ConstructorVisitor(CpsLint lint, String file) {
        this.lint = lint
        this.file = file
    }

    @Override
    void visitMethodCallExpression(MethodCallExpression call) {
        lint.report(file, call.lineNumber, "a constructor calls ${call.methodAsString}; Jenkins can't pause there")
        super.visitMethodCallExpression(call)
    }
}
