#!/usr/bin/env python3
"""compare_test.py SMOKE: two databases and two applications are asked the same."""
import json
import os
import subprocess
import sys

from server import Server
from support import Postgres, case, clean_environment, folder, run_cases, smoke


def sides(left, right):
    server = Postgres.shared()
    return {"LEFT_URL": server.conninfo(left), "RIGHT_URL": server.conninfo(right)}


def compare(queries, left="old_way", right="new_way", more=(), environment=None):
    document = {"version": 1, "left": {"connection": "env:LEFT_URL"}, "right": {"connection": "env:RIGHT_URL"}, "queries": queries}
    return smoke("compare", "-", "--json", *more, checks=document, environment={**sides(left, right), **(environment or {})}, limit=300)


def only(outcome):
    return json.loads(outcome.out)["comparisons"][0]


def make(name, sql):
    server = Postgres.shared()
    server.psql(f"DROP DATABASE IF EXISTS {name}")
    server.psql(f"CREATE DATABASE {name}")
    server.psql(sql, name)


TABLE = "CREATE TABLE orders (id int, total numeric, note text, changed timestamptz)"


@case
def rows_that_differ():
    """it says which rows differ, and in which columns"""
    make("old_way", TABLE + "; INSERT INTO orders VALUES (1, 10, 'a', now()), (2, 20, E'tab\\t\\\\', now()), (3, 30, NULL, now())")
    make("new_way", TABLE + "; INSERT INTO orders VALUES (1, 10, 'a', now()), (2, 20, E'tab\\t/', now()), (4, 40, NULL, now())")
    query = {"id": "orders", "sql": "SELECT * FROM orders;", "key": ["id"], "ignore": ["changed"]}
    with folder() as where:
        outcome = compare([query], more=["--junit", where / "j.xml", "--report", where / "r.json", "--dotenv", where / "d.env"])
        assert (where / "d.env").read_text().splitlines()[0] == "SLUICE_SMOKE=fail"
        assert outcome.code == 1, outcome
        assert 'name="orders"' in (where / "j.xml").read_text() and "<failure" in (where / "j.xml").read_text()
        assert json.loads((where / "r.json").read_text()) == json.loads(outcome.out)
    found = only(outcome)
    assert (found["same"], found["changed"], found["only_left"], found["only_right"]) == (1, 1, 1, 1), found
    assert found["sample"][0] == {"key": "2", "kind": "changed",
                                  "fields": [{"field": "note", "left": '"tab\\t\\\\"', "right": '"tab\\t/"'}]}, found
    assert [(one["key"], one["kind"]) for one in found["sample"][1:]] == [("3", "only left"), ("4", "only right")], found
    assert compare([query], right="old_way").code == 0
    assert len(only(compare([query], more=["--sample", "1"]))["sample"]) == 1


@case
def tolerance():
    """numbers may be apart as far as is told, and no further"""
    make("old_way", "CREATE TABLE t AS SELECT 1 AS id, 1.00 AS price")
    make("new_way", "CREATE TABLE t AS SELECT 1 AS id, 1.01 AS price")
    for tolerances, code in ({"price": 0.011}, 0), ({"price": 0.009}, 1), ({"id": 1}, 1), ({}, 1):
        assert compare([{"id": "a", "sql": "TABLE t", "key": ["id"], "tolerances": tolerances}]).code == code, tolerances


@case
def nothing_said():
    """what could not be compared is unknown: no rows, a missing table, a key that is none, a database that is away"""
    make("old_way", "CREATE TABLE t (id int, b int); CREATE TABLE n AS SELECT NULL::int AS id")
    make("new_way", "CREATE TABLE t (id int, b int); CREATE TABLE n (id int)")
    for sql, key, problem in [("TABLE t", ["id"], "no row on either side"), ("TABLE missing", ["id"], "does not exist"),
                              ("TABLE t", ["c"], "does not exist"), ("TABLE n", ["id"], "is NULL"),
                              ("SELECT 1 AS id FROM generate_series(1, 2)", ["id"], "comes twice"),
                              ("SELECT 1 AS id; DROP TABLE t", ["id"], "syntax error"),
                              ("SELECT 1 AS id) AS q; COMMIT; DROP TABLE t; SELECT 1 AS id FROM (SELECT 1", ["id"], "multiple commands"),
                              ("INSERT INTO t VALUES (1) RETURNING id", ["id"], "syntax error")]:
        outcome = compare([{"id": "a", "sql": sql, "key": key}])
        assert outcome.code == 3 and problem in only(outcome)["problem"], (sql, outcome)
    assert Postgres.shared().psql("SELECT count(*) FROM pg_class WHERE relname = 't'", "old_way") == "1"
    assert compare([{"id": "a", "sql": "TABLE t", "key": ["id"], "allow_empty": True}]).code == 0
    away = compare([{"id": "a", "sql": "TABLE t", "key": ["id"]}], environment={"RIGHT_URL": "host=127.0.0.1 port=1 dbname=x"})
    assert away.code == 3 and "reading the right" in only(away)["problem"], away


