#!/usr/bin/env python3
"""approval_test.py GATE-WAIT: people's words in a store, and emergencies."""
import json
import pathlib
import subprocess
import time

from support import BUILD, Waiting, case, eventually, folder, gate, gate_wait, lines_of, result_of, run_cases

SUBJECT = {"revision": "abc", "environment": "production", "triggerer": "carol"}


def store_in(where):
    subprocess.run([BUILD / "bin/db-snapshot", "init", "--store", where / "store"], check=True, capture_output=True)
    return str(where / "store")


def approval(store, **more):
    return {"id": "people", "type": "approval", "system": "store", "store": store, "interval": "100ms", **more}


def answer(store, verb, name, *more, gate_name="test", environment=None):
    return gate_wait(verb, "--store", store, "--gate", gate_name, "--name", name, "--reason", f"{name}'s reason", *more, environment=environment)


def asks(store):
    return eventually(lambda: list((pathlib.Path(store) / "approvals").glob("*/*/request.json")))


@case
def approve_and_reject():
    """a gate that waits opens with the approval that it waits for, and ends at once with a rejection"""
    for verb, code, word in [("approve", 0, "approved by alice"), ("reject", 1, "rejected by alice: alice's reason")]:
        with folder() as where:
            store = store_in(where)
            waiting = Waiting("-", "--record", where / "r", document=gate(approval(store), subject=SUBJECT))
            assert asks(store)
            told = answer(store, verb, "alice", "--json")
            assert told.code == 0 and json.loads(told.out)["revision"] == "abc", told
            begin = time.monotonic()
            outcome = waiting.end()
            assert outcome.code == code and word in outcome.err and time.monotonic() - begin < 5, outcome
            words = result_of(where / "r")["approvals"]
            assert [(one["username"], one["comment"]) for one in words] == [("alice", "alice's reason")], words


@case
def bound_to_subject():
    """an approval of another revision, environment or set of migrations is none"""
    with folder() as where:
        store = store_in(where)
        (where / "m").mkdir()
        (where / "m/1.sql").write_text("SELECT 1")
        subject = {**SUBJECT, "migrations": [str(where / "m")]}

        def once(**changes):
            return gate_wait("-", "--once", document=gate(approval(store), subject={**subject, **changes})).code

        assert once() == 75 and answer(store, "approve", "alice").code == 0 and once() == 0
        assert once(revision="abd") == 75
        assert once(environment="staging") == 75
        (where / "m/2.sql").write_text("DROP TABLE orders")
        assert once() == 75, "a migration was added after the approval"
        (where / "m/2.sql").unlink()
        assert once() == 0
        (where / "m/1.sql").rename(where / "m/3.sql")
        assert once() == 75, "a migration has another name"
        # Several are asked for now, so the answer has to say which.
        assert answer(store, "approve", "alice").code == 2
        assert answer(store, "approve", "alice", "--revision", "abd").code == 0 and answer(store, "approve", "alice", "--revision", "xyz").code == 69


@case
def people():
    """quorum, allowed names, who asked, and age"""
    with folder() as where:
        store = store_in(where)
        rules = {"quorum": 2, "allowed": ["alice", "bob", "carol"], "max_age": "5s"}

        def once():
            return gate_wait("-", "--once", document=gate(approval(store, **rules), subject=SUBJECT))

        assert once().code == 75
        for name, code in [("mallory", 75), ("carol", 75), ("alice", 75), ("alice", 75), ("bob", 0)]:
            assert answer(store, "approve", name).code == 0
            assert once().code == code, name
        told = once()
        assert "carol asked for it" in told.err and "mallory is not allowed to" in told.err, told
        time.sleep(5.1)
        assert once().code == 75, "they are too old"


