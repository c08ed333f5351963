#!/usr/bin/env python3
"""ci_test.py GATE-WAIT: what GitLab and Jenkins say, and what they say when something is wrong."""
import json
import time

from ci_servers import Gitlab, Jenkins
from support import Waiting, case, eventually, folder, gate, gate_wait, result_of, run_cases

SUBJECT = {"revision": "abc", "environment": "production", "triggerer": "carol"}


def on_gitlab(server, *conditions, **more):
    return gate(*conditions, subject=SUBJECT, gitlab={"url": f"{server.base}/api/v4", "project": "group/shop", "token": "${env:READ_TOKEN}"}, **more)


def on_jenkins(*conditions, **more):
    return gate(*conditions, subject=SUBJECT, jenkins={"user": "gate", "token": "${env:READ_TOKEN}"}, **more)


def environment(server):
    return {"READ_TOKEN": Gitlab.token if isinstance(server, Gitlab) else Jenkins.login.split(":")[1]}


def once(server, document, *more):
    return gate_wait("-", "--once", *more, document=document, environment=environment(server))


def job(**more):
    return {"id": "j", "type": "job", "system": "gitlab", "job": "backup", "pipeline": "77", "interval": "100ms", **more}


def deployment(**more):
    return {"id": "d", "type": "approval", "system": "gitlab-deployment", "interval": "100ms", **more}


def manual(**more):
    return {"id": "m", "type": "approval", "system": "gitlab-job", "job": "go", "pipeline": "77", "interval": "100ms", **more}


def pressed(server, **more):
    return {"id": "i", "type": "approval", "system": "jenkins-input", "build": f"{server.base}/job/shop/12/", "input": "deploy", "interval": "100ms", **more}


@case
def gitlab_job():
    """a GitLab job: success is open, its other ends are no, and a state that nobody knows is neither"""
    with Gitlab() as server:
        assert once(server, on_gitlab(server, job())).code == 75, "not there yet"
        for status, code in [("created", 75), ("pending", 75), ("running", 75), ("manual", 75), ("waiting_for_resource", 75), ("preparing", 75),
                             ("scheduled", 75), ("canceling", 75), ("brand_new_state", 75), ("success", 0), ("failed", 1), ("canceled", 1), ("skipped", 1)]:
            server.job("backup", status)
            assert once(server, on_gitlab(server, job())).code == code, status
        server.job("backup", "running")
        waiting = Waiting("-", document=on_gitlab(server, job()), environment=environment(server))
        assert eventually(lambda: len(server.asked) > 16)
        server.jobs.clear()
        gone = waiting.end()
        assert gone.code == 1 and "any more" in gone.err, gone


@case
def gitlab_manual_job():
    """a manual job: whoever pressed play, of this revision, and not who asked for the release"""
    with Gitlab() as server, folder() as where:
        server.job("go", "manual", user="carol")
        assert once(server, on_gitlab(server, manual())).code == 75
        for status, more, code in [("running", {}, 75), ("success", {}, 0), ("success", {"user": "carol"}, 75), ("success", {"sha": "other"}, 1),
                                   ("success", {"user": "mallory"}, 75), ("canceled", {}, 1), ("failed", {}, 1), ("success", {"pipeline": None}, 3),
                                   ("success", {"user_object": None}, 3), ("success", {"started_at": None}, 3),
                                   ("success", {"started_at": Gitlab.stamp(3700)}, 75)]:
            changed = dict(more)
            user = changed.pop("user", "alice")
            extra = {"user": None} if "user_object" in changed else {}
            changed.pop("user_object", None)
            server.job("go", status, **({"sha": changed.pop("sha")} if "sha" in changed else {}), **changed)
            server.jobs[-1]["user"] = extra.get("user", {"username": user})
            document = on_gitlab(server, manual(allowed=["alice", "carol"], max_age="1h"))
            outcome = once(server, document, "--record", where / "r")
            assert outcome.code == code, (status, more, outcome)
        server.job("go", "success")
        once(server, on_gitlab(server, manual()), "--record", where / "r")
        (word,) = result_of(where / "r")["approvals"]
        assert word["username"] == "alice" and word["system"] == "gitlab" and word["at"], word


