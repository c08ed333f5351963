"""What the scripts here share."""
import json
import os
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, os.environ["SLUICE_SOURCE_FOLDER"] + "/tests/support")

from tool_cases import (SOURCE, Outcome, Postgres, case, clean_environment, eventually, folder, free_port,  # noqa: E402, F401
                        run_cases, run_tool, wait_for_port)

HERE = pathlib.Path(SOURCE) / "tests/tools/gate-wait"
BUILD = pathlib.Path(os.environ["SLUICE_BUILD_FOLDER"])


def gate(*conditions, **more):
    """A gate file's document."""
    return {"version": 1, "name": "test", "timeout": "20s", **more, "conditions": list(conditions)}


def gate_wait(*arguments, document=None, environment=None, limit=60, cwd=None):
    """Runs the tool; `document` is a gate given on stdin for the argument "-"."""
    return run_tool(*arguments, text=document, environment=environment, limit=limit, cwd=cwd)


def lines_of(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]


def result_of(path):
    """The final document beside a record."""
    return json.loads(pathlib.Path(str(path) + ".final.json").read_text())


class Waiting:
    """The tool in the background."""

    def __init__(self, *arguments, document=None, environment=None, cwd=None):
        self._process = subprocess.Popen([sys.argv[1], *map(str, arguments)],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                         env=clean_environment(environment), cwd=cwd)
        if document is not None:
            self._process.stdin.write(json.dumps(document).encode())
        self._process.stdin.close()
        self._process.stdin = None
        self.pid = self._process.pid

    def running(self):
        return self._process.poll() is None

    def catches(self, number=signal.SIGTERM):
        """Whether the tool has got so far that the signal would not just end it. Source: proc(5), SigCgt."""
        caught = next(line for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines() if line.startswith("SigCgt"))
        return int(caught.split()[1], 16) >> (number - 1) & 1 == 1

    def signal(self, number=signal.SIGTERM):
        if self.running():
            self._process.send_signal(number)

    def end(self, limit=60):
        out, err = self._process.communicate(timeout=limit)
        return Outcome(self._process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))
