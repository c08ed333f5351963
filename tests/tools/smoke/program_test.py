#!/usr/bin/env python3
"""program_test.py SMOKE: the tool as a whole: bad input, exit codes, and that nothing is taken for a yes that is none."""
import base64
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree

from server import Server, SilentPort, make_certificate
from support import SOURCE, case, clean_environment, eventually, folder, free_port, run_cases, smoke

STATUS_OK = [{"on": "status", "op": "eq", "value": 200}]


def http(url, expect=None, **more):
    return {"id": more.pop("id", "a"), "type": "http", "url": url, "expect": STATUS_OK if expect is None else expect, **more}


def document(*checks, **more):
    return {"version": 1, "defaults": {"timeout": "2s", "interval": "100ms"}, **more, "checks": list(checks)}


def junit(path):
    root = ElementTree.parse(path).getroot()
    return {one.get("name"): one for one in root.iter("testcase")}


def kinds(testcase):
    return sorted(child.tag for child in testcase)


@case
def bad_check_files():
    """a check file that is wrong ends with 2 and says where"""
    text = json.dumps(document(http("http://x.test/")), indent=1)
    good = json.loads(text)
    two = document(http("http://x.test/"), http("http://x.test/"))
    cases = {
        "malformed": ('{"version": 1,\n "checks": [}', "<stdin>:2:13: not valid JSON"),
        "cut off": (text[:-5], "not valid JSON"),
        "empty": ("", "<stdin>:1:1: not valid JSON"),
        "no UTF-8": (text.encode().replace(b"x.test", b"caf\xe9"), "not valid JSON"),
        "repeated key": ('{"version": 1, "version": 1, "checks": []}', "<stdin>:1:16: key 'version' is given twice"),
        "unknown key": (text.replace('"url"', '"uri"'), "'/checks/0/url' is missing"),
        "unknown key beside": (text.replace('"type"', '"timeuot": "1s", "type"'), "did you mean 'timeout'?"),
        "unknown key above": (text.replace('"defaults"', '"default"'), "did you mean 'defaults'?"),
        "two of an id": (json.dumps(two, indent=1), "there are two checks 'a'"),
        "no checks": ('{"version": 1, "checks": []}', "<stdin>:1:16: there are no checks"),
        "no list of checks": ('{"version": 1}', "there are no checks"),
        "no assertion": (json.dumps(document(http("http://x.test/", [])), indent=1), "check 'a' asserts nothing"),
        "no expect": ('{"version":1,"checks":[{"id":"a","type":"http","url":"http://x/"}]}', "check 'a' asserts nothing"),
        "unset variable": (text.replace("http://x.test/", "${env:NOT_SET_ANYWHERE}"),
                           "environment variable 'NOT_SET_ANYWHERE' is not set"),
        "empty variable": (text.replace("http://x.test/", "${env:EMPTY}"), "environment variable 'EMPTY' is not set"),
        "unknown own variable": (text.replace("http://x.test/", "${base}"), "'base' is not among \"vars\""),
        "unknown type": (text.replace('"http"', '"htpp"'), "did you mean 'http'?"),
        "unknown subject": (text.replace('"status"', '"statsu"'), "did you mean 'status'?"),
        "unknown op": (text.replace('"eq"', '"equals"'), "there is no 'op' equals"),
        "no URL": (text.replace("http://x.test/", "notaurl"), "is no http:// or https:// URL"),
        "no unit": (text.replace('"2s"', '"2"'), "'2' is not a duration"),
        "no time": (text.replace('"2s"', '"0s"'), "must be longer than nothing"),
        "version": (text.replace('"version": 1', '"version": 2'), "version 2 is not known"),
        "header with a line break": (json.dumps(document(http("http://x/", headers={"A": "b\r\nC: d"}))), "line break"),
        "secret in argv": (json.dumps(document({"id": "a", "type": "exec", "command": ["curl", "${env:HOME}"]})),
                           "variables are not filled into a command"),
        "variable in SQL": (json.dumps(document({"id": "a", "type": "pg", "connection": "host=x dbname=y", "sql": "${env:HOME}",
                                                 "expect": STATUS_OK})), "variables are not filled into SQL"),
        "password": (json.dumps(document({"id": "a", "type": "provenance", "connection": "postgresql://u:hunter22@h/d"})),
                     "a password on the command line"),
        "bad pattern": (text.replace('"op": "eq",\n     "value": 200', '"op": "matches", "value": "("'), "not a pattern"),
    }
    assert good["version"] == 1
    for name, (content, message) in cases.items():
        for verb in ([], ["lint"]):
            outcome = smoke(*verb, "-", checks=content, environment={"EMPTY": ""})
            assert outcome.code == 2, (name, verb, outcome)
            assert message in outcome.err, (name, verb, outcome)
            assert outcome.out == "", (name, verb, outcome)
            assert "hunter22" not in outcome.err, (name, outcome)
    outcome = smoke("-", checks='{"version": 1, "checks": [],\n "chekcs": []}')
    assert outcome.code == 2 and '\n  2 |  "chekcs": []}\n    |  ^\n' in outcome.err, outcome