@case
def gitlab_deployment():
    """a deployment's approvals: verified again with this gate's own rules, and never guessed where they are absent"""
    with Gitlab() as server:
        yes = ("alice", "approved", None)
        assert once(server, on_gitlab(server, deployment())).code == 75, "no such deployment yet"
        for status, more, rules, code in [
                ("blocked", {}, {}, 75), ("blocked", {"approvals": [yes], "pending": 1}, {}, 75), ("running", {"approvals": [yes], "pending": 0}, {}, 0),
                ("running", {"approvals": [("carol", "approved", None)], "pending": 0}, {}, 75),
                ("running", {"approvals": [yes], "pending": 0}, {"quorum": 2}, 75),
                ("running", {"approvals": [yes, ("bob", "approved", None)], "pending": 0}, {"quorum": 2}, 0),
                ("running", {"approvals": [yes], "pending": 0}, {"allowed": ["bob"]}, 75),
                ("running", {"approvals": [("alice", "approved", Gitlab.stamp(7300))], "pending": 0}, {"max_age": "2h"}, 75),
                ("blocked", {"approvals": [yes, ("bob", "rejected", None)], "pending": 1}, {}, 1),
                ("failed", {"approvals": [yes], "pending": 0}, {}, 1), ("canceled", {}, {}, 1),
                ("running", {"approvals": [], "pending": 0}, {}, 75),  # nobody had to approve there, which is not the same as somebody did
                ("blocked", {"free_tier": True}, {}, 3), ("success", {"free_tier": True}, {}, 3)]:
            server.deployment(status, **more)
            outcome = once(server, on_gitlab(server, deployment(**rules)))
            assert outcome.code == code, (status, more, rules, outcome)
        server.deployments.clear()
        server.deployment("running", [yes], 0, sha="other")
        server.deployment("running", [yes], 0, environment="staging")
        assert once(server, on_gitlab(server, deployment())).code == 75, "another revision, another environment"


@case
def paging():
    """what is looked for stands on a later page, also where a proxy drops the page headers"""
    with Gitlab() as server:
        server.page_size = 3
        server.deployment("running", [("alice", "approved", None)], 0)
        server.job("backup", "success")
        for count in range(20):
            server.deployment("success", [], 0, sha=f"newer{count}")
            server.job(f"other{count}", "running")
        assert once(server, on_gitlab(server, deployment(), job())).code == 0
        assert max(int(path.split("page=")[-1]) for _, path, _ in server.asked if "page=" in path) == 7
        # A list without an end is unknown, not "not there".
        server.page_size = 1
        for count in range(60):
            server.job(f"more{count}", "running")
        assert once(server, on_gitlab(server, job(job="absent"))).code == 3


@case
def trouble():
    """401, 403 and 404 end the wait at once with a hint; 429 and 5xx are waited for, as long as the server asks"""
    with Gitlab() as server, Jenkins() as jenkins:
        server.job("backup", "success")
        build = {"id": "b", "type": "job", "system": "jenkins", "build": f"{jenkins.base}/job/shop/12", "interval": "100ms"}
        for one, document in [(server, on_gitlab(server, job())), (server, on_gitlab(server, {"id": "f", "type": "freeze", "interval": "100ms"})),
                              (server, on_gitlab(server, deployment())), (jenkins, on_jenkins(build)), (jenkins, on_jenkins(pressed(jenkins)))]:
            for status, hint in [(401, "token is wrong"), (403, "token may not"), (404, "private project")]:
                one.trouble = status
                outcome = gate_wait("-", document=document, environment=environment(one))
                assert outcome.code == 3 and hint in outcome.err, (status, outcome)
            for status in (429, 500, 502, 503, 504):
                one.trouble = status
                assert once(one, document).code == 3, status
                assert gate_wait("-", "--timeout", "400ms", document=document, environment=environment(one)).code == 124, status
            for status, body in [(200, b"<html>maintenance</html>"), (200, b'"text"'), (200, b"{"), (302, b""), (204, b"")]:
                one.trouble, one.trouble_body = status, body
                assert once(one, document).code == 3, (status, body)
            one.trouble = None
        assert gate_wait("-", document=on_gitlab(server, job()), environment={"READ_TOKEN": "wrong-token-here"}).code == 3
        server.trouble, server.trouble_headers = 429, {"Retry-After": "2"}
        waiting = Waiting("-", document=on_gitlab(server, job()), environment=environment(server))
        before = len(server.asked)
        assert eventually(lambda: len(server.asked) > before)
        first = server.asked[-1][2]
        server.trouble = None
        assert waiting.end().code == 0
        assert server.asked[before + 1][2] - first >= 1.9, "asked again before the server wanted it"


