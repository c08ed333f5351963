#!/usr/bin/python3
"""templates_test.py BUILD: what can be said of the templates without running them, each check with samples it must refuse."""
import copy
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "support")]

import gcl  # noqa: E402
import sandbox  # noqa: E402
import spec_check  # noqa: E402
from cases import Cases  # noqa: E402

ROOT = gcl.ROOT
PIPELINES = sorted((ROOT / "ci-templates" / "gitlab").glob("*.yml"))
COMPONENTS = sorted((ROOT / "gitlab" / "templates").glob("*.yml"))
TOOLS = {path.name for path in (ROOT / "tools").iterdir() if path.is_dir()}
YAMLLINT = "{extends: default, rules: {line-length: {max: 260}, document-start: disable, comments: {min-spaces-from-content: 1}}}"

GOOD = """
spec:
  inputs:
    job-prefix:
      description: "Begins the name of every job"
      regex: '^[a-z][a-z0-9-]*$'
      default: sluice
    options:
      description: "Further options for the tool"
      regex: '^[a-z -]*$'
      default: ""
---
"$[[ inputs.job-prefix ]]-job":
  script:
    - smoke $[[ inputs.options ]]
  artifacts:
    when: always
    reports:
      dotenv: sluice-a.env
"""
# A change of the good template, and a part of what must be said of it.
BAD = [
    ("spec:", "specs:", "is not a spec header"),
    ("    options:\n      description: \"Further options for the tool\"\n", "    options:\n", "has no description"),
    ("      regex: '^[a-z -]*$'\n", "", "any text would do"),
    ("      regex: '^[a-z -]*$'\n", "      regex: '[a-z]'\n", "any text would do"),
    ("      regex: '^[a-z -]*$'\n", "      regexp: '^[a-z -]*$'\n", "GitLab knows no regexp"),
    ("      default: sluice\n", "      default: Sluice\n", "does not fit its regex"),
    ("      default: \"\"\n", "      options: [a, b]\n      default: c\n", "none of its options"),
    ("smoke $[[ inputs.options ]]", "smoke $[[ inputs.option ]]", "option, which is not declared"),
    ("smoke $[[ inputs.options ]]", "smoke", "and does not use it"),
    ("\"$[[ inputs.job-prefix ]]-job\":", "sluice-job:", "does not begin with the prefix"),
    ("---\n", "---\ndefault:\n  retry: 1\n", "sets default for every job"),
    ("---\n", "---\nstages: [build]\n", "sets stages for every job"),
    ("  script:\n    - smoke $[[ inputs.options ]]\n", "  script:\n    - |\n      smoke $[[ inputs.options ]]\n      true\n", "several commands"),
    ("  artifacts:\n", "  services: [postgres]\n  artifacts:\n", "wants services"),
    ("  artifacts:\n", "  after_script: [smoke]\n  artifacts:\n", "whose failure nobody sees"),
    ("  artifacts:\n", "  allow_failure: true\n  artifacts:\n", "may fail unseen"),
    ("    when: always\n", "", "only when it succeeds"),
    ("sluice-a.env", "build.env", "has no prefix"),
    ("    options:\n", "    password:\n", "asks for a secret"),
    ("    options:\n      description: \"Further options for the tool\"\n      regex: '^[a-z -]*$'\n",
     "    options:\n      description: \"Further options for the tool\"\n      type: text\n      regex: '^[a-z -]*$'\n", "text is no type"),
]

CASES = Cases("gitlab templates")


def check(name, complaints):
    complaints = list(complaints)
    CASES.check(name, not complaints, *complaints)


def refuses(name, found, said):
    check(name, [] if any(said in one for one in found) else [f"'{said}' was to be said, and: {list(found)}"])


# ---- the header and the body -----------------------------------------------------------------------------------------

def check_specs():
    check("a good sample has no complaint", spec_check.complaints(GOOD))
    for old, new, said in BAD:
        refuses(f"a template is refused that {said}", list(spec_check.complaints(GOOD.replace(old, new, 1))), said)
    for path in PIPELINES + COMPONENTS:
        check(f"{path.name} keeps the rules", spec_check.complaints(path.read_text(encoding="utf-8")))