@case
def odd_answers():
    """an answer that was changed, moved or can't be read is no approval, and a store that is away neither"""
    with folder() as where:
        store = store_in(where)
        document = gate(approval(store), subject=SUBJECT)
        assert gate_wait("-", "--once", document=document).code == 75
        assert answer(store, "approve", "alice").code == 0
        file = next(one for one in (where / "store/approvals").rglob("*.json") if one.name != "request.json")
        good = file.read_text()
        for changed in (good.replace('"abc"', '"abd"'), good.replace('"approved"', '"yes"'), good[:-20], "", "[]", good.replace('"version": 1', '"version": 2'),
                        good.replace('"name"', '"nmae"')):
            assert changed != good
            file.write_text(changed)
            assert gate_wait("-", "--once", document=document).code == 3, changed
        file.write_text(good)
        assert gate_wait("-", "--once", document=document).code == 0
        (where / "store").rename(where / "away")
        assert gate_wait("-", "--once", document=document).code == 3
        assert gate_wait("-", document=document).code == 3, "a store that never was there is no reason to wait for an hour"


@case
def store_that_goes_away_meanwhile():
    """a store that is unmounted and comes back does not end the wait"""
    with folder() as where:
        store = store_in(where)
        waiting = Waiting("-", document=gate(approval(store), subject=SUBJECT))
        assert asks(store)
        time.sleep(0.3)
        (where / "store").rename(where / "away")
        time.sleep(0.5)
        (where / "away").rename(where / "store")
        assert answer(store, "approve", "alice").code == 0
        assert waiting.end().code == 0


@case
def only_people_answer():
    """a CI job can't approve, not even with a name and a reason"""
    with folder() as where:
        store = store_in(where)
        gate_wait("-", "--once", document=gate(approval(store), subject=SUBJECT))
        for variable in ("GITLAB_CI", "JENKINS_URL", "CI"):
            outcome = answer(store, "approve", "alice", environment={variable: "true"})
            assert outcome.code == 4 and "only a person" in outcome.err, outcome
        assert gate_wait("approve", "--store", store, "--gate", "test", "--name", "a", "--reason", "  ").code == 2
        assert answer(store, "approve", "alice", gate_name="other").code == 69
        assert gate_wait("-", "--once", document=gate(approval(store), subject=SUBJECT)).code == 75


@case
def overrides():
    """break-glass: only what is marked, only with a reason and a second person, and always on record"""
    with folder() as where:
        store = store_in(where)
        closed = {"id": "calendar", "type": "exec", "command": ["false"], "interval": "100ms", "overridable": True}
        stuck = {"id": "stuck", "type": "exec", "command": ["false"], "interval": "100ms"}
        second = {"store": store, "allowed": ["bob"]}
        document = gate(approval(store), closed, subject=SUBJECT, override=second)

        def once(*more, given=document):
            return gate_wait("-", "--once", *more, document=given).code

        assert once() == 75
        assert answer(store, "approve", "alice").code == 0
        assert once() == 75
        assert once("--override-reason", "the site is down") == 75, "nobody agreed yet"
        assert answer(store, "approve", "carol", gate_name="test.override").code == 0
        assert once("--override-reason", "the site is down") == 75, "carol asked for it herself"
        assert answer(store, "approve", "bob", gate_name="test.override").code == 0
        assert once() == 75, "without a reason nothing is overridden"
        assert once("--override-reason", "x", given=gate(approval(store), closed, stuck, subject=SUBJECT, override=second)) == 75
        assert once("--override-reason", "x", given=gate(closed, {**stuck, "command": ["true"]}, {**approval(store), "allowed": ["dave"]},
                                                         subject=SUBJECT, override=second)) == 75, "an approval is not overridden"
        assert once("--override-reason", "the site is down", "--record", where / "r") == 0
        result = result_of(where / "r")
        (one,) = result["overrides"]
        assert one["condition"] == "calendar" and one["who"] == "carol" and one["reason"] == "the site is down" and one["verdict"] == "closed", one
        assert "bob" in [person["username"] for person in one["second_approver"]], one
        assert [line["event"] for line in lines_of(where / "r")].count("override") == 1
        assert gate_wait("verify-record", where / "r").code == 0
        assert answer(store, "reject", "bob", gate_name="test.override").code == 0
        assert once("--override-reason", "the site is down") == 1, "he thought better of it"


run_cases()