@case
def bad_servers():
    """a server that is away, slow, endless, looping or lying fails its check and never hangs the run"""
    with Server() as server, SilentPort() as silent:
        text = [{"on": "body", "op": "contains", "value": "x"}]
        cases = {
            "unreachable": (http(f"http://127.0.0.1:{free_port()}/"), 1, "unreachable"),
            "no such name": (http("http://no-such-host.invalid/"), 1, "unreachable"),
            "silent": (http(f"http://127.0.0.1:{silent}/", timeout="300ms"), 1, "timed_out"),
            "slow loris": (http(server.url("/loris"), timeout="500ms"), 1, "timed_out"),
            "endless body": (http(server.url("/endless"), body_limit=10000), 1, "too_large"),
            "redirect loop": (http(server.url("/loop"), follow=5), 1, "redirect"),
            "redirect not followed": (http(server.url("/loop")), 1, "assertion"),
            "binary body": (http(server.url("/binary"), text), 1, "assertion"),
            "invalid UTF-8": (http(server.url("/invalid"), text), 1, "assertion"),
            "JSON that is none": (http(server.url("/invalid"), [{"on": "json:/name", "op": "exists"}]), 1, "assertion"),
            "JSON absent in what is none": (http(server.url("/binary"), [{"on": "json:/x", "op": "absent"}]), 1, "assertion"),
            "port out of range": (http("http://127.0.0.1:99999/"), 2, "configuration"),
            "no CA file": (http("https://127.0.0.1/", ca_file="/no/such/file"), 2, "configuration"),
            "command not found": ({"id": "a", "type": "exec", "command": ["no-such-program"]}, 2, "configuration"),
            "command that hangs": ({"id": "a", "type": "exec", "command": ["sleep", "60"], "timeout": "300ms"}, 1, "timed_out"),
            "command that floods": ({"id": "a", "type": "exec", "command": ["yes"]}, 1, "too_large"),
            "tcp refused": ({"id": "a", "type": "tcp", "address": f"127.0.0.1:{free_port()}"}, 1, "unreachable"),
            "database away": ({"id": "a", "type": "pg", "connection": f"host=127.0.0.1 port={free_port()} dbname=x",
                               "sql": "SELECT 1", "expect": [{"on": "rows", "op": "eq", "value": 1}]}, 1, "unreachable"),
        }
        with folder() as where:
            for name, (check, code, kind) in cases.items():
                begin = time.monotonic()
                outcome = smoke("-", "--junit", where / "j.xml", "--json", checks=document(check), limit=30)
                assert outcome.code == code, (name, outcome)
                one = json.loads(outcome.out)["checks"][0]
                assert one["kind"] == kind and one["verdict"] != "pass", (name, one)
                assert kinds(junit(where / "j.xml")["a"]) == ["failure" if kind == "assertion" else "error"], (name, outcome)
                assert time.monotonic() - begin < 20, name


