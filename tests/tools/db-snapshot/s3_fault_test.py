#!/usr/bin/env python3
"""Snapshot, verify and restore on Ceph through a proxy that spoils requests, a fault a row.

What passes by itself must be waited out and the result be right. What does not must end in one clear error with the right
exit code, with no database and no snapshot that is not whole.
"""

import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(os.environ["SLUICE_SOURCE_FOLDER"]) / "tests/support"))
from fault_proxy import Fault, RunningProxy  # noqa: E402
from s3_lab import BUCKET, Lab, shifted_clock  # noqa: E402

# By default what stays would be waited for five minutes.
PATIENCE = "8s"
# libcurl looks at the mean of five seconds, so that a stall is seen five seconds late.
FOR_STALLS = "24s"
ROWS = "SELECT count(*) || ' ' || md5(string_agg(i || t, ',' ORDER BY i)) FROM item"
CHUNK = r"/chunks/"
MANIFEST = r"/manifest\.json"
PART = "partNumber="
WHOLE = r"\?uploadId="  # completes an upload in parts, or aborts it


@dataclasses.dataclass
class Row:
    name: str
    fault: Fault = None
    # Of snapshot, verify and restore. 10 is the restore's word for an origin that cannot be read and no other named.
    codes: tuple = (0, 0, 0)
    says: str = ""  # in the error of each step that fails
    variables: dict = dataclasses.field(default_factory=dict)
    patience: str = PATIENCE


def every(count, kind):
    return Fault(kind, every=count)


def always(kind, method=".*", target=".*"):
    return Fault(kind, 1, method, target)


TABLE = [
    Row("nothing"),
    Row("every 3rd request reset before it arrives", every(3, "reset before")),
    Row("every 3rd answer lost in a reset", every(3, "reset after")),
    Row("every 3rd answer 500", every(3, "status 500")),
    Row("every 2nd answer 503 SlowDown", every(2, "status 503")),
    Row("every answer slow", every(1, "slow")),
    Row("every 25th answer stalls half-way", every(25, "stalled"), patience=FOR_STALLS),
    Row("every 3rd answer cut short", every(3, "truncated")),
    Row("every 4th answer ExpiredToken", every(4, "expired token")),
    Row("every answer to PUT lost at first", Fault("reset after", 2, "PUT")),
    Row("our clock two hours ahead", variables=shifted_clock("+2h")),
    Row("our clock two days behind", variables=shifted_clock("-2d")),
    Row("resets without end", always("reset before"), (75, 75, 10)),
    Row("503 without end", always("status 503"), (75, 75, 10), "SlowDown"),
    Row("500 to every chunk written", always("status 500", "PUT", CHUNK), (75, 0, 0), "InternalError"),
    Row("500 to every chunk read", always("status 500", "GET", CHUNK), (0, 75, 75), "InternalError"),
    Row("every answer to a chunk written lost", always("reset after", "PUT", CHUNK), (75, 0, 0)),
    Row("the answer to the manifest always lost", always("reset after", "PUT", MANIFEST), (75, 0, 0)),
    Row("every chunk written stalls", always("stalled", "PUT", CHUNK), (75, 0, 0)),
    Row("every chunk read stalls", always("stalled", "GET", CHUNK), (0, 75, 75)),
    Row("every chunk read cut short", always("truncated", "GET", CHUNK), (0, 75, 75)),
    Row("every chunk shorter than stored", always("shortened", "GET", CHUNK), (0, 65, 65)),
    Row("wrong bytes in every chunk", always("wrong bytes", "GET", CHUNK), (0, 65, 65)),
    Row("wrong bytes in the manifest", always("wrong bytes", "GET", MANIFEST), (0, 65, 10)),
    Row("a page of a proxy for every list", always("another answer", "GET", "list-type=2"), (75, 0, 10)),
    Row("a page of a proxy for store.json", always("another answer", "GET", r"/store\.json"), (65, 65, 10)),
    Row("ExpiredToken without end", always("expired token"), (77, 77, 10), "ExpiredToken"),
    Row("ExpiredToken to every PUT", always("expired token", "PUT"), (77, 0, 0), "ExpiredToken"),
    Row("AccessDenied to every PUT", always("denied", "PUT"), (77, 0, 0), "AccessDenied"),
    Row("RequestTimeTooSkewed without end", always("skewed"), (75, 75, 10), "RequestTimeTooSkewed"),
]


