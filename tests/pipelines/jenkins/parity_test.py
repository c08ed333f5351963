#!/usr/bin/python3
"""What is said in two places says the same: parity_test.py TOOLS

The library's parameters and the GitLab inputs, its steps and the tools' own --help, its help and the man pages, its exit
codes and the table of all tools.
"""
import json
import pathlib
import re
import subprocess
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
JENKINS = ROOT / "jenkins"
GITLAB = ROOT / "ci-templates" / "gitlab"
# Which template of GitLab's says what a pipeline of the library takes.
SAME = {"separatedPipeline": "separated-one-pipeline", "separatedCode": "separated-code",
        "separatedMigrations": "separated-migrations", "dataPipeline": "data-pipeline"}
ONLY_GITLAB = {
    "jobPrefix": "Jenkins has no jobs inside of a pipeline",
    "start": "no child pipelines", "startedBy": "no child pipelines", "thisFile": "no child pipelines", "codeFile": "no child pipelines",
    "migrationsFile": "no child pipelines", "stageCheck": "the stages are the library's", "stage": "the stages are the library's",
    "gateOptions": "gateTimeout: between two looks the library leaves the agent",
    "migrationsPaths": "Jenkins cannot start a part of a pipeline by the files that changed",
    "protect": "the snapshot is always the last thing before the change, under the same lock",
    "toolImage": "agents have images of their own", "stageVariable": "stages names a variable for each stage",
}
ONLY_JENKINS = {
    "agentLabel": "GitLab takes tags: from the job", "credentials": "GitLab has masked variables",
    "lockResource": "GitLab makes the resource group's name itself", "gateTimeout": "see gateOptions",
    "approvers": "GitLab's protected environments say who",
}
# The same name with a value of another form, and why.
OTHER_FORM = {
    "splitOptions": "a map in Groovy, words in GitLab", "snapshotOptions": "as splitOptions", "restoreOptions": "as splitOptions",
    "checksDuringOptions": "as splitOptions", "keep": "as splitOptions", "stages": "a map to variables, not environments",
    "deployedFrom": "Jenkins has no environments to ask", "toolSource": "agents have images and packages of their own",
    "store": "may be a variable of the agent", "databaseName": "by default its name on the server", "maskedName": "as databaseName",
    "deployCommand": "checked when it is used", "migrateCommand": "checked when it is used",
}
# Options that a step does not hand on, and why.
NOT_HANDED_ON = {
    "--json": "always asked for", "--help": "", "--version": "", "--verbose": "would show what is run",
    "--report": "how the step gets its answer", "--codequality": "GitLab's", "--child-pipeline": "GitLab's",
    "--background": "Jenkins ends what a node block leaves behind: use parallel", "--log": "as --background",
    "--stdin": "sh has none on Jenkins",
    "--code-template": "GitLab's", "--migrations-template": "GitLab's", "--mermaid": "for people",
}
NOT_A_STEP = {
    "export": "for people", "key": "for people", "cat": "for people", "list": "for people", "explain": "for people", "init": "for people", "approve": "for people",
    "reject": "for people", "hold": "the parameter hold of every step", "mask": "mask lint", "policy": "policy lint",
}


def read(path):
    return json.loads((JENKINS / path).read_text(encoding="utf-8"))


def camel(name):
    return re.sub("-([a-z0-9])", lambda found: found[1].upper(), name)


def kebab(name):
    return "--" + re.sub("([A-Z])", lambda found: "-" + found[1].lower(), name)


def inputs_of(template):
    header = next(yaml.safe_load_all((GITLAB / f"{template}.yml").read_text(encoding="utf-8").split("\n---\n")[0]))
    return {camel(name): entry for name, entry in header["spec"]["inputs"].items()}


def pipeline_and_inputs(pipeline):
    table = read("resources/sluice/pipelines.json")
    inputs, ours = inputs_of(SAME[pipeline]), table["pipelines"][pipeline]
    wrong = [f"{name} is an input of GitLab's and no parameter" for name in inputs if name not in ours and name not in ONLY_GITLAB]
    wrong += [f"{name} is a parameter and no input of GitLab's" for name in ours if name not in inputs and name not in ONLY_JENKINS]
    for name in set(ours) & set(inputs) - set(OTHER_FORM):
        here, there = table["parameters"][name], inputs[name]
        if "default" in there and here["default"] != there["default"]:
            wrong.append(f"{name} is {here['default']!r} by default, and {there['default']!r} on GitLab")
        if here.get("one_of", there.get("options")) != there.get("options", here.get("one_of")):
            wrong.append(f"{name} is one of {here.get('one_of')}, and of {there['options']} on GitLab")
    return wrong