@case
def certificates():
    """a wrong certificate fails, a right one passes, and an unverified one is told of loudly"""
    with folder() as where:
        right = make_certificate(where / "right", "IP:127.0.0.1")
        wrong = make_certificate(where / "wrong", "DNS:elsewhere.test")
        days = [{"on": "cert_days", "op": "ge", "value": 8}]
        with Server(certificate=right) as server:
            assert smoke("-", checks=document(http(server.url(), days, ca_file=f"{right}.crt"))).code == 0
            old = [{"on": "cert_days", "op": "ge", "value": 30}]
            assert smoke("-", checks=document(http(server.url(), old, ca_file=f"{right}.crt"))).code == 1
            unknown = smoke("-", "--json", checks=document(http(server.url())))
            assert unknown.code == 1 and json.loads(unknown.out)["checks"][0]["kind"] == "tls", unknown
            loud = smoke("-", checks=document(http(server.url(), insecure=True)))
            assert loud.code == 0 and "certificate NOT verified" in loud.err, loud
            waiting = smoke("wait", "-", "--deadline", "20s", checks=document(http(server.url())))
            assert waiting.code == 1 and "trying again cannot help" in waiting.err, waiting
        with Server(certificate=wrong) as server:
            assert smoke("-", checks=document(http(server.url(), ca_file=f"{wrong}.crt"))).code == 1


@case
def assertions():
    """values keep their types: 1 is not "1", and what is missing fails everything but absent"""
    with Server() as server:
        for on, op, value, code in [
                ("json:/number", "eq", 1, 0), ("json:/number", "eq", "1", 1), ("json:/text", "eq", "1", 0),
                ("json:/text", "eq", 1, 1), ("json:/missing", "ne", 1, 1), ("json:/missing", "eq", None, 1),
                ("json:/missing", "absent", ..., 0), ("json:/number", "absent", ..., 1), ("json:/nothing", "exists", ..., 0),
                ("json:/nothing", "type", "null", 0), ("json:/list", "len_eq", 2, 0), ("json:/list", "contains", 2, 0),
                ("json:/list", "contains", "2", 1), ("json:/list/1", "eq", 2, 0), ("json:/list/01", "exists", ..., 1),
                ("header:x-revision", "matches", "^r[0-9]$", 0), ("header:X-None", "matches", ".*", 1),
                ("status", "in", [200, 204], 0), ("status", "ge", 201, 1), ("http_version", "eq", "1.1", 0),
                ("remote_ip", "eq", "127.0.0.1", 0), ("time_total", "lt", 5, 0), ("json:/text", "lt", 5, 1)]:
            assertion = {"on": on, "op": op, **({} if value is ... else {"value": value})}
            outcome = smoke("-", checks=document(http(server.url(), [assertion])))
            assert outcome.code == code, (assertion, outcome)
        outcome = smoke("-", checks=document(http(server.url(), [{"on": "json:/text", "op": "eq", "value": 1}])))
        assert "expected: number 1\n    actual:   string \"1\"" in outcome.err and ": check 'a': json:/text\n" in outcome.err, outcome


@case
def single_url():
    """a URL alone is checked for a 2xx status, and a password in it is refused"""
    with Server() as server:
        assert smoke(server.url()).code == 0
        assert smoke(server.url("/error")).code == 1
        assert smoke(server.url("/loop")).code == 1
        refused = smoke(f"http://me:hunter22@127.0.0.1:{server.port}/ok")
        assert refused.code == 2 and "hunter22" not in refused.err and not server.counts.get("/x"), refused
        assert smoke("notaurl").code == 2
        assert smoke("http://").code == 2


@case
def report_never_decides():
    """no report, format or flag turns a failed run into a good one (fail-open 1)"""
    with Server() as server, folder() as where:
        for more in ([], ["--json"], ["--junit", where / "j.xml"], ["--report", where / "r.json"], ["--verbose"],
                     ["--json", "--junit", where / "j.xml", "--report", where / "r.json"]):
            assert smoke("-", *more, checks=document(http(server.url("/error")))).code == 1, more
        assert smoke("-", checks=document(http(server.url("/error"), severity="warn"))).code == 0
        missing = smoke("-", "--junit", where / "no" / "j.xml", checks=document(http(server.url())))
        assert missing.code not in (0, 1) and not server.counts.get("/ok"), missing


@case
def nothing_checked():
    """a run in which no check applies is no pass (fail-open 2 and 4)"""
    with Server() as server:
        assert smoke("-", checks=document(http(server.url(), phase=["during"]))).code == 2
        assert smoke("wait", "-", checks=document(http(server.url(), phase=["during"]))).code == 2
        assert smoke("during", "-", "--", "true", checks=document(http(server.url(), phase=["after"]))).code == 2
        assert smoke("-", checks="").code == 2
        assert smoke("-", checks=document(http(server.url("/error"), []))).code == 2
        assert not server.requests


