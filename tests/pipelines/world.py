#!/usr/bin/python3
"""The world that a scenario of scenarios.json begins in, and the answers to what must hold at its end.

    world.py start DIR SCENARIO --tools BIN [--add FOLDER]
                                               makes it; prints NAME=VALUE lines, the variables that the pipeline is given
    world.py inject DIR SCENARIO --tools BIN   lets the fault happen, just before the pipeline starts
    world.py second DIR SCENARIO               waits until the second pipeline of the scenario has to start
    world.py judge DIR SCENARIO OUTCOME        holds OUTCOME, written by the runner, to what the scenario says
    world.py stop DIR                          ends the service and the server

DIR holds everything: repo/ (the users' repository), disk/store/, app/ (what is deployed), postgres/, variables.json, secrets.json.
Python runners import World instead. README.md describes the formats.
"""
import argparse
import datetime
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time

import psycopg2

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
POSTGRES = ROOT / "common" / "shell" / "private_postgres.sh"
DATABASES = {"production": "shop", "rehearsal": "rehearsal", "acceptance": "acceptance", "union": "union_stage"}
# Enough for whatever a machine with two processors does at the same time; a wait that ends here is a failure.
PATIENCE_SECONDS = 60


def scenarios():
    return json.loads((HERE / "scenarios.json").read_text(encoding="utf-8"))["scenarios"]


def scenario_named(name):
    return next(one for one in scenarios() if one["id"] == name)