@case
def wrong_files():
    """a file that is wrong ends with 2 and says where"""
    good = {"version": 1, "left": {"connection": "host=x dbname=y"}, "right": {"connection": "host=x dbname=y"},
            "queries": [{"id": "a", "sql": "TABLE t", "key": ["id"]}]}
    for change, message in [({"queries": []}, "there is nothing to compare"), ({"left": {}}, "'/left/connection' is missing"),
                            ({"querys": []}, "did you mean 'queries'?"), ({"version": 2}, "version 2 is not known"),
                            ({"queries": [{"id": "a", "sql": "TABLE t", "key": []}]}, "without a key"),
                            ({"queries": [{"id": "a", "sql": "TABLE t", "key": ["id"], "ignore": ["id"]}]}, "cannot be ignored"),
                            ({"queries": good["queries"] * 2}, "used twice"),
                            ({"left": {"connection": "postgresql://u:hunter22@h/d"}}, "a password on the command line")]:
        outcome = smoke("compare", "-", checks={**good, **change})
        assert outcome.code == 2 and message in outcome.err and "hunter22" not in outcome.err, (change, outcome)


@case
def applications():
    """two applications are compared by path, with the credentials of each"""
    with Server() as old, Server() as new:
        document = {"version": 1, "left": {"url": old.url(""), "headers": {"X-Token": "${env:OLD_TOKEN}"}}, "right": {"url": new.url("")},
                    "requests": [{"id": "ok", "path": "/ok"}]}
        environment = {"OLD_TOKEN": "token-of-old"}
        outcome = smoke("compare", "-", checks=document, environment=environment)
        assert outcome.code == 0, outcome
        assert old.requests[0][1]["X-Token"] == "token-of-old" and "token-of-old" not in str(new.requests)
        document["requests"][0]["path"] = "/echo"
        broken = smoke("compare", "-", "--json", checks=document, environment=environment)
        assert broken.code == 3 and "status 500" in only(broken)["problem"], broken
        document["requests"][0]["path"] = "/binary"
        assert smoke("compare", "-", checks=document, environment=environment).code == 3


def peak_kilobytes(rows):
    for name in ("old_way", "new_way"):
        make(name, f"CREATE TABLE t AS SELECT i AS id, md5(i::text) AS v FROM generate_series(1, {rows}) i")
    Postgres.shared().psql(f"UPDATE t SET v = 'changed' WHERE id = {rows}", "new_way")
    document = {"version": 1, "left": {"connection": "env:LEFT_URL"}, "right": {"connection": "env:RIGHT_URL"},
                "queries": [{"id": "t", "sql": "TABLE t", "key": ["id"]}]}
    # AddressSanitizer, where the tool is built with it, else keeps 256 MiB of what was freed.
    quarantine = {"ASAN_OPTIONS": "quarantine_size_mb=1"}
    child = subprocess.Popen([sys.argv[1], "compare", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                             env=clean_environment({**sides("old_way", "new_way"), **quarantine}))
    child.stdin.write(json.dumps(document))
    child.stdin.close()
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 1 and f"{rows - 1} same, 1 changed" in text, text
    return usage.ru_maxrss


@case
def flat_memory():
    """a million rows a side take no more memory than fifty thousand"""
    few, many = peak_kilobytes(50_000), peak_kilobytes(1_000_000)
    print(f"# peak memory: 50,000 rows {few} KiB, 1,000,000 rows {many} KiB")
    assert many < few * 1.5 + 4096, (few, many)


run_cases()
