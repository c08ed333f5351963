#!/usr/bin/env python3
"""database_test.py SMOKE: checks of a real PostgreSQL, the sampler, provenance."""
import datetime
import json
import threading

from support import Postgres, case, eventually, folder, run_cases, smoke


def pg(sql, expect, **more):
    return {"id": "a", "type": "pg", "connection": "env:URL", "sql": sql, "expect": expect, **more}


def run(check, database="postgres", user="postgres"):
    return smoke("-", "--json", checks={"version": 1, "defaults": {"timeout": "3s"}, "checks": [check]},
                 environment={"URL": Postgres.shared().conninfo(database, user)})


def first(outcome):
    return json.loads(outcome.out)["checks"][0]


@case
def typed_cells():
    """cells have the types of their columns"""
    sql = "SELECT 1 AS n, 'x'::text AS t, true AS b, NULL AS nothing, '{1,2}'::int[] AS list;"
    for on, op, value, code in [("cell:0,n", "eq", 1, 0), ("cell:0,n", "eq", "1", 1), ("cell:0,0", "eq", 1, 0),
                                ("cell:0,t", "eq", "x", 0), ("cell:0,b", "eq", True, 0), ("cell:0,nothing", "type", "null", 0),
                                ("cell:0,list", "len_eq", 2, 0), ("cell:1,n", "exists", ..., 1), ("cell:0,missing", "ne", 1, 1),
                                ("rows", "eq", 1, 0), ("rows", "ge", 2, 1)]:
        outcome = run(pg(sql, [{"on": on, "op": op, **({} if value is ... else {"value": value})}]))
        assert outcome.code == code, (on, op, value, outcome)


@case
def one_read_only_statement():
    """one statement, read only, with a time limit: nothing else runs"""
    server = Postgres.shared()
    server.psql("CREATE TABLE untouched (id int)")
    rows = [{"on": "rows", "op": "ge", "value": 0}]
    for sql in ("INSERT INTO untouched VALUES (1)", "SELECT 1; INSERT INTO untouched VALUES (1)",
                "SELECT 1) x; COMMIT; INSERT INTO untouched VALUES (1); SELECT (1", "SELECT 1; SELECT 2", "COMMIT",
                "WITH x AS (INSERT INTO untouched VALUES (1) RETURNING 1) SELECT * FROM x",
                "SELECT nextval('counted')", "SELECT * FROM no_such_table", "not SQL"):
        server.psql("CREATE SEQUENCE IF NOT EXISTS counted")
        outcome = run(pg(sql, rows))
        assert outcome.code == 1, (sql, outcome)
    assert server.psql("SELECT count(*) FROM untouched") == "0"
    slow = run(pg("SELECT pg_sleep(60)", rows, timeout="500ms"))
    assert slow.code == 1 and first(slow)["kind"] == "timed_out", slow
    # A comment at the end must not swallow what is put around the statement.
    assert run(pg("SELECT 1 -- all", rows)).code == 0


@case
def not_allowed_to_look():
    """a role that may not look is unknown, and unknown is no pass"""
    server = Postgres.shared()
    server.psql("CREATE TABLE hidden (id int); CREATE ROLE outsider LOGIN")
    outcome = run(pg("SELECT * FROM hidden", [{"on": "rows", "op": "eq", "value": 0}]), user="outsider")
    assert outcome.code == 3 and first(outcome)["kind"] == "denied", outcome
    nobody = run(pg("SELECT 1", [{"on": "rows", "op": "eq", "value": 1}]), user="nobody_at_all")
    assert nobody.code == 3, nobody
    gone = run(pg("SELECT 1", [{"on": "rows", "op": "eq", "value": 1}]), database="no_such_database")
    assert gone.code == 1, gone


def mark(**changes):
    taken = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=2)
    text = {"version": 1, "kind": "provenance", "origin": "snapshot", "snapshot": "s1",
            "taken": taken.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "masked": True, "stage": "acceptance",
            "source": {"system_identifier": "1", "database": "shop"}, "restored": "2026-11-22T00:00:00.000Z",
            "pipeline": {"system": "", "id": "", "url": "", "commit": ""}, "tool_version": "0.1.0", "decision": []}
    text.update(changes)
    return "sluice: " + json.dumps(text)