def clean_environment(**more):
    """Without what CI or the machine has set: it would stand in for what a pipeline forgot to pass."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return kept | {"LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"} | more


def run(*command, **options):
    done = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done


class World:
    def __init__(self, folder, scenario, tools=None):
        self.folder = pathlib.Path(folder).resolve()
        self.given = scenario["given"]
        self.scenario = scenario
        self.tools = tools
        self.repo = self.folder / "repo"
        self.store = self.folder / "disk" / "store"
        self.variables = {}
        self.secrets = []
        if (self.folder / "variables.json").exists():
            self.variables = json.loads((self.folder / "variables.json").read_text(encoding="utf-8"))
            self.secrets = json.loads((self.folder / "secrets.json").read_text(encoding="utf-8"))

    # ---- making it ---------------------------------------------------------------------------------------------------

    def start(self, added=None):
        """ADDED: a folder whose files, the runner's own, are part of what is deployed already."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)  # the server's own user passes through
        self._start_server()
        self._choose_variables()
        self._make_roles()
        self._make_repository(added)
        self.store.parent.mkdir()
        self._tool("db-snapshot", "init", "--store", str(self.store))
        if self.given["production"] != "none":
            self._make_production()
        if self.given["production"] == "lost":
            self._lose_production()
        self._commit_change()
        return self.variables

    def _start_server(self):
        answer = run(str(POSTGRES), "start", str(self.folder / "postgres"), env=clean_environment()).stdout
        self.server = dict(line.split("=", 1) for line in answer.splitlines())
        (self.folder / "server.json").write_text(json.dumps(self.server), encoding="utf-8")

    def _password(self):
        word = secrets.token_hex(12)
        self.secrets.append(word)
        return word

    def _choose_variables(self):
        port = self.server["PGPORT"]
        self.passwords = {role: self._password() for role in ("shop_owner", "shop_monitor", "stage_owner")}
        mask_key = secrets.token_hex(32)
        self.secrets.append(mask_key)

        def url(role, database):
            return f"postgresql://{role}:{self.passwords[role]}@127.0.0.1:{port}/{database}"

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            app_port = free.getsockname()[1]
        self.variables = {
            "DATABASE_URL": url("shop_owner", "shop"),
            "MONITOR_URL": url("shop_monitor", "shop"),
            "REHEARSAL_URL": url("stage_owner", DATABASES["rehearsal"]),
            "ACCEPTANCE_URL": url("stage_owner", DATABASES["acceptance"]),
            "UNION_URL": url("stage_owner", DATABASES["union"]),
            "MASK_KEY": mask_key,
            "SLUICE_STORE": str(self.store),
            "APP_HOME": str(self.folder / "app"),
            "PORT": str(app_port),
            "PRODUCTION_ID": self.answer("postgres", "SELECT system_identifier FROM pg_control_system()"),
        }
        (self.folder / "variables.json").write_text(json.dumps(self.variables), encoding="utf-8")
        (self.folder / "secrets.json").write_text(json.dumps(self.secrets), encoding="utf-8")

    def _make_roles(self):
        for role, password in self.passwords.items():
            self.ask("postgres", f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
        self.ask("postgres", "ALTER ROLE shop_owner CREATEDB")
        self.ask("postgres", "ALTER ROLE stage_owner CREATEDB")
        # Who restores has to end the service's sessions, and the stages hold production's objects.
        self.ask("postgres", "GRANT pg_signal_backend, pg_monitor TO shop_owner, stage_owner")
        self.ask("postgres", "GRANT shop_owner, shop_monitor TO stage_owner")

    def _git(self, *arguments):
        return run("git", "-C", str(self.repo), "-c", "user.name=Test", "-c", "user.email=test@shop.example", *arguments,
                   env=clean_environment(GIT_CONFIG_GLOBAL="/dev/null", HOME=str(self.folder))).stdout.strip()

    def _make_repository(self, added):
        shutil.copytree(HERE / "app", self.repo)
        if added:
            shutil.copytree(added, self.repo, dirs_exist_ok=True)
        policy = self.repo / "policies" / f"{self.given.get('policy', 'shop')}.json"
        shutil.copy(policy, self.repo / "policy.json")
        (self.repo / "gate.json").write_text(json.dumps(self.gate()), encoding="utf-8")
        (self.repo / ".gitignore").write_text("/.gitlab-ci-local/\n", encoding="utf-8")
        run("git", "init", "-q", "-b", "main", str(self.repo), env=clean_environment())
        self._commit("The shop")

    def _commit(self, message):
        self._git("add", "-A")
        self._git("commit", "-q", "-m", message)

    def gate(self):
        """A gate whose only condition is a window, open or closed at this moment."""
        now = datetime.datetime.now(datetime.timezone.utc)
        every_day = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        hour = datetime.timedelta(hours=1)
        days, opens, closes = every_day, now - 2 * hour, now + 2 * hour
        if self.given.get("window") == "closed":
            days = [every_day[(now.weekday() + 3) % 7]]
            opens = now.replace(hour=10, minute=0)
            closes = opens + hour
        window = {"tz": "UTC", "rule": {"days": days}, "from": f"{opens:%H:%M}", "to": f"{closes:%H:%M}"}
        return {"version": 1, "name": "release", "conditions": [{"id": "window", "type": "window", **window}]}

    def _job_environment(self):
        path = f"{self.tools}:{os.environ['PATH']}" if self.tools else os.environ["PATH"]
        return clean_environment(**self.variables) | {"PATH": path, "HOME": str(self.folder)}

    def _tool(self, name, *arguments):
        return run(f"{self.tools}/{name}", *arguments, env=self._job_environment()).stdout

    def _make_production(self):
        self.ask("postgres", "CREATE DATABASE shop OWNER shop_owner")
        run("./migrate", "up", cwd=self.repo, env=self._job_environment())
        self.ask("production", "SET ROLE shop_owner; " + (self.repo / "seed.sql").read_text(encoding="utf-8"))
        run("./deploy", cwd=self.repo, env=self._job_environment())
        self._tool("db-restore-or-init", "mark", "--target", "env:DATABASE_URL", "--environment", "production")
        self._tool("db-snapshot", "--source", "env:DATABASE_URL", "--name", "shop-masked", "--mask", str(self.repo / "mask.json"))
        if self.given.get("snapshot"):
            self._tool("db-snapshot", "--source", "env:DATABASE_URL", "--name", "shop")
        self._git("tag", "deployed-1")

    def deployed(self):
        """The revision that production runs, or nothing."""
        return self._git("rev-parse", "deployed-1^{commit}") if "deployed-1" in self._git("tag").split() else None

    def _lose_production(self):
        """The server burns down; its successor has the same address, the roles and no databases."""
        time.sleep(1.1)  # so that the snapshot is older than the payroll's policy allows
        run(str(POSTGRES), "stop", str(self.folder / "postgres"), "immediate", env=clean_environment())
        shutil.rmtree(self.folder / "postgres" / "data")
        self._start_server()
        self._make_roles()

    def _commit_change(self):
        for name in self.given.get("changes", []):
            shutil.copytree(HERE / "changes" / name, self.repo, dirs_exist_ok=True)
            self._commit(f"The release: {name}")

    # ---- what goes wrong ---------------------------------------------------------------------------------------------

    def inject(self):
        fault = self.given.get("fault")
        if fault == "store-gone":
            self.store.parent.rename(self.folder / "disk.unmounted")
        elif fault == "application-down":
            os.kill(int((self.folder / "app" / "pid").read_text(encoding="utf-8")), signal.SIGTERM)
        elif fault == "lock-held":
            self._hold_lock()
        elif fault is not None:
            raise ValueError(f"unknown fault {fault}")

    def _hold_lock(self):
        holder = subprocess.Popen(
            [f"{self.tools}/gate-wait", "hold", "--target", "env:DATABASE_URL", "--key", "sluice", "--", "sleep", "300"],
            env=self._job_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        (self.folder / "holder.pid").write_text(str(holder.pid), encoding="utf-8")
        self._until("postgres", "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory')")

    def wait_for_second(self):
        self._until("production", self.given["second"]["starts_when"])

    def _until(self, database, question):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if self.ask(database, question)[0][0]:
                return
            time.sleep(0.1)
        raise TimeoutError(f"never true: {question}")

    # ---- what holds --------------------------------------------------------------------------------------------------

    def ask(self, database, sql):
        """As the superuser through the socket, which no tool and no pipeline can use."""
        if not hasattr(self, "server"):
            self.server = json.loads((self.folder / "server.json").read_text(encoding="utf-8"))
        connection = psycopg2.connect(host=self.server["PGHOST"], port=self.server["PGPORT"], user="postgres",
                                      dbname=DATABASES.get(database, database))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def answer(self, database, sql):
        try:
            rows = self.ask(database, sql)
        except psycopg2.Error as error:
            return f"error: {str(error).splitlines()[0]}"
        return "\n".join("|".join("" if cell is None else str(cell) for cell in row) for row in rows)

    def revision_running(self):
        path = self.folder / "app" / "revision"
        return path.read_text(encoding="utf-8").strip() if path.exists() else None

    def judge(self, outcome):
        """What of the scenario does not hold, a sentence each; empty when all of it does. OUTCOME: see README.md."""
        then = self.scenario["then"]
        wrong = list(self._wrong_run(then, outcome))
        if "then_second" in self.scenario:
            wrong += [f"second pipeline: {text}" for text in self._wrong_run(self.scenario["then_second"], outcome["second"])]
        wrong += self._wrong_databases(then)
        wrong += self._wrong_code(then)
        wrong += self._leaks(outcome)
        return wrong

    @staticmethod
    def _wrong_run(then, outcome):
        if outcome["result"] != then["result"]:
            yield f"the pipeline is {outcome['result']}, not {then['result']}"
        steps = outcome["steps"]
        for step, wanted in then["ran"].items():
            if step not in steps:
                if not isinstance(wanted, list) or None not in wanted:
                    yield f"{step} did not run"
            elif steps[step]["exit"] not in (wanted if isinstance(wanted, list) else [wanted]):
                yield f"{step} ended with {steps[step]['exit']}, not {wanted}"
        for step in then["not_run"]:
            if step in steps:
                yield f"{step} ran"
        unexpected = set(steps) - set(then["ran"]) - set(then["not_run"])
        if unexpected:
            yield f"nothing is said of {sorted(unexpected)}, and it ran"
        for name, wanted in then.get("results", {}).items():
            if not re.fullmatch(wanted, outcome["results"].get(name, "(missing)")):
                yield f"{name} is '{outcome['results'].get(name, '(missing)')}', which is not {wanted}"
        for text in then.get("said", []):
            if not any(text in pathlib.Path(log).read_text(encoding="utf-8", errors="replace") for log in outcome["logs"]):
                yield f"no log says '{text}'"

    def _wrong_databases(self, then):
        for one in then["databases"]:
            answer = self.answer(one["of"], one["sql"])
            if answer != one["is"]:
                yield f"{one['of']}: {one['sql']}: is '{answer}', not '{one['is']}'"

    def _wrong_code(self, then):
        wanted = {"candidate": self._git("rev-parse", "HEAD"), "deployed": self.deployed(), "none": None}[then["code"]]
        if self.revision_running() != wanted:
            yield f"the code that runs is {self.revision_running()}, not {then['code']} ({wanted})"

    def _leaks(self, outcome):
        files = [pathlib.Path(file) for file in outcome["logs"] + outcome.get("artifacts", [])]
        if not files:
            yield "there is no log to look for secrets in"
        for file in files:
            text = file.read_bytes()
            for number, secret in enumerate(self.secrets):
                if secret.encode() in text:
                    yield f"secret number {number} stands in {file}"

    # ---- the end -----------------------------------------------------------------------------------------------------

    def stop(self):
        for file in (self.folder / "holder.pid", self.folder / "app" / "pid"):
            if file.exists():
                try:
                    os.killpg(int(file.read_text(encoding="utf-8")), signal.SIGTERM)
                except (ProcessLookupError, PermissionError):
                    pass
        if (self.folder / "postgres").exists():
            subprocess.run([str(POSTGRES), "stop", str(self.folder / "postgres"), "immediate"], check=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["start", "inject", "second", "judge", "stop"])
    parser.add_argument("folder")
    parser.add_argument("scenario", nargs="?")
    parser.add_argument("outcome", nargs="?")
    parser.add_argument("--tools", help="the folder with the programs")
    parser.add_argument("--add", help="a folder whose files become part of what is deployed already")
    asked = parser.parse_args()
    scenario = scenario_named(asked.scenario) if asked.scenario else {"given": {}}
    world = World(asked.folder, scenario, asked.tools)
    if asked.verb == "start":
        world.start(asked.add)
        print("\n".join(f"{name}={value}" for name, value in world.variables.items()))
    elif asked.verb == "judge":
        wrong = world.judge(json.loads(pathlib.Path(asked.outcome).read_text(encoding="utf-8")))
        print("\n".join(wrong))
        return 1 if wrong else 0
    else:
        {"inject": world.inject, "second": world.wait_for_second, "stop": world.stop}[asked.verb]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