@case
def crumb():
    """a 403 for want of a crumb says what to do"""
    with Jenkins() as server:
        server.trouble, server.trouble_body = 403, b"No valid crumb was included in the request"
        outcome = gate_wait("-", document=on_jenkins(pressed(server)), environment=environment(server))
        assert outcome.code == 3 and "API token" in outcome.err, outcome


@case
def restart():
    """a server that restarts in the middle does not end the wait"""
    with Gitlab() as server, Jenkins() as jenkins:
        server.job("backup", "running")
        jenkins.pending = ["Deploy"]
        document = on_gitlab(server, job(), pressed(jenkins), jenkins={"user": "gate", "token": "${env:JENKINS_TOKEN}"})
        waiting = Waiting("-", document=document, environment={"READ_TOKEN": Gitlab.token, "JENKINS_TOKEN": Jenkins.login.split(":")[1]})
        assert eventually(lambda: server.asked and jenkins.asked)
        server.stop()
        jenkins.stop()
        time.sleep(0.5)
        server.start()
        jenkins.trouble = 503
        jenkins.start()
        time.sleep(0.3)
        jenkins.trouble = None
        assert waiting.running()
        server.job("backup", "success")
        jenkins.approvers, jenkins.pending = ["alice"], []
        outcome = waiting.end()
        assert outcome.code == 0, outcome


@case
def jenkins_build():
    """a Jenkins build: SUCCESS is open, its other ends are no"""
    with Jenkins() as server:
        build = {"id": "b", "type": "job", "system": "jenkins", "build": f"{server.base}/job/shop/12", "interval": "100ms"}
        for building, result, code in [(True, None, 75), (False, "SUCCESS", 0), (False, "UNSTABLE", 1), (False, "FAILURE", 1), (False, "ABORTED", 1),
                                       (False, "NOT_BUILT", 1), (False, None, 3), (True, "SUCCESS", 75)]:
            server.building, server.result = building, result
            assert once(server, on_jenkins(build)).code == code, (building, result)


@case
def jenkins_input():
    """an input: who answered it, of this revision; two inputs are told apart by their position"""
    with Jenkins() as server:
        def ask(**more):
            return once(server, on_jenkins(pressed(server, **more))).code

        assert ask() == 75, "not reached yet"
        server.pending = ["Deploy"]
        assert ask() == 75
        server.approvers = ["alice"]
        assert ask() == 75, "somebody answered something, but this one is pending"
        server.pending = []
        assert ask() == 0 and ask(position=2) == 75 and ask(allowed=["bob"]) == 75
        server.approvers = ["carol"]
        assert ask() == 75, "carol asked for it"
        server.approvers = ["carol", "alice"]
        assert ask() == 75 and ask(position=2) == 0
        server.sha = "other"
        assert ask(position=2) == 1
        server.sha = ""
        assert ask(position=2) == 3, "which revision is not told"
        server.sha, server.approvers = "abc", ["alice"]
        assert ask(max_age="1h") == 0
        server.began = time.time() - 7200
        assert ask(max_age="1h") == 3, "Jenkins does not say when"
        server.approvers, server.building, server.result = [], False, "ABORTED"
        assert ask() == 1
        server.result = "SUCCESS"
        assert ask() == 1, "ended without an answer"
        server.approvers = [""]
        assert ask() == 1


