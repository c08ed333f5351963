#!/usr/bin/env python3
"""program_test.py GATE-WAIT: the tool as a whole: bad gates, exit codes, the record, and being cancelled."""
import json
import pathlib
import resource
import random
import resource
import signal
import subprocess
import sys
import time

from support import (SOURCE, Waiting, case, clean_environment, eventually, folder, free_port, gate, gate_wait, lines_of, result_of,
                     run_cases)

ALWAYS = {"id": "w", "type": "window", "tz": "UTC", "rule": {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}, "from": "00:00",
          "to": "24:00"}
NEVER = {**ALWAYS, "id": "far", "rule": {"dates": [f"{time.gmtime().tm_year + 5}-01-01"]}}
YES = {"id": "y", "type": "exec", "command": ["true"]}
NO = {"id": "n", "type": "exec", "command": ["false"], "interval": "100ms"}
UNKNOWN = {"id": "u", "type": "exec", "command": ["sh", "-c", "exit 3"], "interval": "100ms"}
FAILED = {"id": "f", "type": "backup", "command": ["false"]}
SUBJECT = {"revision": "abc", "environment": "production", "triggerer": "carol"}


def dotenv_of(path):
    return dict(line.split("=", 1) for line in pathlib.Path(path).read_text().splitlines())


@case
def bad_gates():
    """a gate file that is wrong ends with 2 and says where"""
    text = json.dumps(gate(ALWAYS), indent=1)
    approval = {"id": "a", "type": "approval", "system": "store", "store": "/nowhere"}
    gitlab = {"url": "https://gitlab.test/api/v4", "project": "1", "token": "${env:TOKEN}"}
    cases = {
        "malformed": ('{"version": 1,\n "conditions": [}', "<stdin>:2:17: not valid JSON"),
        "cut off": (text[:-5], "not valid JSON"),
        "empty": ("", "<stdin>:1:1: not valid JSON"),
        "repeated key": ('{"version": 1, "version": 1}', "key 'version' is given twice"),
        "unknown key": (text.replace('"rule"', '"rlue"'), "has no \"rule\""),
        "unknown key beside": (text.replace('"type"', '"tiemout": "1s", "type"'), "did you mean 'timeout'?"),
        "unknown key above": (text.replace('"timeout"', '"timoeut"'), "did you mean 'timeout'?"),
        "version": (text.replace('"version": 1', '"version": 2'), "version 2 is not known"),
        "no name": (text.replace('"name": "test",', ''), "'/name' is missing"),
        "no conditions": ('{"version": 1, "name": "x", "conditions": []}', "there are no conditions"),
        "no list": ('{"version": 1, "name": "x"}', "there are no conditions"),
        "two of an id": (gate(ALWAYS, ALWAYS), "there are two conditions 'w'"),
        "unknown type": (text.replace('"window"', '"widnow"'), "did you mean 'window'?"),
        "no zone": (gate({key: value for key, value in ALWAYS.items() if key != "tz"}), "names no time zone"),
        "no such day": (text.replace('"mon"', '"monn"'), "did you mean 'mon'?"),
        "no length": (text.replace("24:00", "00:00"), "the window has no length"),
        "no time of day": (text.replace("24:00", "24:30"), "'24:30' is no time of day"),
        "both dates and days": (gate({**ALWAYS, "rule": {"days": ["mon"], "dates": ["2026-01-01"]}}), "either \"days\" or \"dates\""),
        "no such date": (gate({**ALWAYS, "rule": {"dates": ["2026-02-30"]}}), "'2026-02-30' is no date"),
        "anchor elsewhere": (gate({**ALWAYS, "rule": {"days": ["mon"], "every_weeks": 2, "anchor": "2026-01-06"}}), "the anchor is none"),
        "weeks without anchor": (gate({**ALWAYS, "rule": {"days": ["mon"], "every_weeks": 2}}), "need each other"),
        "too much remaining": (gate({**ALWAYS, "min_remaining": "24h"}), "not longer than what shall remain"),
        "no unit": (gate(ALWAYS, timeout="5"), "'5' is not a duration"),
        "no time": (gate(ALWAYS, timeout="0s"), "must be longer than nothing"),
        "stable 0": (gate(ALWAYS, stable=0), "no good round at all"),
        "unset variable": (gate({"id": "a", "type": "http", "url": "${env:NOT_SET_ANYWHERE}"}), "'NOT_SET_ANYWHERE' is not set"),
        "empty all": (gate(ALWAYS, open_when={"all": []}), "at least one condition"),
        "unknown condition": (gate(ALWAYS, open_when={"all": ["ww"]}), "there is no condition 'ww'"),
        "unused condition": (gate(ALWAYS, YES, open_when="w"), "condition 'y' is not in \"open_when\""),
        "odd expression": (gate(ALWAYS, open_when={"al": ["w"]}), "did you mean 'all'?"),
        "not of an approval": (gate(approval, subject=SUBJECT, open_when={"not": "a"}), "because nobody has approved"),
        "approval of nothing": (gate(approval), "what would be approved?"),
        "nobody asked": (gate(approval, subject={"revision": "a", "environment": "b"}), "who asked for this is not known"),
        "overridable approval": (gate({**approval, "overridable": True}, subject=SUBJECT), "an approval can't be overridden"),
        "override by nobody": (gate({**ALWAYS, "overridable": True}), "by whose second word?"),
        "same approval": (gate(approval, subject=SUBJECT, override={"store": "/nowhere", "gate": "test", "allowed": ["bob"]}), "can't be the second person"),
        "quorum": (gate({**approval, "allowed": ["a"], "quorum": 2}, subject=SUBJECT), "the quorum can't be reached"),
        "token in the file": (gate(NO, gitlab={**gitlab, "token": "glpat-hunter22hunter"}), "a token does not belong into a file"),
        "plain http": (gate(NO, gitlab={**gitlab, "url": "http://gitlab.test/api/v4"}), "is no https:// URL"),
        "job token": (gate({"id": "f", "type": "freeze"}, gitlab={**gitlab, "header": "JOB-TOKEN"}), "a job token does not reach"),
        "no server": (gate({"id": "f", "type": "freeze"}), "does not say where that is"),
        "no store": (text.replace('"window"', '"snapshot"'), "no store named"),
        "latest": (gate({"id": "s", "type": "snapshot", "store": "/x", "snapshot": "latest"}), "is not the id of one snapshot"),
        "backup of what": (gate({"id": "b", "type": "backup", "stanza": "main"}), "which backup?"),
        "secret in argv": (gate({**YES, "command": ["curl", "${env:HOME}"]}), "variables are not filled into a command"),
        "variable in SQL": (gate({"id": "a", "type": "sql", "connection": "host=x dbname=y", "sql": "${env:HOME}"}), "not filled into SQL"),
        "password": (gate({"id": "a", "type": "sql", "connection": "postgresql://u:hunter22@h/d", "sql": "SELECT true"}), "a password on the command line"),
        "no standbys": (gate({"id": "a", "type": "replication", "connection": "host=x dbname=y", "standbys": [], "max_lag_bytes": 0}), "nothing would be looked at"),
    }
    for name, (content, message) in cases.items():
        for verb in ([], ["lint"]):
            outcome = gate_wait(*verb, "-", document=content, environment={"TOKEN": "tokentoken"})
            assert outcome.code == 2, (name, verb, outcome)
            assert message in outcome.err, (name, verb, outcome)
            assert outcome.out == "", (name, verb, outcome)
            assert "hunter22" not in outcome.err.replace("glpat-hunter22hunter", "") or name == "token in the file", (name, outcome)
    outcome = gate_wait("-", document='{"version": 1, "name": "x", "conditions": [],\n "conditoins": []}')
    assert outcome.code == 2 and '\n  2 |  "conditoins": []}\n    |  ^\n' in outcome.err, outcome


