#!/usr/bin/python3
"""Runs every scenario through ci-templates/shell/separated-release as it stands: shell_test.py TOOLS [SCENARIO...]"""
import concurrent.futures
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import world  # noqa: E402

SCRIPT = world.ROOT / "ci-templates" / "shell" / "separated-release"
ENDED = re.compile(r"^sluice: ([a-z-]+) ended with (\d+)$", re.MULTILINE)
# What the script does besides the steps that the scenarios know.
WITHIN = {"rehearsal-data", "restore-lock"}


def settings(given, variables):
    losses = [word for table in given.get("accept_loss", []) for word in ("--accept-loss", table)]
    more = {"GATE_FILE": "gate.json"} if "window" in given else {}
    if given.get("rehearsal"):
        more |= {"REHEARSAL_VARIABLE": "REHEARSAL_URL", "MASKED_NAME": "shop-masked"}
    return more | {
        "DEPLOYED": "deployed-1", "DATABASE_NAME": "shop", "DEPLOY_COMMAND": "./deploy", "ROLLBACK_COMMAND": "./undeploy",
        "MIGRATE_COMMAND": "./migrate up", "SMOKE_DEADLINE": "5s", "CHECKS_DURING_OPTIONS": "--max-outage 5s --after 1s",
        "LOCK_TIMEOUT": given.get("lock_timeout", "30s"),
        "RESTORE_OPTIONS": " ".join(["--production", variables["PRODUCTION_ID"], *losses])}


class Pipeline:
    """One run of the script in a checkout of its own."""

    def __init__(self, place, number, scenario, tools):
        checkout = place.folder / f"checkout-{number}"
        world.run("git", "clone", "-q", str(place.repo), str(checkout), env=world.clean_environment())
        self.log = place.folder / f"run-{number}.log"
        environment = world.clean_environment(**place.variables, **settings(scenario["given"], place.variables))
        environment |= {"PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(place.folder)}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([SCRIPT, scenario["kind"]], cwd=checkout, env=environment, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=subprocess.STDOUT)
        self.checkout = checkout

    def said(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def results(self):
        found = {}
        for file in self.checkout.glob("sluice-*.env"):
            found |= dict(line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines() if "=" in line)
        return {name: shlex.split(value)[0] if value else "" for name, value in found.items()}

    def outcome(self):
        status = self.process.wait()
        steps = {name: {"exit": int(code)} for name, code in ENDED.findall(self.said()) if name not in WITHIN}
        return {"result": "success" if status == 0 else "failed", "steps": steps, "results": self.results()}


def wrong_in(scenario, tools):
    """What of the scenario does not hold, and the log."""
    with tempfile.TemporaryDirectory(prefix="sluice-shell.") as folder:
        place = world.World(folder, scenario, tools)
        try:
            place.start()
            place.inject()
            runs = [Pipeline(place, 1, scenario, tools)]
            if "second" in scenario["given"]:
                place.wait_for_second()
                runs.append(Pipeline(place, 2, scenario, tools))
            outcomes = [one.outcome() for one in runs]
            outcome = {"version": 1, **outcomes[0], "logs": [str(one.log) for one in runs], "artifacts": []}
            if len(outcomes) > 1:
                outcome["second"] = outcomes[1]
            wrong = place.judge(outcome)
            return wrong + [one.said() for one in runs] if wrong else []
        finally:
            place.stop()


STOPPED = {"id": "migration-stopped", "title": "Somebody stops the script during a migration: the database is put back",
           "kind": "auto", "given": {"production": "live", "changes": ["slow-migration"],
                                     "accept_loss": ["shop.customers", "shop.schema_migrations"]}}
UNCHANGED = "SELECT count(*), sum(balance), (SELECT count(*) FROM shop.schema_migrations) FROM shop.customers"


def wrong_when_stopped(tools):
    with tempfile.TemporaryDirectory(prefix="sluice-shell.") as folder:
        place = world.World(folder, STOPPED, tools)
        try:
            place.start()
            run = Pipeline(place, 1, STOPPED, tools)
            deadline = time.monotonic() + world.PATIENCE_SECONDS
            while "sluice-phase: 0003_points" not in run.said() and time.monotonic() < deadline:
                time.sleep(0.02)
            run.process.send_signal(signal.SIGTERM)
            status = run.process.wait()
            state = place.answer("production", UNCHANGED)
            wrong = [] if status == 143 else [f"the script ended with {status}, not 143"]
            wrong += [] if state == "200|20100.00|2" else [f"production is {state}"]
            wrong += [] if "restore" in dict(ENDED.findall(run.said())) else ["nothing was restored"]
            return wrong + [run.said()] if wrong else []
        finally:
            place.stop()


def main():
    tools, names = str(pathlib.Path(sys.argv[1]).resolve()), sys.argv[2:]
    scenarios = [one for one in world.scenarios() if not names or one["id"] in names]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = [(one, pool.submit(wrong_in, one, tools)) for one in scenarios]
        if not names or STOPPED["id"] in names:
            jobs.append((STOPPED, pool.submit(wrong_when_stopped, tools)))
        failed = False
        for scenario, job in jobs:
            wrong = job.result()
            failed = failed or bool(wrong)
            print(f"{'not ok' if wrong else 'ok'} - {scenario['id']}: {scenario['title']}", flush=True)
            for line in "\n".join(wrong).splitlines():
                print(f"#   {line}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