def lint(*paths):
    return subprocess.run(["yamllint", "-d", YAMLLINT, *map(str, paths)], check=False, capture_output=True, text=True)


def check_yamllint():
    done = lint(*PIPELINES, *COMPONENTS)
    check("yamllint has nothing to say", done.stdout.splitlines() if done.returncode else [])
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as bad:
        bad.write("a: 1\na: 2\n")
        bad.flush()
        refuses("yamllint refuses a key that is there twice", lint(bad.name).stdout.splitlines(), "duplication")


# ---- what all have in common -----------------------------------------------------------------------------------------

def tools_block(text):
    """The four ways by which the tools reach a job, without what differs by design: the name of the hidden jobs."""
    block = text.split("---\n", 1)[1].split("-job\":", 1)[0]
    return re.sub(r"(inputs\.job-prefix \]\]-)[a-z-]*?(tools-)", r"\1\2", block).rsplit("\n\n", 1)[0]


def check_tools():
    blocks = {path.name: tools_block(path.read_text(encoding="utf-8")) for path in PIPELINES + COMPONENTS}
    common = blocks["smoke.yml"]
    check("the four ways of the tools are the same everywhere", [name for name, block in blocks.items() if block != common])
    refuses("another way in one template is found", [name for name, block in (blocks | {"x": common + "#"}).items() if block != common], "x")
    version = gcl.version()
    for path in PIPELINES + COMPONENTS:
        header = gcl.load_documents(path.read_text(encoding="utf-8"))[0]["spec"]["inputs"]
        there = header["tool-version"]["default"]
        check(f"{path.name} is made for this version", [] if there == version else [f"{there}, and the tools are {version}"])
    pages = [ROOT / "ci-templates" / "gitlab" / "README.md", ROOT / "gitlab" / "README.md"]
    shown = {found for page in pages for found in re.findall(r"(?:ref: v|[a-z]@)([0-9]+\.[0-9]+\.[0-9]+)", page.read_text(encoding="utf-8"))}
    check("the pages show this version alone", shown ^ {version})
    moving = [f"{page.parent}: {found}" for page in pages for found in re.findall(r"(?:ref: (?!v[0-9])\S+|@~?latest|@main)", page.read_text(encoding="utf-8"))]
    check("the pages show no branch and no latest", moving)


def yaml_blocks(text):
    return re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def token_problems(text):
    """Whether an example with id_tokens hands one of them to the tools, under the name that they are told."""
    document = yaml.safe_load(text)
    tokens = document.get("default", {}).get("id_tokens", {})
    variables = document.get("variables", {})
    named = variables.get("SLUICE_WEB_IDENTITY_VARIABLE")
    return ([f"{named} is none of the tokens {sorted(tokens)}"] if named not in tokens else []) + [
        f"{name} has no audience" for name, token in tokens.items() if not token.get("aud")] + [
        f"{name} is not set" for name in ("AWS_ROLE_ARN", "AWS_REGION") if not variables.get(name)]


def check_pages():
    for page in (ROOT / "ci-templates" / "gitlab" / "README.md", ROOT / "gitlab" / "README.md"):
        problems = []
        for block in yaml_blocks(page.read_text(encoding="utf-8")):
            try:
                list(gcl.load_documents(block))
            except yaml.YAMLError as error:
                problems.append(str(error))
        check(f"the examples of {page.relative_to(ROOT)} are YAML", problems)
    shown = [block for block in yaml_blocks((ROOT / "ci-templates" / "gitlab" / "README.md").read_text(encoding="utf-8"))
             if "id_tokens" in block]
    check("the page shows how a store in object storage is reached by a token",
          [] if len(shown) == 1 else [f"{len(shown)} examples"])
    check("the token is the one that the tools are told of", token_problems(shown[0]))
    refuses("a token under another name", token_problems(shown[0].replace("VARIABLE: SLUICE_ID_TOKEN", "VARIABLE: ID_TOKEN")),
            "is none of the tokens")
    refuses("a token without an audience", token_problems(re.sub(r"aud: \S+", "aud: ''", shown[0])), "has no audience")
    known = (ROOT / "common" / "s3").glob("*.cpp")
    sources = "".join(path.read_text(encoding="utf-8") for path in known)
    check("the tools know the variables of the example",
          [name for name in yaml.safe_load(shown[0])["variables"] if f'"{name}"' not in sources])