@case
def exit_codes():
    """each exit code, by what brings it about"""
    not_yet = {**YES, "id": "later", "command": ["sh", "-c", "exit 75"], "interval": "100ms"}
    table = [
        (0, gate(ALWAYS), []), (0, gate(ALWAYS), ["--once"]), (0, gate(NO, open_when={"not": "n"}), []),
        (0, gate(YES, NO, open_when={"any": ["y", "n"]}), []), (0, gate(ALWAYS, stable=3, interval="50ms"), []),
        (1, gate(FAILED), []), (1, gate(YES, FAILED), ["--once"]), (1, gate(FAILED, NO), []),
        (1, gate({**NEVER, "rule": {"dates": ["2020-01-01"]}}), []),  # a window that does not come back
        (2, gate(), []), (2, gate(ALWAYS), ["--timeout", "5"]), (2, gate(ALWAYS), ["--timeout", "0s"]),
        (3, gate(UNKNOWN), ["--once"]), (3, gate(UNKNOWN, open_when={"not": "u"}), ["--once"]),
        (3, gate(YES, UNKNOWN), ["--once"]), (3, gate({**YES, "command": ["no-such-program-at-all"]}), []),
        (3, gate({**YES, "command": ["sh", "-c", "kill -9 $$"]}), ["--once"]),
        (3, gate({"id": "q", "type": "http", "url": f"http://127.0.0.1:{free_port()}/"}), ["--once"]),
        (75, gate(NO), ["--once"]), (75, gate(NO, UNKNOWN), ["--once"]), (75, gate(not_yet), ["--once"]), (75, gate(NEVER), ["--once"]),
        (75, gate(YES, open_when={"not": "y"}), ["--once"]),
        (124, gate(NO), ["--timeout", "300ms"]), (124, gate(UNKNOWN, timeout="300ms"), []), (124, gate(NEVER, timeout="300ms"), []),
        (124, gate(not_yet, timeout="300ms"), []),
    ]
    for code, document, arguments in table:
        outcome = gate_wait("-", *arguments, document=document)
        assert outcome.code == code, (code, document, arguments, outcome)
    for arguments in ([], ["--window"], ["--window", "{"], ["--window", "[]"], ["--window", "{}"], ["--snapshot", "20261122T000000Z-0000"],
                      ["--snapshot", "latest", "--store", "/x"], ["/no/such/gate.json"], ["a.json", "--window", "{}"], ["lint"], ["explain"],
                      ["approve"], ["approve", "--store", "/x", "--gate", "g", "--reason", "r"], ["hold", "--target", "env:X"],
                      ["x.json", "--", "true"], ["explain", "-", "--from", "soon"], ["verify-record", "/no/such/record"],
                      ["--window", json.dumps(ALWAYS), "--override-reason", "x"]):
        outcome = gate_wait(*arguments)
        assert outcome.code == 2 and outcome.out == "", (arguments, outcome)
    assert gate_wait("approve", "--store", "/x", "--gate", "g", "--reason", "r", "--name", "n", environment={"GITLAB_CI": "true"}).code == 4
    assert gate_wait("approve", "--store", "/no/store", "--gate", "g", "--reason", "r", "--name", "n").code == 69
    with folder() as where:
        (where / "other").write_text("something else\n")
        assert gate_wait("-", "--record", where / "other", document=gate(ALWAYS)).code == 65
        assert (where / "other").read_text() == "something else\n"
        assert gate_wait("-", "--record", "/dev/full", document=gate(ALWAYS)).code == 2
        missing = gate_wait("-", "--record", where / "no" / "r", document=gate(ALWAYS))
        assert missing.code == 69 and "cannot open the record" in missing.err, missing
        assert gate_wait("-", "--dotenv", where / "no" / "d", document=gate(ALWAYS)).code == 69
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        waiting = Waiting("-", document=gate(NEVER))
        assert eventually(lambda: waiting.catches(number))  # noqa: B023: asked before the next turn
        waiting.signal(number)
        assert waiting.end().code == 128 + number