@case
def one_document():
    """repeated attempts leave one XML document, with the flake in it (fail-open 3 and 5)"""
    with Server() as server, folder() as where:
        outcome = smoke("wait", "-", "--stable", 2, "--deadline", "20s", "--interval", "50ms", "--junit", where / "j.xml",
                        "--json", checks=document(http(server.url("/flaky"))))
        assert outcome.code == 0, outcome
        found = junit(where / "j.xml")["a"]
        assert kinds(found) == ["flakyFailure", "flakyFailure", "system-out"], kinds(found)
        report = json.loads(outcome.out)
        assert report["counts"]["flaky"] == 1 and report["checks"][0]["failed_attempts"] == 2, report
        assert report["checks"][0]["attempts"] == 4 == server.counts["/flaky"], report
        assert "FLAKY a: 2 of 4" in outcome.err, outcome


@case
def junit_schema():
    """every JUnit report is valid by the schema of Jenkins' plugin, but for the attribute file, which GitLab shows"""
    schema = SOURCE / "tests/tools/split-check/published/junit-10.xsd"
    with Server() as server, folder() as where:
        document_of_all = document(http(server.url(), id="good"), http(server.url("/error"), id="bad"),
                                   http(server.url("/flaky"), id="flaky"), http(server.url("/binary"), STATUS_OK, id="warned", severity="warn"),
                                   {"id": "away <&>", "type": "tcp", "address": f"127.0.0.1:{free_port()}"})
        for arguments in (["-"], ["wait", "-", "--deadline", "1s", "--interval", "50ms"], ["during", "-", "--", "true"]):
            smoke(*[*arguments[:2], "--junit", where / "j.xml", *arguments[2:]], checks=document_of_all)
            (where / "j.xml").write_text(re.sub(r' file="[^"]*"', "", (where / "j.xml").read_text()))
            done = subprocess.run(["xmllint", "--noout", "--schema", schema, where / "j.xml"], capture_output=True, text=True, check=False)
            assert done.returncode == 0, (arguments, done.stderr)


@case
def secrets():
    """a secret that a server echoes reaches neither report, page, timeline, log nor argv, in any form (fail-open 6)"""
    token = "s3cret+token/with&odd=chars"
    forms = [token, base64.b64encode(token.encode()).decode(), urllib.parse.quote(token, safe=""), token.replace("&", "&amp;"),
             base64.b64encode(f"user:{token}".encode()).decode()]
    # Hidden because it goes into a header, whatever its name; and because of its name.
    for variable in ("MINE", "TOKEN_OF_MINE"):
        echoed_secret(variable, token, forms)


def echoed_secret(variable, token, forms):
    with Server() as server, folder() as where:
        checks = where / "checks.json"
        expect = [{"on": "body", "op": "eq", "value": "nothing"}]
        checks.write_text(json.dumps(document(http(server.url("/echo"), expect, headers={"X-Token": "${env:" + variable + "}"}))))
        environment = {variable: token}
        for arguments in ([checks], ["wait", checks, "--deadline", "1s"],
                          ["during", checks, "--html", where / "p.html", "--timeline", where / "t.jsonl", "--", "true"]):
            outcome = smoke(*arguments, "--json", "--verbose", "--junit", where / "j.xml", "--report", where / "r.json",
                            environment=environment)
            assert outcome.code in (1, 3, 124), outcome
            written = outcome.out + outcome.err + "".join(file.read_text() for file in where.iterdir() if file != checks)
            assert "echo ***" in written, written
            for form in forms:
                assert form not in written, (arguments[0], form)
        assert server.requests[0][1]["X-Token"] == token


@case
def redirect_keeps_secrets():
    """a token never follows a redirect to another host"""
    with Server() as server, Server() as other:
        server.elsewhere = other.url("/stolen")
        headers = {"PRIVATE-TOKEN": "abcdefgh", "authorization": "Bearer abcdefgh", "JOB-TOKEN": "abcdefgh"}
        outcome = smoke("-", checks=document(http(server.url("/elsewhere"), follow=3, headers=headers)))
        assert outcome.code == 0, outcome
        assert "abcdefgh" in str(server.requests), server.requests
        assert other.requests and "abcdefgh" not in str(other.requests), other.requests