PRUNES = [
    ("500 to every removal by prune", always("status 500", "DELETE"), 75),
    ("AccessDenied to every removal by prune", always("denied", "DELETE"), 77),
    ("503 to every list for prune", always("status 503", "GET", "list-type=2"), 75),
    ("every 2nd answer to prune lost", every(2, "reset after"), 0),
]


# Only a manifest of some ten thousand chunks is so large that a tool sends it in parts: hence a program of the tests.
UPLOADS_IN_PARTS = [
    ("every 2nd answer to a part lost", Fault("reset after", 2, "PUT", PART), True),
    ("the answer to the whole lost at first", Fault("reset after", 2, "POST", WHOLE), True),
    ("200 and an error for the whole at first", Fault("late error", 2, "POST", WHOLE), True),
    ("500 to every part", always("status 500", "PUT", PART), False),
    ("AccessDenied to the 2nd part", Fault("denied", 1, "PUT", PART + "2"), False),
    ("200 and an error for the whole always", always("late error", "POST", WHOLE), False),
    ("a stop while a part hangs", Fault("stalled", 100, "PUT", PART + "2"), False),
]


def upload_problems(lab, fault, succeeds, prefix, patience=PATIENCE):
    """The object is there whole or not at all, and no parts stay behind."""
    folder = lab.folder / prefix
    folder.mkdir()
    (folder / "large").write_bytes(os.urandom(20 << 20))
    with RunningProxy(lab.port, fault) as proxy:
        upload = lab.begin("../test-bin/s3_bench_tool", "put", f"s3://{BUCKET}/{prefix}?patience={patience}", folder, "1",
                           endpoint=proxy.endpoint)
        if fault.kind == "stalled":
            while not proxy.faults.done and upload.poll() is None:
                time.sleep(0.01)
            upload.terminate()
        said = upload.communicate()[1]
    problems = [] if (upload.returncode == 0) == succeeds else [f"ended with {upload.returncode}: {said}"]
    problems += [] if proxy.faults.done else ["the fault was never met"]
    problems += [f"parts of {key} stay" for key in lab.pending_uploads(f"{prefix}/")]
    if not succeeds or problems:
        return problems + [f"{key} is there" for key in lab.keys(f"{prefix}/")]
    back = lab.get_bytes(f"{prefix}/large")
    return problems + ([] if back == (folder / "large").read_bytes() else ["other bytes are there"])


def prune_problems(lab, fault, wanted, store):
    for text in ("one", "two"):
        taken = lab.tool("db-snapshot", "--name", "config", "--store", store, "--command", "echo", text)
        assert taken.returncode == 0, taken.stderr
        time.sleep(1)  # of two snapshots in the same second nobody can tell which is the newer one
    prune = ["prune", "--keep-last", "1", "--grace", "0s", "--store"]
    with RunningProxy(lab.port, fault) as proxy:
        done = lab.tool("db-snapshot", *prune, store + "?patience=2s", endpoint=proxy.endpoint)
    problems = [] if done.returncode == wanted else [f"prune ended with {done.returncode} and not {wanted}: {done.stderr}"]
    problems += [] if proxy.faults.done else ["the fault was never met"]
    for rest in (["verify", "latest", "--store", store], prune + [store], ["verify", "latest", "--store", store]):
        after = lab.tool("db-snapshot", *rest)
        problems += [] if after.returncode == 0 else [f"{rest[0]} ended with {after.returncode}: {after.stderr}"]
    return problems