@case
def provenance():
    """a stage was restored, is masked and fresh enough; whatever cannot be told is no yes"""
    server = Postgres.shared()
    server.psql("CREATE DATABASE stage")
    asked = {"id": "a", "type": "provenance", "connection": "env:URL", "max_age": "3h", "masked": True, "stage": "acceptance"}
    for comment, code in [
            ("people's own words\n" + mark(), 0), (mark(origin="live"), 0), ("", 1), ("people's own words", 1),
            (mark(origin="init", taken=""), 1), (mark(masked=False), 1), (mark(stage="other"), 1),
            (mark(taken="2020-01-01T00:00:00.000Z"), 1), (mark(taken="2100-01-01T00:00:00.000Z"), 3), (mark(taken="soon"), 3),
            (mark(version=2), 3), (mark(origin="magic"), 3), (mark(masked="yes"), 3), ("sluice: {broken", 3),
            ('sluice: {"version": 1, "environment": "production", "system_identifier": "1"}', 1)]:
        server.psql(f"COMMENT ON DATABASE stage IS $text${comment}$text$")
        outcome = run(asked, database="stage")
        assert outcome.code == code, (comment, outcome)


@case
def sampler():
    """locks held and waited for, the longest wait and what was written are seen while a command runs"""
    server = Postgres.shared()
    server.psql("CREATE DATABASE sampled")
    server.psql("CREATE TABLE busy AS SELECT 1 AS id", "sampled")
    blocker = threading.Thread(target=lambda: server.psql("BEGIN; LOCK TABLE busy; SELECT pg_sleep(6); COMMIT", "sampled"))
    blocked = threading.Thread(target=lambda: server.psql("SELECT count(*) FROM busy", "sampled"))
    blocker.start()
    assert eventually(lambda: server.psql("SELECT count(*) FROM pg_locks WHERE granted AND mode = 'AccessExclusiveLock' AND relation = 'busy'::regclass", "sampled") == "1")
    blocked.start()
    check = {"version": 1, "checks": [pg("SELECT 1", [{"on": "rows", "op": "eq", "value": 1}], interval="100ms")]}
    with folder() as where:
        command = f"psql -Xqc 'CREATE TABLE written AS SELECT repeat(md5(i::text), 10) FROM generate_series(1, 20000) i' '{server.conninfo('sampled')}'; sleep 1.5"
        outcome = smoke("during", "-", "--database", "env:URL", "--report", where / "r.json", "--timeline", where / "t.jsonl",
                        "--after", "100ms", "--", "sh", "-c", command, checks=check, environment={"URL": server.conninfo("sampled")})
        assert outcome.code == 0, outcome
        seen = json.loads((where / "r.json").read_text())["during"]["database"]
        assert seen["most_exclusive_locks"] >= 1 and seen["most_locks_awaited"] >= 1, seen
        assert seen["longest_blocked_seconds"] > 0.5, seen
        assert seen["written_bytes"] > 1_000_000, seen
        assert seen["least_free_bytes"] > 0 and seen["most_replication_lag_bytes"] is None, seen
        assert any('"kind":"database"' in line for line in (where / "t.jsonl").read_text().splitlines())
        away = smoke("during", "-", "--database", "host=127.0.0.1 port=1 dbname=x", "--", "touch", where / "ran", checks=check,
                     environment={"URL": server.conninfo("sampled")})
        assert away.code == 75 and not (where / "ran").exists(), away
    blocker.join()
    blocked.join()


@case
def standby():
    """how far a real standby is behind is seen; that one is gone, or may not be seen, is said and is no zero"""
    server = Postgres()
    server.psql("CREATE ROLE plain LOGIN; CREATE ROLE watching LOGIN IN ROLE pg_monitor; CREATE TABLE filler (t text)")
    follower = server.standby()
    follower.psql("SELECT pg_wal_replay_pause()")
    writes = "INSERT INTO filler SELECT repeat(md5(i::text), 20) FROM generate_series(1, 5000) i"
    check = {"version": 1, "checks": [pg("SELECT 1", [{"on": "rows", "op": "eq", "value": 1}], interval="100ms")]}

    def watch(user, command):
        with folder() as where:
            outcome = smoke("during", "-", "--database", "env:URL", "--report", where / "r.json", "--after", "100ms", "--", "sh", "-c",
                            command, checks=check, environment={"URL": server.conninfo(user=user)})
            assert outcome.code == 0, outcome
            return json.loads((where / "r.json").read_text())["during"]["database"]["most_replication_lag_bytes"], outcome.err

    write = f"psql -Xqc \"{writes}\" '{server.conninfo()}'; sleep 1.2"
    lag, said = watch("watching", write)
    behind = int(server.psql("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::bigint FROM pg_stat_replication"))
    assert 3_000_000 < lag <= behind, (lag, behind)
    lag, said = watch("plain", "true")
    assert lag is None and "pg_monitor" in said, said
    lag, said = watch("watching", f"{follower.stop_command()}; sleep 1.5")
    assert lag > 0 and "a standby is gone" in said, said
    lag, said = watch("watching", "sleep 1")
    assert lag is None and "gone" not in said and "pg_monitor" not in said, said


run_cases()