def said_by(tools, tool, verb):
    return subprocess.run([f"{tools}/{tool}", *verb.split(), "--help"], capture_output=True, text=True, check=True).stdout


def options_in(text):
    return set(re.findall(r"^ +(?:-[a-z],)?(--[a-z-]+)", text, re.MULTILINE))


def step_and_tool(name, step, tools):
    wrong = []
    own = options_in(said_by(tools, step["tool"], ""))
    for verb, parameters in step["verbs"].items():
        known = options_in(said_by(tools, step["tool"], verb))
        handed_on = {kebab(one) for one, kind in parameters.items() if kind not in ("word", "words", "command")}
        wrong += [f"{name} {verb}: the tool has no {option}" for option in sorted(handed_on - known - own)]
        wrong += [f"{name} {verb}: {option} is not handed on" for option in sorted(known - handed_on - set(NOT_HANDED_ON))]
    verbs = re.findall(r"^  ([a-z-]+) +\S", said_by(tools, step["tool"], "").partition("Subcommands:")[2].partition("Examples:")[0], re.MULTILINE)
    wrong += [f"{name}: the verb {verb} is missing" for verb in verbs if verb not in step["verbs"] and verb not in NOT_A_STEP]
    return wrong


def exit_codes():
    ours = set(re.findall(r"(\d+): '", (JENKINS / "src/sluice/ExitStatus.groovy").read_text(encoding="utf-8")))
    table = set(re.findall(r"^(\d+)$", (ROOT / "common/man/exit-codes.md").read_text(encoding="utf-8"), re.MULTILINE))
    return [f"exit code {code} has no meaning in ExitStatus.groovy" for code in sorted(table - ours)]


def pinned():
    version = re.search(r"^project\(sluice VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"), re.MULTILINE)[1]
    files = sorted((ROOT / "ci-templates/jenkins").glob("Jenkinsfile.*"))
    wrong = [f"{file.name} does not name sluice@v{version}" for file in files
             if f"@Library('sluice@v{version}') _" not in file.read_text(encoding="utf-8")]
    if read("resources/sluice/pipelines.json")["parameters"]["toolVersion"]["default"] != version:
        wrong.append(f"toolVersion is not {version} by default")
    return wrong + ([] if len(files) >= 7 else ["there are Jenkinsfiles missing"])


def current_help():
    done = subprocess.run([sys.executable, "-B", JENKINS / "help.py", "--check"], capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else [done.stdout + done.stderr]


def valid(name):
    try:
        jsonschema.validate(read(f"resources/sluice/{name}.json"), read(f"{name}.schema.json"))
    except jsonschema.ValidationError as error:
        return [error.message]
    table = read("resources/sluice/pipelines.json")
    used = {one for names in table["pipelines"].values() for one in names}
    return [f"{one} is described and never taken, or the reverse" for one in used ^ set(table["parameters"])]


def a_difference_is_found(tools):
    """The comparison itself: a wrong step has to be seen."""
    step = {"tool": "smoke", "verbs": {"": {"checks": "word", "junitt": "value"}}}
    wrong = step_and_tool("smoke", step, tools)
    wanted = ["smoke : the tool has no --junitt", "smoke : --junit is not handed on", "smoke: the verb during is missing"]
    return [f"not found: {one}" for one in wanted if one not in wrong]


def main():
    tools = sys.argv[1]
    cases = {f"{pipeline} takes what the GitLab template {template} takes": pipeline_and_inputs(pipeline)
             for pipeline, template in SAME.items()}
    for name, step in read("resources/sluice/steps.json")["steps"].items():
        cases[f"{name} has the verbs and options of {step['tool']}"] = step_and_tool(name, step, tools)
    cases |= {"a step that differs from its tool is found": a_difference_is_found(tools),
              "every exit code has a meaning": exit_codes(), "the help is current": current_help(),
              "every Jenkinsfile names the library's version": pinned(),
              "steps.json is valid": valid("steps"), "pipelines.json is valid": valid("pipelines")}
    for name, wrong in cases.items():
        print(f"{'not ok' if wrong else 'ok'} - {name}")
        for line in wrong:
            print(f"#   {line}")
    return 1 if any(cases.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