class Case:
    """One row: its own prefix for the snapshot, and the undisturbed one to read from where that fails."""

    def __init__(self, lab, row, number):
        self.lab, self.row, self.number = lab, row, number
        self.problems, self.seen, self.spoilt = [], [], 0

    def step(self, what, wanted, name, *arguments):
        faults = [dataclasses.replace(self.row.fault)] if self.row.fault else []
        with RunningProxy(self.lab.port, *faults) as proxy:
            done = self.lab.tool(name, *arguments, endpoint=proxy.endpoint, **self.row.variables)
            self.spoilt += proxy.faults.done
        self.seen.append(done.returncode)
        errors = len(re.findall(": error: |nothing to restore, and --on-missing says stop", done.stderr))
        if done.returncode != wanted:
            self.problems.append(f"{what} ended with {done.returncode} and not {wanted}: {done.stderr[-400:]}")
        elif wanted != 0 and (errors != 1 or self.row.says not in done.stderr or (done.stdout.strip() and wanted != 10)):
            self.problems.append(f"{what} says {errors} errors: {done.stderr[-400:]}{done.stdout[-400:]}")
        if self.lab.s3["SECRET_KEY"] in done.stdout + done.stderr:
            self.problems.append(f"{what} shows the secret key")
        return done.returncode

    def run(self):
        own = f"s3://{BUCKET}/row-{self.number}"
        store = own + f"?patience={self.row.patience}"
        taken = self.step("the snapshot", self.row.codes[0], "db-snapshot", "--source", "dbname=shop", "--name", "shop",
                          "--jobs", "2", "--store", store)
        if taken != 0:
            self.expect_no_half_snapshot(own)
            store = f"s3://{BUCKET}/base?patience={self.row.patience}"
        self.step("verify", self.row.codes[1], "db-snapshot", "verify", "latest", "--name", "shop", "--store", store)
        restored = f"row_{self.number}"
        self.step("the restore", self.row.codes[2], "db-restore-or-init", "--target", f"dbname={restored}", "--stage",
                  "test", "--from", "snapshot:latest", "--name", "shop", "--store", store, "--on-missing", "fail",
                  "--jobs", "2")
        self.expect_all_or_nothing(restored)
        if self.row.fault and not self.spoilt:
            self.problems.append("the fault was never met")
        return self

    def expect_no_half_snapshot(self, store):
        """The manifest may have arrived and the answer to it be lost: then the snapshot is there, and whole."""
        listed = self.lab.tool("db-snapshot", "list", "--json", "--store", store)
        for entry in json.loads(listed.stdout)["snapshots"] if listed.returncode == 0 else []:
            if entry["latest"]:
                self.problems.append(f"a snapshot that failed is the latest one: {entry}")
            verified = self.lab.tool("db-snapshot", "verify", entry["id"], "--name", "shop", "--store", store)
            if (entry["state"] == "complete") != (verified.returncode == 0):
                self.problems.append(f"{entry} and yet: {verified.returncode} {verified.stderr}")

    def expect_all_or_nothing(self, database):
        like = self.lab.sql(f"SELECT coalesce(string_agg(datname, ' '), '') FROM pg_database WHERE datname ~ '{database}(_|$)'")
        if self.seen[2] != 0:
            if like:
                self.problems.append(f"a restore that failed leaves {like}")
        elif self.lab.sql(ROWS, database) != self.lab.sql(ROWS, "shop"):
            self.problems.append("the restored rows differ")
        else:
            self.lab.sql(f"DROP DATABASE {database}")


def main():
    failed = 0
    with Lab() as lab:
        lab.sql("CREATE DATABASE shop")
        lab.sql("CREATE TABLE item AS SELECT i, sha512(i::text::bytea)::text AS t FROM generate_series(1, 60000) AS i", "shop")
        base = lab.tool("db-snapshot", "--source", "dbname=shop", "--name", "shop", "--store", f"s3://{BUCKET}/base")
        assert base.returncode == 0, base.stderr
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            cases = [pool.submit(Case(lab, row, number).run) for number, row in enumerate(TABLE)]
            print(f"# {'fault':<46} {'spoilt':>6}  snapshot verify restore")
            for case in (future.result() for future in cases):
                print(f"# {case.row.name:<46} {case.spoilt:>6} {case.seen[0]:>9} {case.seen[1]:>6} {case.seen[2]:>7}")
                for problem in case.problems:
                    print("#   " + problem.replace("\n", "\n#   "))
                print(f"{'not ok' if case.problems else 'ok'} - {case.row.name}", flush=True)
                failed += bool(case.problems)
        # Ceph makes room for parts when the first one comes, which takes it seconds.
        assert not upload_problems(lab, Fault("slow"), True, "parts", FOR_STALLS)
        for number, (name, fault, succeeds) in enumerate(UPLOADS_IN_PARTS):
            problems = upload_problems(lab, fault, succeeds, f"parts-{number}")
            print("".join(f"#   {problem}\n" for problem in problems), end="")
            print(f"{'not ok' if problems else 'ok'} - upload in parts, {name}", flush=True)
            failed += bool(problems)
        for number, (name, fault, wanted) in enumerate(PRUNES):
            problems = prune_problems(lab, fault, wanted, f"s3://{BUCKET}/prune-{number}")
            print("".join(f"#   {problem}\n" for problem in problems), end="")
            print(f"{'not ok' if problems else 'ok'} - {name}: {wanted}", flush=True)
            failed += bool(problems)
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