def check_one_component_a_tool():
    names = {path.stem for path in COMPONENTS}
    check("there is one component for each tool", names ^ TOOLS)
    jobs = {}
    for path in COMPONENTS + [path for path in PIPELINES if path.stem in ("split-guard", "separated-one-pipeline")]:
        for job in gcl.load_documents(path.read_text(encoding="utf-8"))[1]:
            jobs.setdefault(job, []).append(path.name)
    # GitLab lets the last include win where two define the same hidden job.
    check("templates that may share a prefix share no job", [f"{job}: {files}" for job, files in jobs.items() if len(files) > 1 and job != "include"])
    for path in COMPONENTS:
        body = gcl.load_documents(path.read_text(encoding="utf-8"))[1]
        job = body[f"$[[ inputs.job-prefix ]]-{path.stem}"]
        check(f"{path.name} does nothing but call its tool", [
            line for line in job["script"] if not line.startswith(f"{path.stem} ") or re.search(r"[;&|`]|\$\(", line)])


def check_tables():
    done = subprocess.run([str(ROOT / "gitlab" / "write-inputs"), "--check"], check=False, capture_output=True, text=True)
    check("the tables of inputs are current", done.stderr.splitlines() if done.returncode else [])
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["cp", "-r", str(ROOT / "gitlab"), folder], check=True)
        template = pathlib.Path(folder) / "gitlab" / "templates" / "smoke.yml"
        template.write_text(template.read_text(encoding="utf-8").replace("default: 5m", "default: 6m"), encoding="utf-8")
        stale = subprocess.run([f"{folder}/gitlab/write-inputs", "--check"], check=False, capture_output=True, text=True)
        refuses("a table that is not current is found", stale.stderr.splitlines(), "is not current")


# ---- as GitLab expands them ------------------------------------------------------------------------------------------

def shellcheck(script):
    # SC2086: an input with options is meant to become several words, and its regex leaves nothing to expand.
    text = "#!/bin/sh\n" + "\n".join(script) + "\n"
    done = subprocess.run(["shellcheck", "--shell", "bash", "--exclude", "SC2086", "-"], input=text, check=False,
                          capture_output=True, text=True)
    return [line for line in done.stdout.splitlines() if line.strip()] if done.returncode else []


def expanded_jobs(tool):
    inputs = {"gate": "wait", "rehearsal": True, "rehearsal-command": "./migrate", "rollback": "auto", "rollback-command": "./undeploy",
              "restore-options": '--production "$PRODUCTION_ID" --accept-loss a.b --accept-loss c.d'}
    for source in ("path", "url", "image", "deb"):
        with sandbox.repository(sandbox.including("separated-one-pipeline", **inputs, tool_source=source, tool_image="registry.example/sluice")) as folder:
            for name, job in tool.expanded(folder).items():
                if isinstance(job, dict) and "script" in job:
                    yield f"{source}: {name}", job


def other_jobs(tool):
    """Those of the data pipeline and of the single jobs."""
    needed = {"db-snapshot": {"store": "/store", "database-name": "shop"},
              "db-restore-or-init": {"store": "/store", "database-name": "shop", "environment": "acceptance"}}
    components = [{"project": "sluice/sluice", "ref": f"v{gcl.version()}", "file": f"/gitlab/templates/{path.name}",
                   "inputs": needed.get(path.stem, {})} for path in COMPONENTS]
    pipeline = {"include": sandbox.including("data-pipeline")["include"] + components}
    with sandbox.repository(pipeline) as folder:
        expanded = tool.expanded(folder)
    return {name: job for name, job in expanded.items() if isinstance(job, dict) and "script" in job}


