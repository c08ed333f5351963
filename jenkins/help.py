#!/usr/bin/env python3
"""Writes vars/*.txt, the help that Jenkins shows for each step of the library.

    help.py [--check]     --check writes nothing and ends with 1, naming the files that are not current

What a parameter means is said where the tool's man page says it; the rest is in resources/sluice.
"""
import argparse
import json
import pathlib
import re
import sys
import textwrap

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
OF_EVERY_STEP = {
    "credentials": "Secrets, bound for this step alone: [VARIABLE: 'id of a secret text in Jenkins'].",
    "hold": "The database's lock around the tool: [target: 'env:DATABASE_URL', key: 'sluice', timeout: '30m'].",
    "returnStatus": "Hand back the result, with its exitStatus, whatever the code; without it every code but 0 ends the build.",
}
# Words of the command line, which have no option, and what a man page does not list.
NOT_IN_A_MAN_PAGE = {
    "id": "An id as the verb list shows it, or latest.",
    "checks": "The check file, or a URL whose status has to be 2xx.",
    "command": "The command to run, by sh -c.",
    "gate": "The gate file.",
    "window": "Waits for one window alone: JSON as in a gate file.",
    "snapshot": "Waits for the snapshot with this id.",
    "store": "Where snapshots live.",
    "name": "The database's name in the store.",
    "once": "Asks once, and ends with 75 for not yet.",
    "timeout": "How long to wait.",
    "record": "File for who, when and what was seen; for the verb verify-record, the one to prove.",
    "dotenv": "File for SLUICE_… lines.",
    "overrideReason": "In an emergency: why; needs a second person.",
    "from": "First date.",
    "to": "Last date.",
    "bundle": "A name for the bundle.",
    "members": "A list of its members, each NAME/ID.",
    "file": "The file.",
    "files": "A list of files.",
    "range": "The revisions, as BASE..HEAD.",
}


def kebab(name):
    return "--" + re.sub("([A-Z])", lambda found: "-" + found[1].lower(), name)


def plain(markdown):
    """A paragraph of a man page without its marks."""
    text = re.sub(r"\\(.)", r"\1", re.sub(r"\*\*(.+?)\*\*|\*(.+?)\*|`(.+?)`", lambda m: next(filter(None, m.groups())), markdown))
    return " ".join(text.split())


def man_page(tool):
    return (ROOT / "tools" / tool / f"{tool}.1.md").read_text(encoding="utf-8")


def options_of(page):
    """--option: what the page says of it."""
    found = {}
    for heading, text in re.findall(r"^(\*\*.*\\-\\-.+)\n:   ((?:.+\n(?:    .*\n)*))", page, re.MULTILINE):
        for option in re.findall(r"\\-\\-([a-z\\-]+)", heading):
            found.setdefault("--" + option.replace("\\", "").rstrip("-"), plain(text))
    return found


def one_sentence(page, tool):
    return re.search(rf"^{tool} - (.+)$", page, re.MULTILINE)[1]


def exit_codes():
    page = (ROOT / "common" / "man" / "exit-codes.md").read_text(encoding="utf-8")
    return re.findall(r"^([0-9n+-]+)\n:   (.+)$", page, re.MULTILINE)


def filled(text, indent):
    return textwrap.fill(text, width=100, initial_indent=indent, subsequent_indent=indent)


def meaning(name, options):
    text = options.get(kebab(name)) or NOT_IN_A_MAN_PAGE.get(name)
    if text is None:
        raise KeyError(f"neither a man page nor this program says what {name} means")
    return text


def step_help(name, step):
    page = man_page(step["tool"])
    options = options_of(page)
    lines = [filled(f"Runs {step['tool']}: {one_sentence(page, step['tool'])}. {step['about']}", ""), ""]
    for verb, parameters in step["verbs"].items():
        lines.append(f"{name}(verb: '{verb}')" if verb else f"{name}()")
        lines += [f"  {parameter}" for parameter in parameters]
        lines.append("")
    lines.append("Parameters")
    for parameter in sorted({one for parameters in step["verbs"].values() for one in parameters}):
        lines += [f"  {parameter}", filled(meaning(parameter, options), "      ")]
    lines += ["", "Parameters of every step"]
    for parameter, text in OF_EVERY_STEP.items():
        lines += [f"  {parameter}", filled(text, "      ")]
    lines += ["", "Exit codes, in exitStatus"]
    lines += [f"  {code:8}{text}" for code, text in exit_codes()]
    lines += ["  <0      Jenkins lost the process: how it ended, or whether it has, is not known.", "", "Example"]
    lines += [f"  {line}" for line in step["example"].splitlines()]
    return "\n".join(lines) + "\n"


def written(value):
    return json.dumps(value).replace('"', "'").replace("{", "[").replace("}", "]").replace("[]", "[:]")


def pipeline_help(name, table):
    lines = [filled(table["about"][name]["text"], ""), "", "Parameters"]
    for parameter in table["pipelines"][name]:
        entry = table["parameters"][parameter]
        lines += [f"  {parameter} (default {written(entry['default'])})", filled(entry["text"][0].upper() + entry["text"][1:] + ".", "      ")]
    lines += ["", "Example", filled(table["about"][name]["example"], "  ")]
    return "\n".join(lines) + "\n"


def everything():
    steps = json.loads((HERE / "resources" / "sluice" / "steps.json").read_text(encoding="utf-8"))["steps"]
    pipelines = json.loads((HERE / "resources" / "sluice" / "pipelines.json").read_text(encoding="utf-8"))
    return ({name: step_help(name, step) for name, step in steps.items()} |
            {name: pipeline_help(name, pipelines) for name in pipelines["pipelines"]})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for name, text in everything().items():
        file = HERE / "vars" / f"{name}.txt"
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            stale.append(file.relative_to(ROOT))
            if not check:
                file.write_text(text, encoding="utf-8")
    if check and stale:
        print("not current, run jenkins/help.py: " + ", ".join(map(str, stale)))
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