@case
def errors_below_not():
    """an error is no "not there": below "not", what can't be asked is unknown, not open"""
    closed = free_port()
    for name, condition in {
            "refused": {"type": "http", "url": f"http://127.0.0.1:{closed}/"}, "no such name": {"type": "http", "url": "http://no-such-host.invalid/"},
            "no TLS there": {"type": "http", "url": f"https://127.0.0.1:{closed}/"}, "no CA": {"type": "http", "url": "https://127.0.0.1/", "ca_file": "/no/such/file"},
            "no such database": {"type": "sql", "connection": f"host=127.0.0.1 port={closed} dbname=x", "sql": "SELECT true"},
            "no such program": {"type": "exec", "command": ["no-such-program-at-all"]}, "hangs": {"type": "exec", "command": ["sleep", "60"]},
            "no such folder": {"type": "space", "path": "/no/such/folder", "min_free_bytes": 10**18},
            "no such store": {"type": "snapshot", "store": "/no/such/store", "snapshot": "20261122T000000Z-0000"},
            "killed": {"type": "exec", "command": ["sh", "-c", "kill -9 $$"]}}.items():
        outcome = gate_wait("-", "--once", document=gate({"id": "x", "timeout": "1s", **condition}, open_when={"not": "x"}))
        assert outcome.code == 3, (name, outcome)
    assert gate_wait("-", document=gate({"id": "x", "type": "http", "url": "notaurl"}, open_when={"not": "x"})).code == 2


