package harness

import org.codehaus.groovy.ast.ASTNode
import org.codehaus.groovy.ast.expr.ClosureExpression
import org.codehaus.groovy.ast.expr.ConstantExpression
import org.codehaus.groovy.ast.expr.Expression
import org.codehaus.groovy.ast.expr.MethodCallExpression
import org.codehaus.groovy.ast.stmt.BlockStatement
import org.codehaus.groovy.ast.stmt.ExpressionStatement
import org.codehaus.groovy.ast.stmt.Statement
import org.codehaus.groovy.control.CompilationUnit
import org.codehaus.groovy.control.Phases

/**
 * What Jenkins' validator refuses in a declarative pipeline before it runs, as far as our pipelines could meet it: unknown
 * sections, and anything but calls of steps where steps belong. Looks at stages that never run, too.
 */
class DeclarativeSyntax {
    static void check(String text) {
        CompilationUnit unit = new CompilationUnit()
        unit.addSource('Jenkinsfile.groovy', text)
        unit.compile(Phases.CONVERSION)
        BlockStatement all = unit.AST.modules[0].statementBlock
        List<MethodCallExpression> pipelines = all.statements.collect { callOf(it) }.findAll { it?.methodAsString == 'pipeline' }
        if (pipelines.size() > 1) {
            throw new HarnessFailure('a Jenkinsfile has one pipeline')
        }
        pipelines.each { section('pipeline', closure(it)) }
    }

    private static MethodCallExpression callOf(Statement statement) {
        Expression expression = statement instanceof ExpressionStatement ? statement.expression : null
        return expression instanceof MethodCallExpression ? expression : null
    }

    private static ClosureExpression closure(MethodCallExpression call) {
        List<Expression> arguments = call.arguments.respondsTo('getExpressions') ? call.arguments.expressions : []
        return arguments && arguments.last() instanceof ClosureExpression ? (ClosureExpression) arguments.last() : null
    }

    private static List<Statement> statements(ClosureExpression body) {
        return body.code instanceof BlockStatement ? ((BlockStatement) body.code).statements : [body.code]
    }

    private static HarnessFailure fault(ASTNode where, String message) {
        return new HarnessFailure("Jenkinsfile:${where.lineNumber}: ${message}")
    }

    private static void section(String place, ClosureExpression body) {
        statements(body).each { Statement statement ->
            MethodCallExpression call = callOf(statement)
            String name = call?.methodAsString
            // Two sections on one line are one chained call to Groovy.
            if (name == null || !call.implicitThis) {
                throw fault(statement, "${place} may hold sections only")
            }
            if (!(name in Section.ALLOWED[place])) {
                throw fault(statement, "'${name}' is no section of ${place}${DidYouMean.hint(name, Section.ALLOWED[place])}")
            }
            within(place, name, call)
        }
    }

    private static void within(String place, String name, MethodCallExpression call) {
        ClosureExpression body = closure(call)
        if (name in ['stages', 'parallel', 'post', 'stage', 'agent', 'options', 'parameters', 'triggers'] && body != null) {
            section(name, body)
        }
        if (name == 'steps' || place == 'post') {
            steps(body)
        }
    }

    /** Calls of steps, and nothing else; a script block may hold what it likes. */
    private static void steps(ClosureExpression body) {
        if (statements(body).isEmpty()) {
            throw fault(body, 'no steps')
        }
        statements(body).each { Statement statement ->
            MethodCallExpression call = callOf(statement)
            boolean own = call != null && call.implicitThis && call.method instanceof ConstantExpression
            if (!own) {
                throw fault(statement, 'only calls of steps may stand here; everything else belongs into script { }')
            }
            if (call.methodAsString != 'script' && closure(call) != null) {
                steps(closure(call))
            }
        }
    }
}
