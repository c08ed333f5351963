#!/usr/bin/python3
"""schema_test.py GATE-WAIT: what the tool reads and writes is what its schemas say, and the example is true."""
import json
import subprocess

import jsonschema

from support import BUILD, SOURCE, case, folder, gate, gate_wait, lines_of, result_of, run_cases

FOLDER = SOURCE / "tools/gate-wait/schema"
ALWAYS = {"id": "w", "type": "window", "tz": "UTC", "rule": {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}, "from": "00:00", "to": "24:00"}


def validator(name):
    schema = json.loads((FOLDER / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def example():
    return json.loads((FOLDER / "gate.example.json").read_text())


def surroundings(where):
    (where / "db/migrations").mkdir(parents=True, exist_ok=True)
    (where / "db/migrations/1.sql").write_text("SELECT 1")
    return {"GITLAB_READ_TOKEN": "tokentoken", "JENKINS_READ_TOKEN": "tokentoken", "BACKUP_TOKEN": "tokentoken", "SHOP_URL": "host=x dbname=y",
            "SLUICE_SNAPSHOT_ID": "20261122T000000Z-3f9a", "SLUICE_STORE": "/nowhere", "CI_COMMIT_SHA": "abc", "GITLAB_USER_LOGIN": "carol",
            "CI_API_V4_URL": "https://gitlab.example/api/v4", "CI_PROJECT_ID": "1", "CI_PIPELINE_ID": "77", "CI_PIPELINE_CREATED_AT": "2026-11-22T00:00:00Z"}


@case
def gate_example():
    """the example of a gate is valid by schema and for the tool, and has a condition of every kind"""
    validator("gate").validate(example())
    with folder() as where:
        environment = surroundings(where)
        outcome = gate_wait("lint", FOLDER / "gate.example.json", environment=environment, cwd=where)
        assert outcome.code == 0, outcome
        explained = gate_wait("explain", FOLDER / "gate.example.json", "--from", "2026-11-24", "--to", "2027-03-01", "--json", environment=environment, cwd=where)
        assert explained.code == 0 and len(json.loads(explained.out)["openings"]) > 4, explained
        text = gate_wait("explain", FOLDER / "gate.example.json", "--from", "2026-11-24", "--to", "2027-03-01", environment=environment, cwd=where)
        assert "Thu 2026-12-31 22:00 (Europe/Berlin, UTC+01:00)" in text.out and "and if 'people' (approval) holds" in text.out, text
    schema = json.loads((FOLDER / "gate.schema.json").read_text())
    kinds = {(one["type"], one.get("system", "stanza" in one)) for one in example()["conditions"]}
    assert len(kinds) == len(schema["properties"]["conditions"]["items"]["oneOf"]), kinds


@case
def same_keys():
    """the tool takes the keys that the schema has, and no others"""
    schema = json.loads((FOLDER / "gate.schema.json").read_text())
    values = {"string": "5s", "boolean": True, "integer": 1, "array": ["x"], "object": {}}
    with folder() as where:
        environment = surroundings(where)
        for sample in example()["conditions"]:
            (rule,) = [one for name, one in schema["$defs"].items() if name not in ("expression", "rule") and one["properties"]["type"]["const"] == sample["type"]
                       and one["properties"].get("system", {}).get("const") == sample.get("system") and (sample["type"] != "backup" or ("stanza" in one["properties"]) == ("stanza" in sample))]
            base = {key: value for key, value in example().items() if key not in ("open_when", "conditions", "override")}
            for key, part in rule["properties"].items():
                value = values[part.get("type", "boolean")]
                document = {**base, "conditions": [{**sample, key: sample.get(key, value)}], **({"override": {"allowed": ["dora"]}} if key == "overridable" or sample.get("overridable") else {})}
                outcome = gate_wait("lint", "-", document=document, environment=environment, cwd=where)
                assert "unknown key" not in outcome.err, (key, outcome)
            unknown = {**base, "conditions": [{**sample, "surely_not_there": 1}]}
            outcome = gate_wait("lint", "-", document=unknown, environment=environment, cwd=where)
            assert outcome.code == 2 and "unknown key" in outcome.err, outcome
            assert list(validator("gate").iter_errors(unknown))


@case
def records():
    """every line of a record and its final document are valid by schema, whatever was decided"""
    with folder() as where:
        subprocess.run([BUILD / "bin/db-snapshot", "init", "--store", where / "store"], check=True, capture_output=True)
        people = {"id": "p", "type": "approval", "system": "store", "store": str(where / "store"), "interval": "100ms"}
        subject = {"revision": "abc", "environment": "production", "triggerer": "carol"}
        closed = {"id": "c", "type": "exec", "command": ["false"], "overridable": True}
        emergency = gate(people, closed, subject=subject, override={"store": str(where / "store"), "allowed": ["bob"]})
        record, kinds = where / "r", set()
        gate_wait("-", "--once", "--override-reason", "fire", document=emergency)
        for name, who in (("test", "alice"), ("test.override", "bob")):
            said = gate_wait("approve", "--store", where / "store", "--gate", name, "--name", who, "--reason", "ok", "--json")
            validator("verbs").validate(json.loads(said.out))
        for arguments, document in [([], gate(ALWAYS)), (["--once"], gate({**closed, "overridable": False})), (["--timeout", "200ms"], gate({**closed, "overridable": False})),
                                    ([], gate({"id": "b", "type": "backup", "command": ["false"]})), (["--override-reason", "fire"], emergency),
                                    (["--once"], gate({"id": "u", "type": "exec", "command": ["sh", "-c", "exit 3"]}))]:
            outcome = gate_wait("-", *arguments, "--record", record, "--json", document=document)
            validator("record").validate({**json.loads(outcome.out), "record": {"lines": 1, "sha256": "0" * 64}})
            validator("record").validate(result_of(record))
            kinds.add(result_of(record)["decision"])
        assert kinds == {"open", "not_yet", "timed_out", "rejected", "unknown"}, kinds
        for line in lines_of(record):
            validator("record").validate(line)
        assert {line["event"] for line in lines_of(record)} == {"start", "condition", "override", "decision"}
        for arguments, document in [(("verify-record", record), None), (("lint", "-"), gate(ALWAYS)), (("explain", "-"), gate(ALWAYS, closed | {"overridable": False}))]:
            outcome = gate_wait(*arguments, "--json", document=document)
            validator("verbs").validate(json.loads(outcome.out))
        files = [one for one in (where / "store/approvals").rglob("*.json")]
        assert len(files) == 4, files
        for file in files:
            validator("approval").validate(json.loads(file.read_text()))


run_cases()