@case
def dotenv_and_stdout():
    """CI gets one word; stdout one line or one document; an earlier run's word is never left behind"""
    with folder() as where:
        env, record = where / "d.env", where / "r.jsonl"
        for document, arguments, word in [(gate(ALWAYS), [], "open"), (gate(FAILED), [], "rejected"), (gate(NO), ["--once"], "closed"),
                                          (gate(UNKNOWN), ["--once"], "unknown"), (gate(NO, timeout="200ms"), [], "closed"),
                                          (gate(UNKNOWN, timeout="200ms"), [], "unknown")]:
            env.write_text("SLUICE_GATE=open\n")
            outcome = gate_wait("-", *arguments, "--dotenv", env, "--record", record, document=document)
            told = dotenv_of(env)
            assert told["SLUICE_GATE"] == word and told["SLUICE_GATE_RECORD"] == str(record), (document, told)
            assert bool(told["SLUICE_GATE_OPENED_AT"]) == (word == "open"), told
            assert len(outcome.out.splitlines()) == 1, outcome
            machine = gate_wait("-", *arguments, "--json", document=document)
            assert json.loads(machine.out)["exit_code"] == machine.code == outcome.code, machine
        for arguments in (["/no/such/gate.json"], ["--window", "{"]):
            env.write_text("SLUICE_GATE=open\n")
            gate_wait(*arguments, "--dotenv", env)
            assert dotenv_of(env)["SLUICE_GATE"] == "unknown", arguments


@case
def last_reasons():
    """at the end each condition's last reason is told, and a change is told once"""
    with folder() as where:
        command = {**NO, "command": ["sh", "-c", "echo counting sheep; exit 1"]}
        outcome = gate_wait("-", document=gate(ALWAYS, command, timeout="1s"))
        assert outcome.code == 124, outcome
        end = outcome.err[outcome.err.rindex("  w: "):]
        assert "w: open: open until" in end and "n: closed: exit 1: counting sheep" in end, outcome
        assert outcome.err.count("condition id=n") == 1, outcome
        flag = where / "flag"
        turning = {**NO, "command": ["sh", "-c", f"echo . >>{where}/asked; test -e {flag}"]}
        waiting = Waiting("-", document=gate(turning))
        # The second question comes when the first answer has been told.
        assert eventually(lambda: (where / "asked").exists() and (where / "asked").read_text().count(".") >= 2)
        flag.write_text("")
        begin = time.monotonic()
        outcome = waiting.end()
        assert outcome.code == 0 and time.monotonic() - begin < 5, outcome
        assert outcome.err.count("condition id=n") == 2, outcome


@case
def record_chain():
    """the record is a chain: any change, loss or exchange of a line is found"""
    with folder() as where:
        record = where / "r.jsonl"
        for document in (gate(NO, timeout="200ms"), gate(ALWAYS, FAILED), gate(ALWAYS)):
            gate_wait("-", "--record", record, document=document)
        assert oct(record.stat().st_mode & 0o777) == "0o640"
        lines = record.read_text().splitlines(keepends=True)
        events = [line["event"] for line in lines_of(record)]
        assert events.count("start") == events.count("decision") == 3, events
        good = gate_wait("verify-record", record)
        assert good.code == 0 and "the last decision: open" in good.out, good
        assert gate_wait("verify-record", str(record) + ".final.json").code == 0
        assert result_of(record)["decision"] == "open" and result_of(record)["record"]["lines"] == len(lines)

        def verdict(changed):
            copy = where / "copy.jsonl"
            copy.write_text("".join(changed))
            return gate_wait("verify-record", copy).code

        assert verdict(lines) == 0
        source = random.Random(6)
        for index in range(len(lines) - 1):
            text = lines[index]
            place = source.randrange(len(text) - 1)
            assert verdict([*lines[:index], text[:place] + chr((ord(text[place]) + 1) % 96 + 32) + text[place + 1:], *lines[index + 1:]]) == 1, index
            assert verdict([*lines[:index], *lines[index + 1:]]) == 1, index
            assert verdict([*lines[:index], lines[index + 1], lines[index], *lines[index + 2:]]) == 1, index
        assert verdict([*lines[:-1], lines[-1].replace('"decision":"open"', '"decision":"open "')]) == 0  # that is what the document beside it is for
        assert verdict(lines[:-1]) == 3 and verdict([]) == 3
        assert verdict([*lines[:-1], lines[-1][:-2]]) == 1
        final = pathlib.Path(str(record) + ".final.json")
        forged = final.read_text().replace('"decision": "open"', '"decision": "rejected"')
        final.write_text(forged)
        assert gate_wait("verify-record", record).code == 1
        record.write_text("".join([*lines[:-1], lines[-1].replace('"gate":"test"', '"gate":"tset"')]))
        assert gate_wait("verify-record", record).code == 1
        refused = gate_wait("-", "--record", where / "copy.jsonl", document=gate(ALWAYS))
        assert refused.code == 65, refused


