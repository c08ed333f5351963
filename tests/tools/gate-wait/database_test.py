#!/usr/bin/env python3
"""database_test.py GATE-WAIT: conditions on a real PostgreSQL with a real standby, and the lock that hold keeps."""
import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
import time

from support import Postgres, Waiting, case, clean_environment, eventually, folder, free_port, gate, gate_wait, run_cases, wait_for_port

NUMBERS = itertools.count()
server = None


def setup():
    global server
    server = Postgres.shared()
    server.psql("CREATE ROLE ordinary LOGIN; CREATE ROLE monitor LOGIN IN ROLE pg_monitor; CREATE ROLE other LOGIN")
    server.psql("CREATE DATABASE shop")
    server.psql("ALTER SYSTEM SET max_prepared_transactions = 5")
    facts = server._script("restart", server._folder.name)
    server.facts = dict(line.split("=", 1) for line in facts.splitlines())
    server.psql("CREATE TABLE orders (id int); GRANT ALL ON orders TO other, ordinary, monitor; CREATE TABLE calm (id int)", "shop")


def sql(text, **more):
    return {"id": "q", "type": "sql", "connection": "env:URL", "sql": text, "interval": "100ms", **more}


def once(condition, user="monitor", database="shop"):
    return gate_wait("-", "--once", document=gate(condition), environment={"URL": server.conninfo(database, user)})


