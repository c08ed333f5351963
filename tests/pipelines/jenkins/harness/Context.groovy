package harness

/** What the enclosing blocks of a step give to it. Never changed: a block makes another one for its body. */
class Context {
    final String node
    final File workspace
    final File directory
    final Map<String, String> env
    final Set<String> secrets
    final List<String> locks
    final List<String> stages

    Context(Map values = [:]) {
        node = values.node
        workspace = values.workspace
        directory = values.directory
        env = (values.env ?: [:]).asImmutable()
        secrets = (values.secrets ?: [] as Set).asImmutable()
        locks = (values.locks ?: []).asImmutable()
        stages = (values.stages ?: []).asImmutable()
    }

    Context with(Map changes) {
        return new Context([node: node, workspace: workspace, directory: directory, env: env, secrets: secrets, locks: locks,
                            stages: stages] + changes)
    }

    File temporary() {
        return new File(workspace.path + '@tmp')
    }
}
