"""What the script tests of tools share: cases that print "ok - NAME", running the tool, a PostgreSQL of their own."""
import atexit
import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import traceback

SOURCE = pathlib.Path(os.environ["SLUICE_SOURCE_FOLDER"])
TOOL = pathlib.Path(sys.argv[1]).name if len(sys.argv) > 1 else "?"
_cases = []


def case(function):
    """Registers a test case; its docstring is its name."""
    _cases.append(function)
    return function


def run_cases():
    """Runs all cases, or those whose name holds an argument behind the tool's path."""
    failed = False
    wanted = sys.argv[2:]
    for function in _cases:
        name = function.__doc__.strip().splitlines()[0]
        if wanted and not any(word in name for word in wanted):
            continue
        try:
            function()
            print(f"ok - {TOOL}: {name}", flush=True)
        except Exception:  # noqa: BLE001: whatever it is, the case failed
            failed = True
            print(f"not ok - {TOOL}: {name}")
            print("".join("#   " + line + "\n" for line in traceback.format_exc().splitlines()), flush=True)
    sys.exit(1 if failed else 0)


class Outcome:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return f"exit {self.code}\nstdout: {self.out}\nstderr: {self.err}"


def run_tool(*arguments, text=None, environment=None, limit=60, cwd=None):
    """Runs the tool under test; `text` is a document, a text or bytes on its stdin."""
    content = text if isinstance(text, (str, bytes)) or text is None else json.dumps(text, indent=1)
    data = content.encode() if isinstance(content, str) else content
    done = subprocess.run([sys.argv[1], *map(str, arguments)], input=data, capture_output=True, timeout=limit,
                          env=clean_environment(environment), cwd=cwd, check=False)
    return Outcome(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def clean_environment(extra=None):
    # What CI or the machine has set must not stand in for what a test does not give.
    own = ("PG", "CI_", "GITLAB_", "JENKINS_", "BUILD_", "http_proxy", "https_proxy", "no_proxy", "SLUICE_STORE", "TZDIR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own) and name not in ("CI", "GIT_COMMIT")}
    return {**kept, **(extra or {})}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_for_port(port, limit=30):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        with socket.socket() as one:
            one.settimeout(1)
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}")


def eventually(question, limit=30):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if question():
            return True
        time.sleep(0.02)
    return False


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory() as path:
        os.chmod(path, 0o755)  # a PostgreSQL below it runs as another user
        yield pathlib.Path(path)


class Postgres:
    """A private server, stopped when the script ends."""

    _shared = None

    @classmethod
    def shared(cls):
        if cls._shared is None:
            cls._shared = cls()
        return cls._shared

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory()
        os.chmod(self._folder.name, 0o755)
        facts = self._script("start", self._folder.name, "--set", "fsync=off")
        self.facts = dict(line.split("=", 1) for line in facts.splitlines())
        atexit.register(self._stop)

    def _script(self, *arguments):
        return subprocess.run(["bash", str(SOURCE / "common/shell/private_postgres.sh"), *arguments],
                              check=True, capture_output=True, text=True).stdout

    def _stop(self):
        self._script("stop", self._folder.name)
        self._folder.cleanup()

    def variables(self, database="postgres", user="postgres"):
        return {"PGHOST": self.facts["PGHOST"], "PGPORT": self.facts["PGPORT"], "PGUSER": user, "PGDATABASE": database}

    def conninfo(self, database="postgres", user="postgres"):
        return f"host={self.facts['PGHOST']} port={self.facts['PGPORT']} user={user} dbname={database}"

    def psql(self, sql, database="postgres"):
        done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", sql], capture_output=True, text=True,
                              env=clean_environment(self.variables(database)), check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()
