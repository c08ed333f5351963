#!/usr/bin/env python3
"""snapshot_test.py GATE-WAIT: snapshots that another process takes elsewhere, and backups."""
import datetime
import json
import os
import pathlib
import signal
import subprocess
import time

from support import BUILD, Postgres, Waiting, case, clean_environment, eventually, folder, gate, gate_wait, run_cases

TOOL = BUILD / "bin/db-snapshot"


class Snapshot:
    """db-snapshot in the background, in a working directory of its own."""

    def __init__(self, store, database, where):
        where.mkdir(exist_ok=True)
        self._known = set(self._ids(store))
        self._process = subprocess.Popen([TOOL, "--source", Postgres.shared().conninfo(database), "--store", store, "--name", "shop", "--lock-timeout", "60s"],
                                         cwd=where, env=clean_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        assert eventually(lambda: set(self._ids(store)) - self._known)
        (self.id,) = set(self._ids(store)) - self._known

    @staticmethod
    def _ids(store):
        return [one.parent.name for one in (pathlib.Path(store) / "snapshots/shop").glob("*/status.json")]

    def kill(self):
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def wait(self):
        assert self._process.wait() == 0, self._process.stderr.read()


class Locked:
    """Holds the table, so that a snapshot has begun and can't go on until it is let go."""

    def __init__(self, database):
        self._psql = subprocess.Popen(["psql", "-Xq"], stdin=subprocess.PIPE, env=clean_environment(Postgres.shared().variables(database)),
                                      stdout=subprocess.PIPE, text=True)
        self._psql.stdin.write("BEGIN; LOCK TABLE orders;\n\\echo held\n")
        self._psql.stdin.flush()
        assert self._psql.stdout.readline() == "held\n"

    def let_go(self):
        self._psql.communicate("COMMIT;\n")


def shop():
    server = Postgres.shared()
    if server.psql("SELECT count(*) FROM pg_database WHERE datname = 'shop'") == "0":
        server.psql("CREATE DATABASE shop")
        server.psql("CREATE TABLE orders AS SELECT i AS id, repeat(md5(i::text), 9) AS t FROM generate_series(1, 50000) i", "shop")
    return "shop"


def init(where):
    subprocess.run([TOOL, "init", "--store", where / "store"], check=True, capture_output=True)
    return str(where / "store")


@case
def background_snapshot():
    """the gate opens when a background snapshot of another process completes, in a store that they share"""
    with folder() as where:
        store, database = init(where), shop()
        lock = Locked(database)
        snapshot = Snapshot(store, database, where / "elsewhere")
        (where / "here").mkdir()
        waiting = Waiting("--snapshot", snapshot.id, "--store", store, "--timeout", "2m", "--record", where / "r", cwd=where / "here")
        named = Waiting("--snapshot", snapshot.id, "--store", store, "--name", "shop", "--timeout", "2m", cwd=where / "here")
        time.sleep(1)
        assert waiting.running() and named.running()
        assert gate_wait("--snapshot", snapshot.id, "--store", store, "--once").code == 75
        lock.let_go()
        snapshot.wait()
        done = time.monotonic()
        outcome = waiting.end()
        assert outcome.code == 0 and "every byte was read back" in outcome.err, outcome
        assert time.monotonic() - done < 10
        assert named.end().code == 0
        assert gate_wait("--snapshot", snapshot.id, "--store", store, "--name", "other", "--once").code == 75
        # Noted as verified, it is not read again.
        subprocess.run([TOOL, "verify", snapshot.id, "--store", store, "--name", "shop"], check=True, capture_output=True)
        in_file = gate({"id": "s", "type": "snapshot", "store": store, "name": "shop", "snapshot": snapshot.id, "verify": False})
        assert gate_wait("-", "--once", document=in_file).code == 0
        again = gate_wait("--snapshot", snapshot.id, "--store", store, "--once")
        assert again.code == 0 and "was verified" in again.err, again


@case
def killed_snapshot():
    """the gate fails within the heartbeat's limit when the snapshot is killed"""
    with folder() as where:
        store, database = init(where), shop()
        lock = Locked(database)
        snapshot = Snapshot(store, database, where / "elsewhere")
        waiting = Waiting("--snapshot", snapshot.id, "--store", store, "--timeout", "5m")
        time.sleep(0.5)
        snapshot.kill()
        killed = time.monotonic()
        outcome = waiting.end(limit=120)
        assert outcome.code == 1 and "the snapshot is dead" in outcome.err, outcome
        assert 40 < time.monotonic() - killed < 75  # the last of the heartbeats, 5 s apart, and a minute
        assert gate_wait("--snapshot", snapshot.id, "--store", store).code == 1, "and at once from then on"
        lock.let_go()


@case
def other_ends():
    """a failed, damaged, vanished or never begun snapshot is no reason to go on"""
    with folder() as where:
        store, database = init(where), shop()
        snapshot = Snapshot(store, database, where / "elsewhere")
        snapshot.wait()
        home = where / "store/snapshots/shop" / snapshot.id
        arguments = ("--snapshot", snapshot.id, "--store", store)
        status = json.loads((home / "status.json").read_text())
        for state, heartbeat, code, word in [("failed", "2026-01-01T00:00:00.000Z", 1, "failed: boom"), ("running", "2026-01-01T00:00:00.000Z", 1, "dead"),
                                             ("running", datetime.datetime.utcnow().strftime("%Y-%m-%dT%H:%M:%S.000Z"), 75, "runs")]:
            (home / "status.json").write_text(json.dumps({**status, "state": state, "heartbeat": heartbeat, "error": "boom" if state == "failed" else ""}))
            outcome = gate_wait(*arguments, "--once")
            assert outcome.code == code and word in outcome.err, (state, outcome)
        (home / "status.json").write_text(json.dumps(status)[:-3])
        assert gate_wait(*arguments, "--once").code == 3
        (home / "status.json").write_text(json.dumps(status))
        chunk = max((one for one in (where / "store/chunks").rglob("*") if one.is_file()), key=lambda one: one.stat().st_size)
        good = chunk.read_bytes()
        chunk.write_bytes(good[:100] + bytes([good[100] ^ 1]) + good[101:])
        damaged = gate_wait(*arguments)
        assert damaged.code == 1 and "damaged" in damaged.err, damaged
        chunk.write_bytes(good)
        assert gate_wait(*arguments).code == 0
        manifest = (home / "manifest.json").read_bytes()
        (home / "manifest.json").unlink()
        assert gate_wait(*arguments).code == 1
        (home / "manifest.json").write_bytes(manifest)
        assert gate_wait("--snapshot", "20200101T000000Z-0000", "--store", store, "--once").code == 75
        assert gate_wait(*arguments[:2], "--store", str(where / "nowhere")).code == 3


@case
def own_clock():
    """a snapshot whose machine's clock is ahead does not look alive for ever"""
    with folder() as where:
        store, database = init(where), shop()
        snapshot = Snapshot(store, database, where / "elsewhere")
        snapshot.wait()
        status = where / "store/snapshots/shop" / snapshot.id / "status.json"
        ahead = (datetime.datetime.utcnow() + datetime.timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        status.write_text(json.dumps({**json.loads(status.read_text()), "state": "running", "heartbeat": ahead}))
        begin = time.monotonic()
        outcome = gate_wait("--snapshot", snapshot.id, "--store", store, "--timeout", "3m", limit=120)
        assert outcome.code == 1 and "dead" in outcome.err and 55 < time.monotonic() - begin < 80, outcome


@case
def pgbackrest():
    """the real pgBackRest: this very backup, not an earlier one, and not that none is running"""
    with folder() as where:
        server = Postgres.shared()
        config = where / "pgbackrest.conf"
        config.write_text(f"[global]\nrepo1-path={where}/repo\nlog-level-file=off\nlog-level-console=off\nlock-path={where}/lock\nstart-fast=y\n"
                          f"archive-check=n\narchive-copy=n\n[main]\npg1-path={server.facts['DATA']}\npg1-port={server.facts['PGPORT']}\npg1-socket-path={server.facts['PGHOST']}\n")
        owner = pathlib.Path(server.facts["DATA"]).stat()
        for path in (where, config):
            os.chown(path, owner.st_uid, owner.st_gid)
        as_owner = [] if os.getuid() == owner.st_uid else ["setpriv", "--reuid", str(owner.st_uid), "--regid", str(owner.st_gid), "--clear-groups"]

        def backrest(*arguments):
            subprocess.run([*as_owner, "pgbackrest", f"--config={config}", "--stanza=main", *arguments], check=True, capture_output=True,
                           env=clean_environment({"PGUSER": "postgres"}), cwd=where)

        ask = [*as_owner, "pgbackrest", f"--config={config}", "--stanza=main", "info", "--output=json"]

        def once(**wanted):
            return gate_wait("-", "--once", document=gate({"id": "b", "type": "backup", "stanza": "main", "command": ask, **wanted}))

        def now():
            return datetime.datetime.utcnow().strftime("%Y-%m-%dT%H:%M:%SZ")

        assert once(since="2026-01-01T00:00:00Z").code == 3, "no stanza yet"
        backrest("--no-online", "stanza-create")
        assert once(since="2026-01-01T00:00:00Z").code == 75, "no backup yet"
        backrest("--no-online", "--force", "--type=full", "backup")
        first = once(since="2026-01-01T00:00:00Z")
        assert first.code == 0 and "ended at" in first.err, first
        time.sleep(1.1)
        began = now()
        assert once(since=began).code == 75, "an earlier backup proves nothing"
        assert once(since=began.replace("Z", "+00:00")).code == 75
        backrest("--no-online", "--force", "--type=full", "backup")
        assert once(since=began).code == 0
        label = json.loads(subprocess.run(ask, check=True, capture_output=True, cwd=where).stdout)[0]["backup"][-1]["label"]
        assert once(label=label).code == 0 and once(label="20000101-000000F").code == 75
        assert once(since="soon").code == 2


@case
def any_command():
    """any command that says of a backup that it is done (0), not yet (75), unknown (3), or failed"""
    for code, wanted in [(0, 0), (75, 75), (3, 3), (1, 1), (2, 1), (127, 3)]:
        document = gate({"id": "b", "type": "backup", "command": ["sh", "-c", f"exit {code}"]})
        assert gate_wait("-", "--once", document=document).code == wanted, code
    gone = gate({"id": "b", "type": "backup", "command": ["no-such-backup-tool"]})
    assert gate_wait("-", document=gone).code == 3
    slow = gate({"id": "b", "type": "backup", "command": ["sleep", "60"], "timeout": "300ms"})
    assert gate_wait("-", "--once", document=slow).code == 3


run_cases()