@case
def errors_are_errors():
    """an error is never taken for the state that was asked for, and a wrong address is not retried (fail-open 7 and 8)"""
    begin = time.monotonic()
    for address in ("notaurl", "htp://127.0.0.1/"):
        assert smoke("wait", "-", "--deadline", "30s", checks=document(http(address))).code == 2
    assert smoke("wait", "-", "--deadline", "30s", checks=document(http("http://127.0.0.1:99999/"))).code == 2
    assert time.monotonic() - begin < 15
    with Server() as server:
        forbidden = smoke("wait", "-", "--deadline", "30s", checks=document(http(server.url("/forbidden"))))
        assert forbidden.code == 1 and server.counts["/forbidden"] == 1, forbidden
    for expect in ([{"on": "status", "op": "ne", "value": 200}], [{"on": "json:/x", "op": "absent"}]):
        assert smoke("-", checks=document(http(f"http://127.0.0.1:{free_port()}/", expect))).code == 1


@case
def during_must_prove():
    """without a green baseline the command is not run, and a run without enough good answers is no pass (fail-open 9)"""
    with Server() as server, folder() as where:
        mark = where / "ran"
        red = smoke("during", "-", "--", "touch", mark, checks=document(http(server.url("/error"))))
        assert red.code == 3 and not mark.exists() and "NOT run" in red.err, red
        missing = smoke("during", "-", "--", "no-such-program", checks=document(http(server.url())))
        assert missing.code == 69 and "NOT run" in missing.err, missing
        assert smoke("during", "-", checks=document(http(server.url()))).code == 2
        good = smoke("during", "-", "--after", "300ms", "--", "touch", mark, checks=document(http(server.url())))
        assert good.code == 0 and mark.exists(), good
        assert "not proven" in good.err, good
        flaky = smoke("during", "-", "--after", "300ms", "--", "true", checks=document(http(server.url("/flaky"))))
        assert flaky.code == 3, flaky


def flip(server, seconds):
    """A command's stand-in: the server is bad for so long."""
    server.good = False
    time.sleep(seconds)
    server.good = True


@case
def during_budgets():
    """an outage while the command runs is found, measured, and held against the budgets"""
    for budget, code in ([], 1), (["--max-outage", "20s"], 0), (["--max-failures", "1000"], 0), (["--max-gap", "100ms"], 1), \
            (["--max-outage", "20s", "--max-failures", "0"], 1):
        with Server() as server, folder() as where:
            (where / "checks.json").write_text(json.dumps(document(http(server.url("/switch"), interval="50ms"))))
            running = start(["during", where / "checks.json", "--after", "300ms", "--report", where / "r.json", *budget, "--",
                             "sh", "-c", f"touch {where}/began; until [ -e {where}/go ]; do sleep 0.02; done"])
            assert eventually((where / "began").exists)
            flip(server, 1)
            time.sleep(0.2)
            (where / "go").touch()
            out, err = running.communicate(timeout=60)
            assert running.returncode == code, (budget, running.returncode, err)
            for lane in json.loads((where / "r.json").read_text())["during"]["lanes"]:
                assert 0.3 < lane["longest_outage_seconds"] < 5, lane
                assert lane["outages"][0]["phase"] == "command", lane


def start(arguments, environment=None):
    return subprocess.Popen([sys.argv[1], *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env=clean_environment(environment))


@case
def during_signals():
    """a signal is passed on to the command, which is waited for and never killed, and its own exit code comes back"""
    with Server() as server, folder() as where:
        (where / "checks.json").write_text(json.dumps(document(http(server.url()))))
        script = f"trap 'sleep 0.3; touch {where}/tidied; exit 42' TERM; touch {where}/began; while :; do sleep 0.05; done"
        running = start(["during", where / "checks.json", "--junit", where / "j.xml", "--", "bash", "-c", script])
        assert eventually((where / "began").exists)
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=60)
        assert running.returncode == 42 and (where / "tidied").exists(), (running.returncode, err)
        assert kinds(junit(where / "j.xml")["a"]) == [], err
        stubborn = start(["during", where / "checks.json", "--", "sh", "-c", f"trap '' TERM; touch {where}/two; sleep 1; exit 0"])
        assert eventually((where / "two").exists)
        stubborn.send_signal(signal.SIGTERM)
        out, err = stubborn.communicate(timeout=60)
        assert stubborn.returncode == 128 + signal.SIGTERM, (stubborn.returncode, err)
        failing = smoke("during", where / "checks.json", "--after", "0s", "--", "sh", "-c", "exit 7")
        assert failing.code == 7, failing