@case
def freeze_periods():
    """freeze periods are worked out anew at the gate, whatever the pipeline was told when it was made"""
    with Gitlab() as server:
        freeze = on_gitlab(server, {"id": "f", "type": "freeze", "interval": "100ms"})

        def minute(shift):
            return time.strftime("%M %H %d %m *", time.gmtime(time.time() + 60 * shift))

        def period(start, end, zone="UTC"):
            return {"id": 1, "freeze_start": start, "freeze_end": end, "cron_timezone": zone, "created_at": "2026-01-01T00:00:00.000Z"}

        for periods, code in [([], 0), ([period(minute(-60), minute(60))], 75), ([period(minute(60), minute(120))], 0),
                              ([period(minute(-120), minute(-60))], 0), ([period(minute(60), minute(120)), period(minute(-60), minute(60))], 75),
                              ([period("0 0 1 1 *", "0 0 1 1 *", "Mars/Olympus")], 3), ([period("every day", "0 0 1 1 *")], 3),
                              ([period("0 0 * * tue%2", "0 1 * * tue%2", "Europe/Berlin")], 3), ([period("0 0 * * *", "")], 3),
                              ([period("0 0 * * mon#7", "0 0 1 1 *")], 3), ([{}], 3)]:
            server.periods = periods
            outcome = gate_wait("-", "--once", document=freeze, environment={**environment(server), "CI_DEPLOY_FREEZE": ""})
            assert outcome.code == code, (periods, outcome)
        # The pipeline was made before the freeze; its variable says nothing. The gate asks.
        server.periods = []
        waiting = Waiting("-", document=on_gitlab(server, {"id": "f", "type": "freeze", "interval": "100ms"},
                                                  {"id": "n", "type": "exec", "command": ["false"], "interval": "100ms"}), environment=environment(server))
        assert eventually(lambda: len(server.asked) > 12)
        seen = len(server.asked)
        server.periods = [period(minute(-60), minute(60))]
        assert eventually(lambda: len(server.asked) > seen + 12)
        waiting.signal()
        assert "frozen until" in waiting.end().err


@case
def clocks_apart():
    """a server whose clock is more than two minutes away makes ages, freezes and windows unknown"""
    always = {"id": "w", "type": "window", "tz": "UTC", "rule": {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}, "from": "00:00", "to": "24:00"}
    with Gitlab() as server:
        server.deployment("running", [("alice", "approved", None)], 0)
        for ahead, code in [(0, 0), (60, 0), (-60, 0), (300, 3), (-300, 3)]:
            server.clock_ahead = ahead
            for conditions in ([deployment()], [{"id": "f", "type": "freeze"}], [{"id": "f", "type": "freeze"}, always]):
                outcome = once(server, on_gitlab(server, *conditions))
                assert outcome.code == code, (ahead, conditions, outcome)


@case
def secrets_stay():
    """a token is in no argument list, log, report or record, and no other host gets it"""
    with Gitlab() as server, Jenkins() as jenkins, folder() as where:
        server.trouble, server.trouble_headers = 302, {"Location": f"{jenkins.base}/api"}
        outcome = gate_wait("-", "--once", "--verbose", "--record", where / "r", "--json", document=on_gitlab(server, job()), environment=environment(server))
        assert outcome.code == 3 and not jenkins.asked, "a redirect was followed"
        server.trouble, server.trouble_body, server.trouble_headers = 500, f"token {Gitlab.token}".encode(), {}
        again = gate_wait("-", "--once", "--verbose", "--record", where / "r", document=on_gitlab(server, job()), environment=environment(server))
        text = outcome.out + outcome.err + again.out + again.err + (where / "r").read_text() + json.dumps(result_of(where / "r"))
        assert Gitlab.token not in text, text


run_cases()
