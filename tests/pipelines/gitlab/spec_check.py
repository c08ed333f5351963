"""What GitLab's schema and yamllint do not look at in a template: its spec header, and that it minds its own business."""
import re

import gcl

USED = re.compile(r"\$\[\[ *inputs\.([A-Za-z0-9_-]+) *(?:\|[^\]]*)?\]\]")
INPUT_KEYS = {"description", "type", "default", "options", "regex"}
# What an include would change for every job of the user.
GLOBAL_KEYS = {"default", "stages", "variables", "workflow", "image", "services", "before_script", "after_script", "cache", "pages"}
PREFIX = "$[[ inputs.job-prefix ]]"
# A command of the user's own; it never becomes text of a script, see `pasted_into_scripts`.
COMMAND = re.compile(r"-command$")


def texts(node):
    """Every text in a piece of YAML, keys included."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from texts(key)
            yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)
    elif isinstance(node, str):
        yield node


def used_in(node):
    return {name for text in texts(node) for name in USED.findall(text)}


def scripts_of(job):
    return [job.get(key) or [] for key in ("before_script", "script", "after_script")]


def input_complaints(name, declared, in_scripts):
    if not isinstance(declared, dict):
        yield f"input {name}: nothing is said of it"
        return
    for key in set(declared) - INPUT_KEYS:
        yield f"input {name}: GitLab knows no {key}"
    if len(str(declared.get("description", ""))) < 15:
        yield f"input {name}: has no description"
    if declared.get("type", "string") not in ("string", "boolean", "number", "array"):
        yield f"input {name}: {declared['type']} is no type"
    if "default" in declared and "options" in declared and declared["default"] not in declared["options"]:
        yield f"input {name}: its default is none of its options"
    if "default" in declared and "regex" in declared and not re.search(declared["regex"], str(declared["default"])):
        yield f"input {name}: its default does not fit its regex"
    bounded = "options" in declared or declared.get("type") in ("boolean", "number")
    regex = declared.get("regex", "")
    if in_scripts and not bounded and not (regex.startswith("^") and regex.endswith("$")):
        yield f"input {name}: is pasted into a script, and any text would do"
    if re.search("password|secret|token", name) or re.search(r"(?i)\bpassword\b", str(declared.get("default", ""))):
        yield f"input {name}: asks for a secret, where the name of a masked variable has to do"


def job_complaints(name, job):
    if not name.startswith((PREFIX + "-", f".{PREFIX}-")):
        yield f"job {name}: does not begin with the prefix"
    if "services" in job:
        yield f"job {name}: wants services"
    if "after_script" in job:
        yield f"job {name}: has an after_script, whose failure nobody sees"
    for script in scripts_of(job):
        if isinstance(script, str) or any("\n" in line.strip() for line in script):
            yield f"job {name}: a script line holds several commands, where only the last one's failure counts"
    if job.get("allow_failure") is True and not any(rule.get("when") == "manual" for rule in job.get("rules", [])):
        yield f"job {name}: may fail unseen"
    reports = job.get("artifacts", {}).get("reports", {})
    if reports and job["artifacts"].get("when") != "always":
        yield f"job {name}: keeps its reports only when it succeeds"
    if not str(reports.get("dotenv", "sluice-")).startswith("sluice-"):
        yield f"job {name}: the dotenv file's name has no prefix"


def complaints(text):
    """What is wrong with a template, a sentence each."""
    documents = gcl.load_documents(text)
    if len(documents) != 2 or set(documents[0]) != {"spec"} or set(documents[0]["spec"]) != {"inputs"}:
        yield "is not a spec header with inputs and a body"
        return
    inputs, body = documents[0]["spec"]["inputs"], documents[1]
    jobs = {name: job for name, job in body.items() if name != "include" and name not in GLOBAL_KEYS}
    in_scripts = {name for job in jobs.values() for script in scripts_of(job) for name in used_in(script)}
    for name, declared in inputs.items():
        yield from input_complaints(name, declared, name in in_scripts)
    for name in used_in(body) - set(inputs):
        yield f"uses the input {name}, which is not declared"
    for name in set(inputs) - used_in(body):
        yield f"declares the input {name}, and does not use it"
    for name in sorted(set(body) & GLOBAL_KEYS):
        yield f"sets {name} for every job of the user"
    for name in (name for name in in_scripts if COMMAND.search(name)):
        yield f"pastes the command {name} into a script"
    for name, job in jobs.items():
        yield from job_complaints(name, job)