@case
def killed_run_stays_red():
    """SIGKILL leaves red reports, and lets the command live"""
    with Server() as server, folder() as where:
        (where / "checks.json").write_text(json.dumps(document(http(server.url()))))
        script = f"touch {where}/began; sleep 1.5; touch {where}/finished"
        running = start(["during", where / "checks.json", "--junit", where / "j.xml", "--report", where / "r.json", "--html",
                         where / "p.html", "--timeline", where / "t.jsonl", "--", "sh", "-c", script])
        assert eventually((where / "began").exists)
        running.kill()
        running.communicate()
        assert kinds(junit(where / "j.xml")["a"]) == ["error"]
        assert json.loads((where / "r.json").read_text())["smoke"] == {"verdict": "unfinished", "exit_code": None}
        assert "UNFINISHED" in (where / "p.html").read_text()
        lines = [json.loads(line) for line in (where / "t.jsonl").read_text().splitlines()]
        assert any(line["kind"] == "probe" for line in lines), lines
        assert eventually((where / "finished").exists, 20), "the command died with us"


@case
def phases():
    """phases come from marker lines and from the phase file"""
    with Server() as server, folder() as where:
        script = "echo 'sluice-phase: one'; sleep 0.3; echo two >>$SLUICE_PHASE_FILE; sleep 0.3; echo 'sluice-phase: three' >&2"
        outcome = smoke("during", "-", "--after", "200ms", "--report", where / "r.json", "--", "sh", "-c", script,
                        checks=document(http(server.url())))
        assert outcome.code == 0, outcome
        names = [phase["name"] for phase in json.loads((where / "r.json").read_text())["during"]["phases"]]
        assert names == ["baseline", "command", "one", "two", "three", "after"], names


@case
def schedule_without_omission():
    """a stalled server is asked as often as a working one, and the stall counts from when a probe was due"""
    with Server() as server, folder() as where:
        outcome = smoke("during", "-", "--after", "0s", "--report", where / "r.json", "--", "sleep", "1",
                        checks=document(http(server.url("/slow"), interval="50ms")))
        assert outcome.code == 0, outcome
        for lane in json.loads((where / "r.json").read_text())["during"]["lanes"]:
            # 0.3 s an answer: one after the other would be 5 in the time that 25 are due.
            assert lane["probes"] >= 20 and lane["p50_ms"] >= 290, lane


@case
def exit_codes():
    """each exit code has a run that ends with it"""
    with Server() as server:
        for code, arguments, checks in [
                (0, ["-"], document(http(server.url()))), (1, ["-"], document(http(server.url("/error")))),
                (2, ["-"], "{}"), (2, [], None), (2, ["--versoin"], None), (2, ["/no/such/file"], None),
                (3, ["during", "-", "--", "true"], document(http(server.url("/error")))),
                (124, ["wait", "-", "--deadline", "500ms"], document(http(server.url("/error")))),
                (0, ["lint", "-"], document(http(server.url()))), (0, ["list", "-"], document(http(server.url()))),
                (0, ["--help"], None), (0, ["--version"], None)]:
            assert smoke(*arguments, checks=checks).code == code, (code, arguments)
        server.counts.clear()
        running = start(["wait", server.url("/error"), "--deadline", "60s", "--interval", "20ms"])
        assert eventually(lambda: server.counts.get("/error", 0) > 3)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
        assert running.returncode == 128 + signal.SIGINT, (running.returncode, err)
        if os.path.exists("/dev/full"):
            full = subprocess.run([sys.argv[1], server.url()], stdout=open("/dev/full", "w", encoding="ascii"), check=False,
                                  stderr=subprocess.PIPE, env=clean_environment())
            assert full.returncode not in (0, 1), full


