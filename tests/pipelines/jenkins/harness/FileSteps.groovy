package harness

import hudson.AbortException
import java.nio.file.FileSystems
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.PathMatcher

/** Steps that touch the workspace. All need a node. */
class FileSteps {
    static void add(StepTable table, Build build) {
        table.add(name: 'sh', sole: 'script', required: ['script'], optional: ['returnStatus', 'returnStdout', 'label'], needsNode: true,
                  action: { a, s -> new Shell(build, checked(a)).run() })
        table.add(name: 'readFile', sole: 'file', required: ['file'], optional: ['encoding'], needsNode: true,
                  action: { a, s -> existing(a.file).getText('UTF-8') })
        table.add(name: 'writeFile', required: ['file', 'text'], optional: ['encoding'], needsNode: true, action: { a, s ->
            File file = resolve(a.file)
            file.parentFile.mkdirs()
            file.setText(String.valueOf(a.text), 'UTF-8')
        })
        table.add(name: 'fileExists', sole: 'file', required: ['file'], needsNode: true, action: { a, s -> resolve(a.file).exists() })
        table.add(name: 'isUnix', needsNode: true, action: { a, s -> true })
        table.add(name: 'pwd', optional: ['tmp'], needsNode: true,
                  action: { a, s -> (a.tmp ? Build.context().temporary() : Build.context().directory).path })
        table.add(name: 'dir', sole: 'path', required: ['path'], needsNode: true, body: 'required', action: { a, s ->
            File folder = resolve(a.path)
            folder.mkdirs()
            build.inside([directory: folder], a.block)
        })
        table.add(name: 'deleteDir', needsNode: true, action: { a, s -> Build.context().directory.deleteDir() })
        table.add(name: 'archiveArtifacts', sole: 'artifacts', required: ['artifacts'], optional: ['allowEmptyArchive', 'fingerprint'],
                  needsNode: true, action: { a, s -> archive(build, a) })
        table.add(name: 'junit', sole: 'testResults', required: ['testResults'], optional: ['allowEmptyResults'], needsNode: true,
                  action: { a, s -> junit(build, a) })
        table.add(name: 'checkout', sole: 'scm', required: ['scm'], needsNode: true, action: { a, s -> checkout(build, (Source) a.scm) })
    }

    private static Map checked(Map a) {
        if (a.returnStatus && a.returnStdout) {
            throw new HarnessFailure('sh: returnStatus and returnStdout exclude each other')
        }
        return a
    }

    private static File resolve(Object path) {
        File file = new File(String.valueOf(path))
        return file.absolute ? file : new File(Build.context().directory, String.valueOf(path))
    }

    private static File existing(Object path) {
        File file = resolve(path)
        if (!file.isFile()) {
            throw new java.nio.file.NoSuchFileException(file.path)
        }
        return file
    }

    /** Files below the current folder that match Ant patterns, separated by commas. */
    private static List<Path> matching(String patterns) {
        Path base = Build.context().directory.toPath()
        List<PathMatcher> matchers = patterns.split(',').collectMany { String pattern ->
            String one = pattern.trim()
            // Ant's **/ also matches no folder, Java's does not.
            [one, one.replace('**/', '')].unique().collect { FileSystems.default.getPathMatcher("glob:${it}") }
        }
        List<Path> found = []
        base.toFile().eachFileRecurse(groovy.io.FileType.FILES) { File file ->
            Path relative = base.relativize(file.toPath())
            if (matchers.any { it.matches(relative) }) {
                found << relative
            }
        }
        return found
    }

    private static void archive(Build build, Map a) {
        List<Path> found = matching((String) a.artifacts)
        if (found.isEmpty() && !a.allowEmptyArchive) {
            throw new AbortException("No artifacts found that match the file pattern \"${a.artifacts}\". Configuration error?")
        }
        File target = new File(build.controller.root, "archive/${build.job}/${build.number}")
        found.each { Path path ->
            Path to = target.toPath().resolve(path)
            Files.createDirectories(to.parent)
            Files.copy(Build.context().directory.toPath().resolve(path), to, java.nio.file.StandardCopyOption.REPLACE_EXISTING)
            build.archived << path.toString()
        }
    }

    private static void junit(Build build, Map a) {
        List<Path> found = matching((String) a.testResults)
        if (found.isEmpty()) {
            if (a.allowEmptyResults) {
                return
            }
            throw new AbortException('No test report files were found. Configuration error?')
        }
        found.each { Path path ->
            def report = new XmlSlurper().parse(Build.context().directory.toPath().resolve(path).toFile())
            int bad = report.'**'.findAll { it.name() == 'failure' || it.name() == 'error' }.size()
            if (bad > 0) {
                build.say("[Checks API] ${bad} of the tests failed")
                build.worsen('UNSTABLE')
            }
        }
    }

    static Map checkout(Build build, Source scm) {
        File folder = Build.context().directory
        Closure git = { List<String> command ->
            Process process = new ProcessBuilder(['git'] + command).directory(folder).redirectErrorStream(true).start()
            String said = process.inputStream.text
            if (process.waitFor() != 0) {
                throw new AbortException("git ${command.join(' ')}: ${said}")
            }
            return said.trim()
        }
        if (!new File(folder, '.git').exists()) {
            git(['clone', '-q', scm.repository.path, '.'])
        }
        git(['fetch', '-q', '--tags', '--force', 'origin', '+refs/heads/*:refs/remotes/origin/*'])
        git(['checkout', '-q', '--detach', scm.commit])
        return [GIT_COMMIT: git(['rev-parse', 'HEAD'])]
    }
}
