#!/usr/bin/env python3
"""kill -9 at twenty points of a snapshot to Ceph.

After each the store lists nothing half, and the next snapshot is good and proved so. In the end one prune sets aside and a
later one frees: what is left is what the snapshots that stay have listed, object by object.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(os.environ["SLUICE_SOURCE_FOLDER"]) / "tests/support"))
from fault_proxy import Fault, RunningProxy  # noqa: E402
from s3_lab import BIN, BUCKET, Lab, shifted_clock  # noqa: E402

POINTS = 20
ROWS = 60_000
STORE = f"s3://{BUCKET}/killed"
TAKE = ["--source", "dbname=shop", "--name", "shop", "--jobs", "2", "--store", STORE]


class Checks:
    def __init__(self):
        self.failed = 0

    def __call__(self, name, problems):
        for problem in problems:
            print("#   " + str(problem).replace("\n", "\n#   "))
        print(f"{'not ok' if problems else 'ok'} - {name}", flush=True)
        self.failed += bool(problems)


def document(lab, *arguments, **more):
    done = lab.tool("db-snapshot", *arguments, "--json", "--store", STORE, **more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def change_rows(lab):
    # All of them, so that each run has everything to store.
    lab.sql("SET client_min_messages = warning; DROP TABLE IF EXISTS item; CREATE TABLE item AS SELECT i, sha512((random() || ' ' || i)::text::bytea)::text AS t "
            f"FROM generate_series(1, {ROWS}) AS i", "shop")


def requests_of_a_run(lab):
    change_rows(lab)
    with RunningProxy(lab.port) as proxy:
        assert lab.tool("db-snapshot", *TAKE, endpoint=proxy.endpoint).returncode == 0
        return proxy.proxy.requests


def killed_run(lab, requests):
    """Killed as this request arrives, which is the same moment on a fast machine and a slow one; whether it was in time."""
    with RunningProxy(lab.port) as proxy:
        run = subprocess.Popen([BIN / "db-snapshot", *TAKE], env=lab.environment(proxy.endpoint),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while proxy.proxy.requests < requests and run.poll() is None:
            time.sleep(0.0005)
        run.kill()
        return run.wait() == -signal.SIGKILL


def half_snapshots(lab, known=frozenset()):
    """Whatever is listed and not as it should be; those in `known` have been verified before."""
    problems = []
    for entry in document(lab, "list")["snapshots"]:
        complete = entry["state"] == "complete"
        if not complete and (entry["latest"] or entry["state"] not in ("running", "dead")):
            problems.append(entry)
        if complete and entry["id"] not in known and lab.tool("db-snapshot", "verify", entry["id"], "--name", "shop", "--store",
                                                              STORE).returncode != 0:
            problems.append(f"not whole: {entry}")
    return problems


def next_snapshot(lab):
    done = lab.tool("db-snapshot", *TAKE)
    if done.returncode != 0:
        return [f"the next snapshot ended with {done.returncode}: {done.stderr}"]
    verified = lab.tool("db-snapshot", "verify", "latest", "--name", "shop", "--store", STORE, "--restore-to",
                        "dbname=postgres")
    return [] if verified.returncode == 0 else [f"verify ended with {verified.returncode}: {verified.stderr}"]


def kill_at_points(lab, check):
    whole_run = requests_of_a_run(lab)
    known = {entry["id"] for entry in document(lab, "list")["snapshots"]}
    print(f"# point  at request (of {whole_run})  chunks stored  is listed as")
    for point in range(POINTS):
        at = max(1, whole_run * (point + 1) // (POINTS + 1))
        while True:
            change_rows(lab)
            before = len(lab.keys("killed/chunks/"))
            if killed_run(lab, at):
                break
            at -= 1  # it ended first: two workers do not always ask as often
        listed = document(lab, "list")["snapshots"]
        print(f"# {point + 1:>5} {at:>18} {len(lab.keys('killed/chunks/')) - before:>14}"
              f"  {', '.join(entry['state'] for entry in listed if entry['id'] not in known) or 'nothing'}")
        check(f"whole after kill {point + 1}", half_snapshots(lab, known) + next_snapshot(lab))
        known = {entry["id"] for entry in document(lab, "list")["snapshots"]}


def stored_names(chunks):
    """A chunk that is stored as a difference bears its base's name too."""
    return ["-".join([name, *(chunks[base][0] for base in rest[4:])]) for name, *rest in chunks]


def left_over(lab):
    """Objects that nobody needs, and those that are missing, once the prunes are through."""
    kept = document(lab, "list")["snapshots"]
    wanted = {"store.json", "snapshots/shop/latest", "snapshots/shop/history.json"}
    for entry in kept:
        folder = f"snapshots/shop/{entry['id']}"
        manifest = json.loads(lab.get(f"killed/{folder}/manifest.json"))
        wanted |= {f"chunks/{name[:2]}/{name}" for name in stored_names(manifest["chunks"])}
        wanted |= {f"{folder}/{name}.json" for name in ("manifest", "status", "verified")}
    # Marks of runs that were given up stay for a month: such a run may wake up.
    found = {key.removeprefix("killed/") for key in lab.keys("killed/")}
    found = {key for key in found if not key.startswith("given-up/")}
    return [f"left over: {key}" for key in sorted(found - wanted)] + [f"missing: {key}" for key in sorted(wanted - found)]


def prune_all(lab):
    prune = ["prune", "--keep-last", "1", "--grace", "0s"]
    first = document(lab, *prune, **shifted_clock("+2h"))
    # What a move has copied is freed after an hour at the earliest: see the decision on chunks removed in two steps.
    second = document(lab, *prune, **shifted_clock("+4h"))
    print(f"# set aside {first['set_aside']['chunks']} chunks, then freed {second['freed']['chunks']}")
    removed = sum(snapshot["removed"] for snapshot in first["snapshots"])
    return [report["not_removed"] for report in (first, second) if report["not_removed"]] + (
        [] if removed >= POINTS and second["freed"]["chunks"] > 0 else [f"removed {removed} snapshots: {second}"])


def stopped_run(lab):
    """Cancelled while its first write of a chunk hangs: it says so itself, and at once."""
    change_rows(lab)
    with RunningProxy(lab.port, Fault("stalled", 10**6, "PUT", "/chunks/")) as proxy:
        run = subprocess.Popen([BIN / "db-snapshot", *TAKE], env=lab.environment(proxy.endpoint), stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
        while proxy.faults.done == 0 and run.poll() is None:
            time.sleep(0.01)
        run.terminate()
        said = run.communicate()[1]
    entry = max(document(lab, "list")["snapshots"], key=lambda snapshot: snapshot["id"])
    problems = [] if run.returncode == 128 + signal.SIGTERM else [f"ended with {run.returncode}: {said}"]
    return problems + ([] if entry["state"] == "failed" and "signal 15" in entry["problem"] else [f"listed as {entry}: {said}"])


def main():
    check = Checks()
    with Lab() as lab:
        lab.sql("CREATE DATABASE shop")
        kill_at_points(lab, check)
        check("a run that is stopped while it writes says so", stopped_run(lab))
        check("prune ends well", prune_all(lab))
        check("nothing leaks that prune does not remove", left_over(lab))
        check("what stays is whole", half_snapshots(lab))
    return check.failed != 0


if __name__ == "__main__":
    sys.exit(main())
