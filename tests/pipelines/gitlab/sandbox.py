"""A user's repository for tests that look at pipelines without running a database."""
import contextlib
import pathlib
import shutil
import subprocess
import tempfile

import gcl
import yaml

# What the templates demand; everything else keeps its default.
NEEDED = {
    "separated-one-pipeline": {"store": "/store", "database-name": "shop", "deploy-command": "./deploy", "migrate-command": "./migrate"},
    "separated-code": {"deploy-command": "./deploy"},
    "separated-migrations": {"store": "/store", "database-name": "shop", "migrate-command": "./migrate"},
    "data-pipeline": {"store": "/store", "masked-name": "shop-masked"},
    "split-guard": {},
}


def git(folder, *arguments):
    subprocess.run(["git", "-C", str(folder), "-c", "user.name=Test", "-c", "user.email=test@shop.example", *arguments],
                   check=True, capture_output=True, env={"PATH": "/usr/bin:/bin", "GIT_CONFIG_GLOBAL": "/dev/null"})


def commit(folder, files, message="Change"):
    for name, text in files.items():
        path = pathlib.Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)


@contextlib.contextmanager
def repository(pipeline, files=None):
    """A repository on main whose .gitlab-ci.yml is PIPELINE, with our templates as `include: project` finds them."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="sluice-pipeline-"))
    folder = home / "repo"
    folder.mkdir()
    try:
        git(folder, "init", "-q", "-b", "main")
        commit(folder, {".gitlab-ci.yml": yaml.safe_dump(pipeline), ".gitignore": "/.gitlab-ci-local/\n"} | (files or {}))
        gcl.as_remote(folder)
        gcl.seed_project(folder)
        yield folder
    finally:
        shutil.rmtree(home, ignore_errors=True)


def including(template, **inputs):
    """A pipeline of nothing but one of our pipeline templates."""
    given = NEEDED[template] | {name.replace("_", "-"): value for name, value in inputs.items()}
    return {"include": [{"project": "sluice/sluice", "ref": f"v{gcl.version()}",
                         "file": f"/ci-templates/gitlab/{template}.yml", "inputs": given}]}