class Session:
    """A psql that stays open; `do` runs something and waits for its end."""

    def __init__(self, user="other", database="shop"):
        self._name = f"session {next(NUMBERS)}"
        self._psql = subprocess.Popen(["psql", "-XqAt"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                      env=clean_environment({**server.variables(database, user), "PGAPPNAME": self._name}))
        self._count = 0

    def do(self, text):
        self._count += 1
        self._psql.stdin.write(f"{text}\n\\echo done{self._count}\n")
        self._psql.stdin.flush()
        lines = []
        while not lines or lines[-1] != f"done{self._count}":
            lines.append(self._psql.stdout.readline().strip())
        return lines[:-1]

    def start(self, text):
        self._psql.stdin.write(text + "\n")
        self._psql.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._psql.kill()
        self._psql.wait()
        # The server's side of it may last, with its transaction and its locks, into the next case.
        assert eventually(lambda: server.psql(f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '{self._name}'") == "0")


@case
def queries():
    """one boolean opens or closes; whatever else a query gives, nothing included, is unknown"""
    for text, code in [("SELECT true", 0), ("SELECT false", 75), ("SELECT count(*) = 0 FROM orders;", 0), ("SELECT NULL::boolean", 3), ("SELECT 1", 3),
                       ("SELECT 't'", 3), ("SELECT true WHERE false", 3), ("SELECT true FROM generate_series(1, 2)", 3), ("SELECT true, true", 3),
                       ("SELECT * FROM no_such_table", 3), ("not SQL", 3), ("SELECT true; SELECT false", 3), ("SELECT true) x; DROP TABLE orders; SELECT (true", 3),
                       ("INSERT INTO orders VALUES (1)", 3), ("WITH x AS (DELETE FROM orders RETURNING 1) SELECT true FROM x", 3), ("SELECT pg_sleep(60) IS NULL", 3),
                       ("SELECT true -- all", 0)]:
        outcome = once(sql(text, timeout="500ms"))
        assert outcome.code == code, (text, outcome)
    assert once(sql("SELECT true"), user="nobody_at_all").code == 3
    assert once(sql("SELECT true"), database="no_such_database").code == 3
    assert once(sql("SELECT true FROM calm"), user="ordinary").code == 3, "a table that the role may not read"


@case
def becomes_true():
    """the gate opens soon after the row is there, and is itself no old transaction while it waits"""
    waiting = Waiting("-", document=gate(sql("SELECT EXISTS (SELECT FROM orders WHERE id = 7)")), environment={"URL": server.conninfo("shop", "monitor")})
    assert eventually(lambda: server.psql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sluice gate-wait'") == "1")
    time.sleep(1)
    old = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sluice gate-wait' AND clock_timestamp() - xact_start > interval '0.5 s'"
    assert server.psql(old) == "0"
    server.psql("INSERT INTO orders VALUES (7)", "shop")
    begin = time.monotonic()
    assert waiting.end().code == 0 and time.monotonic() - begin < 5
    server.psql("TRUNCATE orders", "shop")


@case
def connection_lost():
    """a session that is ended, or a server that restarts, is asked again by a new one"""
    waiting = Waiting("-", document=gate(sql("SELECT EXISTS (SELECT FROM orders WHERE id = 8)"), timeout="60s"), environment={"URL": server.conninfo("shop", "monitor")})
    there = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sluice gate-wait'"
    assert eventually(lambda: server.psql(there) == "1")
    server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sluice gate-wait'")
    assert eventually(lambda: server.psql(there) == "1")
    server._script("restart", server._folder.name)
    server.psql("INSERT INTO orders VALUES (8)", "shop")
    outcome = waiting.end()
    assert outcome.code == 0 and "is=unknown" in outcome.err, outcome
    server.psql("TRUNCATE orders", "shop")


def transactions(**more):
    return {"id": "t", "type": "transactions", "connection": "env:URL", "max_age": "200ms", "interval": "100ms", **more}


def locks(**more):
    return {"id": "l", "type": "locks", "connection": "env:URL", "tables": ["public.orders"], "max_age": "200ms", "interval": "100ms", **more}


@case
def ordinary_role():
    """a role that can't see other sessions gives unknown and 3, also while nothing is wrong: not an open gate"""
    for condition in (transactions(), locks(), {"id": "r", "type": "replication", "connection": "env:URL", "standbys": ["x"], "max_lag_bytes": 0}):
        for arguments in (["--once"], []):
            with Session() as other:
                other.do("BEGIN; INSERT INTO orders VALUES (1);")
                time.sleep(0.3)
                # What the naive query sees as this role: nothing wrong.
                naive = subprocess.run(["psql", "-XqAt", "-c", "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> "
                                        "pg_backend_pid() AND xact_start < clock_timestamp() - interval '0.1 s'"], capture_output=True, text=True, check=True,
                                       env=clean_environment(server.variables("shop", "ordinary"))).stdout.strip()
                assert naive == "0", naive
                outcome = gate_wait("-", *arguments, document=gate(condition), environment={"URL": server.conninfo("shop", "ordinary")})
                assert outcome.code == 3, (condition, outcome)
                assert "GRANT pg_monitor TO ordinary" in outcome.err, outcome
        assert once(condition, user="ordinary").code == 3, "also when there is nothing to see"


@case
def old_transactions():
    """old transactions of others close the gate, idle and prepared ones too; young ones and other databases do not"""
    assert once(transactions()).code == 0
    with Session() as other:
        other.do("BEGIN; SELECT 1;")
        assert once(transactions(max_age="1m")).code == 0, "it is young"
        time.sleep(0.3)
        outcome = once(transactions())
        assert outcome.code == 75 and "role other, idle in transaction" in outcome.err, outcome
        other.do("COMMIT;")
        assert once(transactions()).code == 0
        other.do("BEGIN; INSERT INTO orders VALUES (1); PREPARE TRANSACTION 'two phases';")
        time.sleep(0.3)
        prepared = once(transactions())
        assert prepared.code == 75 and "two phases" in prepared.err, prepared
        assert once(locks()).code == 75, "it holds a lock too"
        other.do("ROLLBACK PREPARED 'two phases';")
    with Session(database="postgres") as elsewhere:
        elsewhere.do("BEGIN; SELECT 1;")
        time.sleep(0.3)
        assert once(transactions()).code == 0
    with Session(user="postgres") as hidden:
        hidden.do("SET track_activities = off;")
        assert eventually(lambda: once(transactions()).code == 3), "a session that does not show what it does"


@case
def table_locks():
    """who has held, or waits for, a lock on the migration's tables closes the gate; others don't"""
    assert once(locks()).code == 0
    with Session() as holder, Session() as waiter:
        holder.do("BEGIN; SELECT count(*) FROM orders;")
        time.sleep(0.3)
        held = once(locks())
        assert held.code == 75 and "AccessShareLock" in held.err, held
        assert once(locks(tables=["public.calm"])).code == 0
        assert once(locks(max_age="1m")).code == 0
        waiter.start("LOCK TABLE orders;")
        waiter.start("BEGIN; LOCK TABLE orders;")
        assert eventually(lambda: server.psql("SELECT count(*) FROM pg_locks WHERE NOT granted") == "1")
        queued = once(locks(max_age="1m"))
        assert queued.code == 75 and "awaited" in queued.err, queued
        holder.do("COMMIT;")
    assert eventually(lambda: once(locks()).code == 0)
    assert once(locks(tables=["public.orders", "public.no_such_table"])).code == 3
    server.psql("DROP TABLE IF EXISTS \"odd ' name\"; CREATE TABLE \"odd ' name\" (id int)", "shop")
    assert once(locks(tables=["public.\"odd ' name\""])).code == 0


@case
def replication():
    """a real standby: near is open, far or paused is closed, not connected is unknown"""
    with folder() as where:
        facts = dict(line.split("=", 1) for line in server._script("standby", server._folder.name, str(where / "standby"), "--set",
                                                                   "cluster_name=replica1").splitlines())
        try:
            def ask(name="replica1", most=0, lag="10s", user="monitor"):
                return once({"id": "r", "type": "replication", "connection": "env:URL", "standbys": [name], "max_lag_bytes": most, "max_lag": lag}, user=user)

            assert eventually(lambda: server.psql("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == "1")
            assert eventually(lambda: ask().code == 0), ask()
            assert ask(user="ordinary").code == 3
            assert ask("replica2").code == 3, "not there is not the same as not behind"

            def on_standby(text):
                subprocess.run(["psql", "-Xqc", text], check=True, capture_output=True,
                               env=clean_environment({"PGHOST": facts["PGHOST"], "PGPORT": facts["PGPORT"], "PGUSER": "postgres", "PGDATABASE": "postgres"}))

            on_standby("SELECT pg_wal_replay_pause()")
            server.psql("CREATE TABLE wal AS SELECT repeat('x', 1000) FROM generate_series(1, 5000)", "shop")
            behind = ask(most=1_000_000)
            assert behind.code == 75 and "MB behind" in behind.err, behind
            time.sleep(1.2)
            assert ask(most=10**12, lag="1ms").code in (75, 3), "bytes are few enough, but for how long"
            waiting = Waiting("-", document=gate({"id": "r", "type": "replication", "connection": "env:URL", "standbys": ["replica1"], "max_lag_bytes": 0,
                                                  "interval": "100ms"}), environment={"URL": server.conninfo("shop", "monitor")})
            on_standby("SELECT pg_wal_replay_resume()")
            assert waiting.end().code == 0
            standby = gate_wait("-", "--once", document=gate({"id": "r", "type": "replication", "connection": "env:URL", "standbys": ["x"], "max_lag_bytes": 0}),
                                environment={"URL": f"host={facts['PGHOST']} port={facts['PGPORT']} user=postgres dbname=postgres"})
            assert standby.code == 3 and "itself a standby" in standby.err, standby
        finally:
            server._script("stop", str(where / "standby"), "immediate")
        assert eventually(lambda: ask().code == 3)


@case
def space():
    """free space where it can be seen; where it can't, unknown"""
    def ask(condition, user="monitor"):
        return once({"id": "s", "type": "space", **condition}, user=user).code

    with folder() as where:
        assert ask({"path": str(where), "min_free_bytes": 1}) == 0
        assert ask({"path": str(where), "min_free_bytes": 10**18}) == 75
        assert ask({"path": str(where / "no"), "min_free_bytes": 1}) == 3
    assert ask({"connection": "env:URL", "min_free_bytes": 1}, user="postgres") == (0 if os.getuid() == 0 else ask({"connection": "env:URL", "min_free_bytes": 1}, user="postgres"))
    assert ask({"connection": "env:URL", "min_free_bytes": 1}, user="ordinary") == 3


@case
def migration():
    """the schema's version, by the table of the tool that keeps it"""
    def ask(version, **more):
        return once({"id": "m", "type": "migration", "connection": "env:URL", "version": version, **more}).code

    assert ask("42") == 3, "no tool has been here"
    server.psql("CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('41'); GRANT SELECT ON alembic_version TO monitor", "shop")
    assert ask("42") == 75
    server.psql("UPDATE alembic_version SET version_num = '42'", "shop")
    assert ask("42") == 0 and ask("42", tool="alembic") == 0 and ask("42", tool="flyway") == 3
    server.psql("DROP TABLE alembic_version", "shop")


# ---- hold ------------------------------------------------------------------------------------------------------------


def hold(*command, arguments=(), user="ordinary", limit=60):
    return gate_wait("hold", "--target", "env:URL", *arguments, "--", *command, environment={"URL": server.conninfo("shop", user)}, limit=limit)


@contextlib.contextmanager
def holding(*command, arguments=()):
    waiting = Waiting("hold", "--target", "env:URL", *arguments, "--", *command, environment={"URL": server.conninfo("shop", "ordinary")})
    yield waiting
    if waiting.running():
        waiting.signal(signal.SIGKILL)
        waiting.end()


def held():
    return server.psql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted", "shop") == "1"


@case
def hold_runs_one_at_a_time():
    """hold: the lock for the command's life, its exit code and streams, 75 when another has the lock"""
    for code in (0, 1, 7, 75):
        assert hold("sh", "-c", f"exit {code}").code == code
    assert hold("sh", "-c", "kill -9 $$").code == 137
    said = hold("sh", "-c", "echo out; echo err >&2")
    assert said.out == "out\n" and "err\n" in said.err, said
    missing = hold("no-such-program-at-all")
    assert missing.code == 69 and "NOT run" in missing.err, missing
    with folder() as where, holding("sh", "-c", "sleep 60"):
        assert eventually(held)
        busy = hold("touch", where / "ran", arguments=["--timeout", "500ms"])
        assert busy.code == 75 and "NOT run" in busy.err and not (where / "ran").exists(), busy
        assert hold("touch", where / "ran", arguments=["--key", "another", "--timeout", "500ms"]).code == 0
    assert eventually(lambda: not held())
    with folder() as where:
        (where / "log").write_text("")
        threads = [threading.Thread(target=hold, args=("sh", "-c", f"echo begin >> {where}/log; sleep 0.2; echo end >> {where}/log")) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (where / "log").read_text().split() == ["begin", "end"] * 4
    assert gate_wait("hold", "--target", "env:URL", "--", "true", environment={"URL": server.conninfo("no_such_database")}).code == 69


@case
def hold_does_not_block_others():
    """hold waits without a snapshot, so that whoever has the lock can build an index concurrently"""
    with holding("sleep", "60") as first:
        assert eventually(held)
        with holding("true") as second:
            time.sleep(0.5)
            done = subprocess.run(["psql", "-Xqc", "CREATE INDEX CONCURRENTLY ON calm (id)"], env=clean_environment(server.variables("shop")), timeout=20,
                                  capture_output=True, check=True)
            assert done.returncode == 0 and first.running() and second.running()


@case
def hold_forwards_signals():
    """hold passes signals on, each time, and never ends before the command"""
    with folder() as where:
        script = f"trap 'echo term >> {where}/log' TERM; trap 'echo int >> {where}/log; exit 9' INT; echo ready > {where}/log; while :; do sleep 0.05; done"
        with holding("sh", "-c", script) as running:
            assert eventually(lambda: (where / "log").exists() and "ready" in (where / "log").read_text())
            for count in (1, 2, 3):
                running.signal(signal.SIGTERM)
                assert eventually(lambda: (where / "log").read_text().count("term") == count)
                assert running.running() and held()
            running.signal(signal.SIGINT)
            assert running.end().code == 9


@case
def hold_loses_the_lock_loudly():
    """hold: a lost connection is told at once, the command goes on, and the end is no success"""
    with folder() as where:
        for code, wanted in [(0, 3), (5, 5)]:
            with holding("sh", "-c", f"while [ ! -e {where}/go ]; do sleep 0.05; done; exit {code}") as running:
                assert eventually(held)
                server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sluice gate-wait hold'")
                time.sleep(1.5)
                assert running.running(), "a half-done migration is not killed"
                (where / "go").write_text("")
                outcome = running.end()
                assert outcome.code == wanted and "THE LOCK IS LOST" in outcome.err, (code, outcome)
                (where / "go").unlink()
        # Lost just before the command's end, between two looks.
        quick = subprocess.run([sys.argv[1], "hold", "--target", "env:URL", "--", "psql", "-Xqc",
                                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sluice gate-wait hold'",
                                server.conninfo("postgres")], env=clean_environment({"URL": server.conninfo("shop", "ordinary")}), capture_output=True, check=False)
        assert quick.returncode == 3, quick


@case
def hold_through_a_pooler():
    """hold refuses a connection pooler, where nobody knows who holds the lock"""
    with folder() as where:
        port = free_port()
        (where / "users").write_text('"ordinary" ""\n')
        (where / "pgbouncer.ini").write_text(f"[databases]\nshop = host={server.facts['PGHOST']} port={server.facts['PGPORT']} dbname=shop\n[pgbouncer]\n"
                                             f"listen_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\nauth_file = {where}/users\npool_mode = transaction\n"
                                             f"unix_socket_dir =\nlogfile = {where}/log\nignore_startup_parameters = extra_float_digits,options\n")
        (where / "pgbouncer.ini").write_text((where / "pgbouncer.ini").read_text().replace("dbname=shop", "dbname=shop user=ordinary"))
        os.chmod(where, 0o777)
        as_user = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"] if os.getuid() == 0 else []
        pooler = subprocess.Popen([*as_user, "pgbouncer", str(where / "pgbouncer.ini")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for_port(port)
            outcome = gate_wait("hold", "--target", "env:URL", "--", "touch", where / "ran", environment={"URL": f"host=127.0.0.1 port={port} user=ordinary dbname=shop"})
            assert outcome.code == 3 and "through a pooler" in outcome.err and not (where / "ran").exists(), outcome
        finally:
            pooler.terminate()
            pooler.wait()


setup()
run_cases()