@case
def record_contents():
    """the record says who, what, when, from where, and in which pipeline"""
    with folder() as where:
        (where / "migrations").mkdir()
        (where / "migrations" / "1.sql").write_text("SELECT 1")
        environment = {"GITLAB_CI": "true", "CI_COMMIT_SHA": "abc", "CI_ENVIRONMENT_NAME": "production", "GITLAB_USER_LOGIN": "carol",
                       "CI_PIPELINE_ID": "77", "CI_JOB_URL": "https://gitlab.test/job/9", "CI_API_TOKEN": "tokentoken"}
        echo = {"id": "e", "type": "exec", "command": ["sh", "-c", "echo token $CI_API_TOKEN"]}
        document = gate(ALWAYS, echo, subject={"migrations": [str(where / "migrations")]})
        outcome = gate_wait("-", "--record", where / "r", "--json", document=document, environment=environment)
        assert outcome.code == 0, outcome
        result = result_of(where / "r")
        assert result["subject"]["revision"] == "abc" and result["subject"]["environment"] == "production", result
        assert result["subject"]["triggerer"] == "carol" and len(result["subject"]["migrations_sha256"]) == 64, result
        assert result["pipeline"] == {"system": "gitlab", "id": "77", "url": "https://gitlab.test/job/9"}, result
        assert result["local"]["zone"] == "UTC" and result["opened_at"] and result["waited_s"] >= 0, result
        seen = {one["id"]: one for one in result["conditions"]}
        assert seen["w"]["source"] == "calendar, zone UTC" and seen["w"]["at"], seen
        everything = outcome.out + outcome.err + (where / "r").read_text() + json.dumps(result)
        assert "tokentoken" not in everything and "token ***" in everything, everything
        (where / "migrations" / "1.sql").write_text("SELECT 2")
        gate_wait("-", "--record", where / "r2", document=document, environment=environment)
        assert result_of(where / "r2")["subject"]["migrations_sha256"] != result["subject"]["migrations_sha256"]


@case
def cancelled_at_any_moment():
    """SIGTERM at forty moments leaves a record that says so, or none where nothing had begun"""
    with folder() as where:
        said = 0
        begin = time.monotonic()
        waiting = Waiting("-", "--record", where / "first", document=gate(NEVER, NO, YES))
        assert eventually(lambda: (where / "first").exists() and (where / "first").stat().st_size > 0)
        start_up = time.monotonic() - begin  # many times longer on a busy machine, or under a sanitizer
        waiting.signal()
        waiting.end()
        for index in range(40):
            record = where / f"r{index}"
            waiting = Waiting("-", "--record", record, "--dotenv", where / "d", document=gate(NEVER, NO, YES))
            time.sleep(start_up * index / 10)
            waiting.signal()
            outcome = waiting.end()
            assert outcome.code in (143, -15), (index, outcome)  # -15: before the tool's first line of code
            if record.exists() and record.stat().st_size > 0:
                assert lines_of(record)[-1]["event"] == "decision", (index, record.read_text())
                assert result_of(record)["decision"] == "cancelled" and result_of(record)["exit_code"] == 143, index
                assert gate_wait("verify-record", record).code == 0, index
                assert dotenv_of(where / "d")["SLUICE_GATE"] == "unknown"
                said += 1
            else:
                assert outcome.code == -15 or not pathlib.Path(str(record) + ".final.json").exists(), index
        assert said >= 10, said


