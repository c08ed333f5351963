"""Runs GitLab pipelines with gitlab-ci-local, as one of GitLab's runners with a shell would, and says what each job did.

What it does not do as GitLab does, and how that is met here:
- a failed child pipeline passes: the child's file is run as a pipeline of its own, see `flows_test.py`;
- timeouts, retries, resource groups and blocking manual jobs are ignored: `status_model.py` looks at those in the YAML.
"""
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess

import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
SERVER = "gitlab.example.test"
# A flow takes seconds; a hang must end the test and not the CI job's patience.
PATIENCE_SECONDS = 240
FINISHED = re.compile(r"^(?!pipeline )(\S+(?:: \[[^\]]*\])?) +finished in [0-9.]+ \S+(?: +(WARN|FAIL) (\d+))? *$", re.MULTILINE)


def version():
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    return re.search(r"project\(sluice VERSION ([0-9.]+)", text).group(1)


def install(build_folder):
    """gitlab-ci-local from the lock file, once for each state of that file. Returns the folder node_modules."""
    lock = (HERE / "package-lock.json").read_bytes() + (HERE / "package.json").read_bytes()
    folder = pathlib.Path(build_folder).resolve() / f"gitlab-ci-local-{hashlib.sha256(lock).hexdigest()[:12]}"
    if not folder.exists():
        making = folder.with_suffix(f".{os.getpid()}")
        making.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, making)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=making, check=True,
                       stdout=subprocess.DEVNULL, timeout=300)
        try:
            making.rename(folder)
        except OSError:  # another test was first
            shutil.rmtree(making)
    return folder / "node_modules"


def node_folder(modules):
    """Where the pinned node is. By its package: npm 9 makes no link to it in .bin."""
    return next(modules.glob("node-linux-*")) / "bin"


@dataclasses.dataclass
class Run:
    """One pipeline. `jobs` has the exit code of every job that ran; `allowed` those whose failure was allowed."""
    exit: int
    jobs: dict
    allowed: set
    text: str
    folder: pathlib.Path

    @property
    def failed(self):
        return {name for name, code in self.jobs.items() if code != 0 and name not in self.allowed}

    def logs(self):
        return sorted((self.folder / ".gitlab-ci-local" / "output").glob("*.log"))

    def artifacts(self):
        return sorted(path for path in (self.folder / ".gitlab-ci-local" / "artifacts").rglob("*") if path.is_file())


class Gcl:
    def __init__(self, build_folder, tools):
        self.modules = install(build_folder)
        self.tools = tools

    def command(self, *arguments):
        return [str(node_folder(self.modules) / "node"), str(self.modules / "gitlab-ci-local" / "dist" / "index.js"),
                "--shell-isolation", "--force-shell-executor", "--no-artifacts-to-source", *arguments]

    def environment(self, home):
        path = ([str(self.tools)] if self.tools else []) + [str(node_folder(self.modules)), "/usr/local/bin", "/usr/bin", "/bin"]
        # The runner's own temporary files stay in the sandbox too.
        return {"PATH": ":".join(path), "HOME": str(home), "NO_COLOR": "1", "LC_ALL": "C.UTF-8",
                "PYTHONDONTWRITEBYTECODE": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}

    def call(self, folder, *arguments, variables=None, source="push"):
        """One call in the repository at FOLDER; what it prints on both streams, and its exit code."""
        secrets = pathlib.Path(folder).parent / "variables.yml"
        # With the type said: a value that is the path of a file would otherwise be taken for a file variable.
        # A value that is itself a mapping has one value for each environment.
        typed = {name: {"type": "variable", "values": value if isinstance(value, dict) else {"*": value}}
                 for name, value in (variables or {}).items()}
        secrets.write_text(yaml.safe_dump(typed), encoding="utf-8")
        # Predefined variables go before those that are given, unless they are ignored by name.
        predefined = {"CI_PIPELINE_SOURCE": source, "GITLAB_CI": "true"}
        predefined |= {name: value for name, value in (variables or {}).items() if name.startswith("CI_")}
        given = [word for name, value in predefined.items() for word in ("--variable", f"{name}={value}")]
        return subprocess.run(
            self.command("--variables-file", os.path.relpath(secrets, folder), *given, "--ignore-predefined-vars", ",".join(predefined), *arguments),
            cwd=folder, env=self.environment(pathlib.Path(folder).parent), check=False, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=PATIENCE_SECONDS)

    def run(self, folder, *jobs, file=".gitlab-ci.yml", variables=None, source="push"):
        done = self.call(folder, "--file", file, "--json-schema-validation=false", *jobs, variables=variables, source=source)
        text = done.stdout + done.stderr
        found = FINISHED.findall(text)
        codes = {name: int(code or 0) for name, _, code in found}
        allowed = {name for name, word, _ in found if word == "WARN"}
        return Run(done.returncode, codes, allowed, text, pathlib.Path(folder))

    def listed(self, folder, file=".gitlab-ci.yml", variables=None, source="push"):
        # The schema is asked once, by `expanded`; it takes longer than all the rest.
        done = self.call(folder, "--file", file, "--list-json", "--json-schema-validation=false", variables=variables, source=source)
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
        return json.loads(done.stdout)

    def expanded(self, folder, file=".gitlab-ci.yml", variables=None, source="push"):
        done = self.call(folder, "--file", file, "--preview", variables=variables, source=source)
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
        return load_yaml(done.stdout)


class Loader(yaml.SafeLoader):
    """GitLab's own tag, which the preview resolves and the templates may hold."""


Loader.add_constructor("!reference", lambda loader, node: loader.construct_sequence(node))


def load_yaml(text):
    return yaml.load(text, Loader=Loader)  # a SafeLoader with one tag more


def load_documents(text):
    return list(yaml.load_all(text, Loader=Loader))


def as_remote(folder):
    """What a clone of GitLab's has, and gitlab-ci-local asks for: a remote with a default branch."""
    git = ["git", "-C", str(folder)]
    subprocess.run([*git, "remote", "add", "origin", f"https://{SERVER}/acme/app.git"], check=True)
    subprocess.run([*git, "update-ref", "refs/remotes/origin/main", "main"], check=True)
    subprocess.run([*git, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"], check=True)


def seed_project(folder, ref=None, paths=("ci-templates/gitlab", "gitlab/templates")):
    """Puts our templates where `include: project` finds them without a server: those of the tag REF."""
    to = pathlib.Path(folder) / ".gitlab-ci-local" / "includes" / SERVER / "sluice" / "sluice" / (ref or f"v{version()}")
    for path in paths:
        shutil.copytree(ROOT / path, to / path, dirs_exist_ok=True)