def protected(name, job):
    """What must hold of a job that works on a database."""
    if job.get("interruptible") is not False and not name.endswith("-guard"):
        yield f"{name} may be interrupted by a newer pipeline"
    if "resource_group" in job and "migrations-" in name and not name.endswith("-rehearsal"):
        yield f"{name} asks for a resource group inside the child, whose parent may hold it"
    # A deployment is recorded by a job of an environment without another action, and counts as what is deployed.
    action = job.get("environment", {}).get("action", "start") if "environment" in job else None
    if action == "start" and not name.endswith("-delivered"):
        yield f"{name} records a deployment before it is proved"


def check_expanded(tool):
    jobs = dict(expanded_jobs(tool))
    others = other_jobs(tool)
    check("the single jobs and the data pipeline are there", {f"sluice-{path.stem}" for path in COMPONENTS} - set(others))
    complaints = [f"{name}: {line}" for name, job in others.items() for line in shellcheck([*job["before_script"], *job["script"]])]
    check(f"shellcheck has nothing to say of {len(others)} other jobs", complaints)
    complaints = [f"{name}: {line}" for name, job in jobs.items() for line in shellcheck([*job.get("before_script", []), *job["script"]])]
    check(f"shellcheck has nothing to say of {len(jobs)} jobs", complaints if jobs else ["there is no job"])
    refuses("shellcheck refuses a word that is not quoted well", shellcheck(['if [ $x = "a ]; then']), "SC1")
    check("no job on a database can be interrupted, and only a proved one is a deployment",
          [text for name, job in jobs.items() for text in protected(name, job)])
    name, job = next((name, job) for name, job in jobs.items() if name.endswith("migrations-migrate"))
    for change, said in (({"interruptible": True}, "interrupted"), ({"resource_group": "x"}, "parent may hold it"),
                         ({"environment": {"name": "production"}}, "before it is proved")):
        refuses(f"a job is found that {said}", list(protected(name, copy.deepcopy(job) | change)), said)
    check("image: every job has the image, and downloads nothing", [
        name for name, job in jobs.items() if name.startswith("image: ")
        and (job.get("image", {}).get("name") != "registry.example/sluice" or "curl" in str(job["before_script"]))])
    check("deb: the package is checked before apt sees it", [
        name for name, job in jobs.items() if name.startswith("deb: ")
        and [line.split()[0] for line in job["before_script"]][:4] != ["curl", "echo", "apt-get", "apt-get"]])


def check_inputs(tool):
    """gitlab-ci-local refuses as GitLab does: a wrong value, a missing one."""
    for name, inputs, said in (
            ("an option that would end the command", {"restore_options": "--accept-loss a.b; rm -rf /"}, "restore-options"),
            ("a prefix with a blank", {"job_prefix": "a b"}, "job-prefix"),
            ("an unknown kind", {"kind": "everything"}, "kind"),
            ("a checksum that is none", {"tool_sha256": "abc"}, "tool-sha256"),
            ("no store at all", {"store": None}, "store")):
        pipeline = sandbox.including("separated-one-pipeline", **inputs)
        given = pipeline["include"][0]["inputs"]
        for key in [key for key, value in given.items() if value is None]:
            del given[key]
        with sandbox.repository(pipeline) as folder:
            done = tool.call(folder, "--list")
        refuses(f"{name} is refused before any job", [done.stdout + done.stderr] if done.returncode else [], said)


def main():
    check_specs()
    check_yamllint()
    check_tools()
    check_pages()
    check_one_component_a_tool()
    check_tables()
    tool = gcl.Gcl(sys.argv[1], None)
    check_expanded(tool)
    check_inputs(tool)
    return CASES.exit_code()


if __name__ == "__main__":
    sys.exit(main())