@case
def wait_needs_a_streak():
    """wait ends after so many good rounds in a row, however many good ones were strewn among bad ones"""
    with Server() as server:
        outcome = smoke("wait", server.url("/flaky"), "--stable", 3, "--interval", "20ms", "--deadline", "30s")
        assert outcome.code == 0 and server.counts["/flaky"] == 5, (server.counts, outcome)


@case
def flakes_have_a_limit():
    """--max-flakes turns a shaky good end into a no"""
    for most, code in ((2, 0), (1, 1), (0, 1)):
        with Server() as server, folder() as where:
            outcome = smoke("wait", "-", "--max-flakes", most, "--interval", "20ms", "--deadline", "30s", "--dotenv", where / "e",
                            checks=document(http(server.url("/flaky"))))
            assert outcome.code == code, (most, outcome)
            lines = (where / "e").read_text().splitlines()
            assert f"SLUICE_SMOKE={'pass' if code == 0 else 'fail'}" in lines and "SLUICE_SMOKE_FLAKY=1" in lines, lines


@case
def dotenv():
    """the dotenv file tells pass, fail and unknown apart, and says unfinished of a run that was killed"""
    with Server() as server, folder() as where:
        env = where / "smoke.env"
        for verb, path, verdict in (([], "/ok", "pass"), ([], "/error", "fail"), (["during"], "/error", "unknown")):
            smoke(*verb, "-", "--dotenv", env, *(["--", "true"] if verb else []), checks=document(http(server.url(path))))
            assert env.read_text().splitlines()[0] == f"SLUICE_SMOKE={verdict}", (verdict, env.read_text())
        (where / "c.json").write_text(json.dumps(document(http(server.url()))))
        running = start(["during", where / "c.json", "--dotenv", env, "--", "sh", "-c", f"touch {where}/began; sleep 1"])
        assert eventually((where / "began").exists)
        running.kill()
        running.communicate()
        assert env.read_text().splitlines()[0] == "SLUICE_SMOKE=unfinished", env.read_text()
        done = smoke("during", "-", "--after", "100ms", "--dotenv", env, "--", "true", checks=document(http(server.url())))
        assert done.code == 0 and env.read_text().splitlines()[0] == "SLUICE_SMOKE=pass", env.read_text()


@case
def abort_on_outage():
    """a command is ended only where that was asked for, once a check is down for so long"""
    script = "trap 'exit {code}' TERM; touch {where}/began; for i in $(seq 200); do sleep 0.05; done; exit 0"
    for code, expected in ((7, 7), (0, 1)):
        with Server() as server, folder() as where:
            (where / "c.json").write_text(json.dumps(document(http(server.url("/switch"), interval="50ms"), budgets={"outage": "1h"})))
            running = start(["during", where / "c.json", "--after", "100ms", "--report", where / "r.json", "--abort-on-outage", "2s",
                             "--timeline", where / "t.jsonl", "--", "bash", "-c", script.format(code=code, where=where)])
            assert eventually((where / "began").exists)
            flip(server, 0.1)  # not long enough
            time.sleep(0.3)
            assert running.poll() is None
            server.good = False
            out, err = running.communicate(timeout=60)
            assert running.returncode == expected, (running.returncode, err)
            report = json.loads((where / "r.json").read_text())
            assert report["during"]["command"]["aborted"] and report["during"]["command"]["exit"] == code, report["during"]["command"]
            assert report["smoke"]["verdict"] == "fail", report["smoke"]
            assert '"kind":"aborted"' in (where / "t.jsonl").read_text().replace(" ", ""), err


@case
def warnings_do_not_fail():
    """a check of severity warn is shown and does not decide"""
    with Server() as server, folder() as where:
        outcome = smoke("-", "--junit", where / "j.xml",
                        checks=document(http(server.url()), http(server.url("/error"), id="b", severity="warn")))
        assert outcome.code == 0 and "WARN b" in outcome.err and "1 warned" in outcome.out, outcome
        assert kinds(junit(where / "j.xml")["b"]) == ["system-out"]


run_cases()
