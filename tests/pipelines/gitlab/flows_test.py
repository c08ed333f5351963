#!/usr/bin/python3
"""flows_test.py BUILD TOOLS [SCENARIO...]: every scenario through the GitLab templates, with the real tools and servers.

Each in a world of its own, two at a time. KEEP_PIPELINES=1 leaves the worlds of failed scenarios behind and says where.
"""
import concurrent.futures
import os
import pathlib
import shutil
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import flow  # noqa: E402
import gcl  # noqa: E402
import world as worlds  # noqa: E402


def run_pipelines(tool, world, kind, variables):
    gcl.as_remote(world.repo)
    gcl.seed_project(world.repo)
    if "second" not in world.given:
        return flow.pipeline(tool, world.repo, kind, variables), []
    other = world.folder / "second" / "repo"
    shutil.copytree(world.repo, other, symlinks=True)
    with concurrent.futures.ThreadPoolExecutor(1) as background:
        first = background.submit(flow.pipeline, tool, world.repo, kind, variables)
        world.wait_for_second()
        second = flow.pipeline(tool, other, kind, variables)
        return first.result(), second


def run_scenario(scenario, tool, folder, **inputs):
    world = worlds.World(folder / "world", scenario, tool.tools)
    try:
        inputs = flow.release_inputs(scenario["given"], world.store) | inputs
        flow.write_pipeline(folder / "added", flow.from_project(), inputs)
        world.start(folder / "added")
        with flow.gitlab_api(world.deployed()) as api:
            world.secrets.append(api["SLUICE_GITLAB_TOKEN"])
            world.inject()
            first, second = run_pipelines(tool, world, scenario["kind"], world.variables | api)
        outcome = flow.outcome_of(first)
        outcome["logs"], outcome["artifacts"] = flow.files_of(first + second)
        if second:
            outcome["second"] = flow.outcome_of(second)
        wrong = world.judge(outcome)
        return wrong, "\n".join(run.text for run in first + second)
    finally:
        world.stop()


def attempt(scenario, tool, **inputs):
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"sluice-{scenario['id']}-"))
    folder.chmod(0o711)
    try:
        wrong, text = run_scenario(scenario, tool, folder, **inputs)
    except Exception as error:  # whatever it is belongs to this scenario and not to the others
        wrong, text = [f"{type(error).__name__}: {error}"], ""
    if wrong and os.environ.get("KEEP_PIPELINES"):
        wrong.append(f"the world is in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return scenario, wrong, text


def report(scenario, wrong, text, lock):
    with lock:
        print(("not ok - " if wrong else "ok - ") + f"gitlab: {scenario['id']}: {scenario['title']}")
        for line in wrong:
            print(f"#   {line}")
        for line in text.splitlines() if wrong else []:
            print(f"#     | {line}")
        sys.stdout.flush()
    return not wrong


def a_missing_restore_is_found(tool):
    """The counter-proof: with its way back left out, a scenario that passes must not."""
    _, wrong, _ = attempt(worlds.scenario_named("smoke-fails"), tool, restore="off")
    found = "restore did not run" in wrong and any("20100" in one for one in wrong)
    print(("ok - " if found else "not ok - ") + "gitlab: a pipeline without its restore is found wrong")
    return found


def main():
    build, tools, wanted = sys.argv[1], sys.argv[2], sys.argv[3:]
    tool = gcl.Gcl(build, tools)
    lock = threading.Lock()
    chosen = [one for one in worlds.scenarios() if not wanted or one["id"] in wanted]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = [report(*done, lock) for done in pool.map(lambda one: attempt(one, tool), chosen)]
    if not wanted:
        results.append(a_missing_restore_is_found(tool))
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
