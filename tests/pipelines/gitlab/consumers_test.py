#!/usr/bin/python3
"""consumers_test.py BUILD TOOLS: the templates as people reach them, and the tools as the templates do; really run."""
import contextlib
import functools
import hashlib
import http.server
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "support")]

import gcl  # noqa: E402
import sandbox  # noqa: E402
from cases import Cases  # noqa: E402

BUILD, TOOLS = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
CODE = {"src/app.py": "print(2)\n"}
MIXED = CODE | {"migrations/0002_b.sql": "SET lock_timeout = '2s';\nALTER TABLE t ADD COLUMN c integer;\n"}
BASE = {"src/app.py": "print(1)\n", "migrations/0001_a.sql": "CREATE TABLE t (id bigint);\n",
        ".split-check/config.json": '{"version": 1, "classes": ["migration migrations/*.sql", "code src/"]}\n'}
CASES = Cases("gitlab consumers")
check = CASES.check


def merge_request(folder, base="main"):
    """The variables of a merge request's pipeline. Source: GitLab's list of predefined variables."""
    sha = subprocess.run(["git", "-C", str(folder), "rev-parse", base], check=True, capture_output=True, text=True).stdout.strip()
    return {"CI_COMMIT_BRANCH": "", "CI_MERGE_REQUEST_DIFF_BASE_SHA": sha, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_MERGE_REQUEST_IID": "1"}


def guard(tool, pipeline, change=None, files=None, source_files=None):
    """Runs the one job of split-guard on a merge request; its exit code, and what was printed."""
    with sandbox.repository(pipeline, BASE | (source_files or {})) as folder:
        sandbox.git(folder, "checkout", "-q", "-b", "feature")
        sandbox.commit(folder, change or CODE)
        run = tool.run(folder, variables=merge_request(folder) | (files or {}), source="merge_request_event")
        return run.jobs.get("split-guard"), run.text


# ---- how people reach the templates ----------------------------------------------------------------------------------

def by_project(tool):
    pipeline = sandbox.including("split-guard")
    code, text = guard(tool, pipeline)
    check("include: project at a tag runs, and code is let through", code == 0, text)
    code, text = guard(tool, pipeline, MIXED)
    check("and code with migrations is not", code == 1, text)


def by_local(tool):
    copied = {str(path.relative_to(gcl.ROOT)): path.read_text(encoding="utf-8") for path in (gcl.ROOT / "ci-templates" / "gitlab").glob("*.yml")}
    pipeline = {"include": [{"local": "/ci-templates/gitlab/split-guard.yml"}]}
    code, text = guard(tool, pipeline, MIXED, source_files=copied)
    check("include: local runs, and code with migrations is refused", code == 1, text)
    one = sandbox.including("separated-one-pipeline")["include"][0]
    pipeline = {"include": [{"local": one["file"], "inputs": one["inputs"]}]}
    with sandbox.repository(pipeline, BASE | copied) as folder:
        names = {job["name"] for job in tool.listed(folder)}
    check("include: local of the one pipeline finds those that it includes", {"sluice-split", "sluice-code-deploy", "sluice-migrations-migrate"} <= names, str(names))


def source_tree(folder):
    """What gitlab/export needs of our repository, as a repository."""
    tree = folder / "tree"
    tree.mkdir()
    shutil.copytree(gcl.ROOT / "gitlab", tree / "gitlab")
    shutil.copy(gcl.ROOT / "CMakeLists.txt", tree)
    sandbox.git(tree, "init", "-q", "-b", "main")
    sandbox.commit(tree, {})
    return tree


def export(tree, to):
    return subprocess.run([str(tree / "gitlab" / "export"), str(to)], check=False, capture_output=True, text=True,
                          env={"PATH": os.environ["PATH"], "HOME": str(tree.parent), "GIT_CONFIG_GLOBAL": "/dev/null"})


@contextlib.contextmanager
def served(folder):
    """A loopback server with the files of FOLDER, as a package registry would have them."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def run_component(tool, project):
    """The component project's own pipeline, which includes its component at the commit that it runs for."""
    with served(project) as url:
        checks = {"version": 1, "checks": [{"id": "page", "type": "http", "url": f"{url}/README.md",
                                            "expect": [{"on": "status", "op": "eq", "value": 200}]}]}
        component = {"component": "$CI_SERVER_FQDN/$CI_PROJECT_PATH/smoke@$CI_COMMIT_SHA", "inputs": {"smoke-deadline": "5s"}}
        sandbox.commit(project, {".gitlab-ci.yml": gcl.yaml.safe_dump({"include": [component]}), "checks.json": gcl.json.dumps(checks)})
        gcl.as_remote(project)
        return tool.run(project)


def by_component(tool):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        tree, bare = source_tree(folder), folder / "components.git"
        sandbox.git(folder, "init", "-q", "--bare", "-b", "main", str(bare))
        done = export(tree, bare)
        check("gitlab/export makes a component project", done.returncode == 0, done.stdout + done.stderr)
        check("and does it again without a change", export(tree, bare).returncode == 0)
        project = folder / "project" / "repo"
        project.parent.mkdir()
        sandbox.git(folder, "clone", "-q", "--branch", f"v{gcl.version()}", str(bare), str(project))
        sandbox.git(project, "checkout", "-q", "-B", "main")
        sandbox.git(project, "remote", "remove", "origin")
        check("with templates/ at its root and a page", (project / "templates" / "smoke.yml").exists() and (project / "README.md").exists())
        run = run_component(tool, project)
        check("a component of it runs at the pipeline's own commit", run.jobs == {"sluice-smoke": 0}, run.text)
        refused_exports(tree, bare)


def refused_exports(tree, bare):
    template = tree / "gitlab" / "templates" / "smoke.yml"
    right = template.read_text(encoding="utf-8")
    template.write_text(right + "# changed\n", encoding="utf-8")
    done = export(tree, bare)
    check("an export of changes that are not committed is refused", done.returncode == 1 and "not committed" in done.stderr, done.stderr)
    sandbox.commit(tree, {})
    done = export(tree, bare)
    check("a tag is never moved", done.returncode == 1 and "raise the version" in done.stderr, done.stderr)
    sandbox.commit(tree, {"gitlab/templates/smoke.yml": right.replace(gcl.version(), "0.0.9")})
    done = export(tree, bare)
    check("a template for another version is refused", done.returncode == 1 and "another version" in done.stderr, done.stderr)
    sandbox.commit(tree, {"gitlab/templates/smoke.yml": "smoke:\n  script: [smoke]\n"})
    done = export(tree, bare)
    check("a template without a spec header is refused", done.returncode == 1 and "no spec header" in done.stderr, done.stderr)


# ---- how the tools reach the job -------------------------------------------------------------------------------------

def by_path(tool, without):
    code, text = guard(without, sandbox.including("split-guard"))
    check("path: a runner without the tools is told so (69)", code == 69 and "on the PATH" in text, text)
    code, text = guard(tool, sandbox.including("split-guard", tool_version="9.9.9"))
    check("path: tools of another version are refused (69)", code == 69 and "9.9.9" in text, text)


def release_archive(folder):
    """As CPack lays it out: one folder, bin/ in it."""
    archive = folder / "sluice.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(TOOLS / "split-check", f"sluice-{gcl.version()}-Linux/bin/split-check")
    return archive


def debian_package(folder):
    root = folder / "root"
    (root / "DEBIAN").mkdir(parents=True)
    (root / "usr" / "bin").mkdir(parents=True)
    shutil.copy(TOOLS / "split-check", root / "usr" / "bin")
    (root / "DEBIAN" / "control").write_text(
        f"Package: sluice\nVersion: {gcl.version()}\nArchitecture: all\nMaintainer: tests\nDescription: tests\n", encoding="utf-8")
    package = folder / "sluice.deb"
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", "-Znone", str(root), str(package)], check=True, capture_output=True)
    return package


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def downloaded(without, folder, source, file):
    right = sha256(file)
    wrong = ("0" if right[0] != "0" else "1") + right[1:]
    with served(folder) as url:
        for name, checksum, wanted in (("with the right checksum it runs", right, 0), ("with another it does not", wrong, 1),
                                       ("without one it does not", "", 1)):
            code, text = guard(without, sandbox.including("split-guard", tool_source=source, tool_url=f"{url}/{file.name}", tool_sha256=checksum))
            unpacked = "tar --extract" in text if source == "url" else "apt-get" in text
            check(f"{source}: {name}", code == wanted and unpacked == (wanted == 0), text)
        code, text = guard(without, sandbox.including("split-guard", tool_source=source, tool_url=f"{url}/nothing", tool_sha256=right))
        check(f"{source}: an address with nothing behind it fails", code == 22, text)


def by_url(without):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        downloaded(without, folder, "url", release_archive(folder))


def by_deb():
    """apt-get is the one part that is not real: it would install on the machine that the test runs on."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "apt").mkdir()
        apt = folder / "apt" / "apt-get"
        apt.write_text(f'#!/bin/sh\nfor file; do :; done\ncase $file in *.deb) dpkg-deb --fsys-tarfile "$file" |'
                       f' tar -x -C "{folder}/apt" --strip-components 3 ./usr/bin ;; esac\n', encoding="utf-8")
        apt.chmod(0o755)
        downloaded(gcl.Gcl(BUILD, folder / "apt"), folder, "deb", debian_package(folder))


def main():
    tool, without = gcl.Gcl(BUILD, TOOLS), gcl.Gcl(BUILD, None)
    by_project(tool)
    by_local(tool)
    by_component(tool)
    by_path(tool, without)
    by_url(without)
    by_deb()
    return CASES.exit_code()


if __name__ == "__main__":
    sys.exit(main())