@case
def no_core():
    """a crash leaves no core file, which would hold the tokens, whatever the machine's own limit is"""
    with folder() as where:
        record = where / "r"
        resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
        waiting = Waiting("-", "--record", record, document=gate(NEVER))
        assert eventually(lambda: record.exists() and record.read_text().count("\n") >= 2)
        limits = pathlib.Path(f"/proc/{waiting.pid}/limits").read_text()
        waiting.signal(signal.SIGABRT)
        waiting.end()
        (line,) = [one for one in limits.splitlines() if one.startswith("Max core file size")]
        assert line.split()[4:6] == ["0", "0"], line


@case
def killed():
    """SIGKILL leaves a record without a decision, which is found, and the next run goes on with it"""
    with folder() as where:
        record = where / "r"
        waiting = Waiting("-", "--record", record, "--dotenv", where / "d", document=gate(NEVER))
        assert eventually(lambda: record.exists() and record.read_text().count("\n") >= 2)
        waiting.signal(signal.SIGKILL)
        waiting.end()
        assert result_of(record)["decision"] == "unfinished" and result_of(record)["exit_code"] is None
        assert dotenv_of(where / "d")["SLUICE_GATE"] == "unknown"
        outcome = gate_wait("verify-record", record)
        assert outcome.code == 3 and "without a decision" in outcome.out, outcome
        assert gate_wait("-", "--record", record, document=gate(ALWAYS)).code == 0
        assert gate_wait("verify-record", record).code == 0


@case
def record_that_cannot_be_written():
    """a gate whose record can't be written does not open, whatever its conditions say"""

    def small_files(most):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    with folder() as where:
        gate_wait("-", "--record", where / "r", document=gate(ALWAYS))
        size = (where / "r").stat().st_size
        for most in (10, size // 3, size // 2, size - 100):
            (where / "r").unlink(missing_ok=True)
            done = subprocess.run([sys.argv[1], "-", "--record", str(where / "r"), "--dotenv", str(where / "d")], capture_output=True,
                                  input=json.dumps(gate(ALWAYS)).encode(), preexec_fn=lambda: small_files(most), env=clean_environment(), check=False)
            assert done.returncode == 69 and done.stdout == b"" and b"cannot write" in done.stderr, (most, done)
            assert dotenv_of(where / "d")["SLUICE_GATE"] == "unknown" if (where / "d").exists() else most == 10, most


@case
def one_writer():
    """two gates do not write to one record"""
    with folder() as where:
        waiting = Waiting("-", "--record", where / "r", document=gate(NEVER))
        assert eventually(lambda: (where / "r").exists() and (where / "r").read_text().count("\n") >= 2)
        assert gate_wait("-", "--record", where / "r", document=gate(ALWAYS)).code == 75
        waiting.signal()
        assert waiting.end().code == 143


@case
def jobs_own_limit():
    """the wait ends before the CI job's own limit, so that we and not the runner say what became of it"""
    now = time.time()

    def stamp(seconds, form="%Y-%m-%dT%H:%M:%SZ"):
        return time.strftime(form, time.gmtime(seconds))

    for started, limit, ends in [(stamp(now - 100), "161", True), (stamp(now - 3600), "60", True), (stamp(now), "3600", False),
                                 (stamp(now - 100, "%Y-%m-%dT%H:%M:%S.123+00:00"), "161", True), ("soon", "1", False), (stamp(now), "many", False)]:
        outcome = gate_wait("-", "--timeout", "2500ms" if not ends else "1h", document=gate(NO),
                            environment={"CI_JOB_STARTED_AT": started, "CI_JOB_TIMEOUT": limit})
        assert outcome.code == 124, outcome
        assert ("the job's own limit comes first" in outcome.err) == ends, (started, limit, outcome)
    # Even then the gate is asked once.
    assert gate_wait("-", document=gate(ALWAYS), environment={"CI_JOB_STARTED_AT": stamp(now - 3600), "CI_JOB_TIMEOUT": "60"}).code == 0


@case
def nothing_approves():
    """no source that talks to a CI server sends anything but a GET"""
    sources = [*(SOURCE / "common/ci_server").glob("*.?pp"), *(SOURCE / "tools/gate-wait").glob("*.?pp")]
    assert len(sources) > 50
    for source in sources:
        text = source.read_text()
        for word in ('"POST"', '"PUT"', '"PATCH"', '"DELETE"', ".method", "/approval\"", "/play\"", "proceedEmpty", "inputSubmit"):
            assert word not in text, (source, word)


run_cases()
