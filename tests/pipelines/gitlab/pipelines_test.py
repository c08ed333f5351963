#!/usr/bin/python3
"""pipelines_test.py BUILD TOOLS: what the scenarios leave out, in the same worlds: two pipelines in place of one, the data
pipeline, a pipeline made of the single jobs, and the self-test of the README, all with the real tools and servers.
"""
import contextlib
import pathlib
import re
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "support")]

import flow  # noqa: E402
import gcl  # noqa: E402
import world as worlds  # noqa: E402
import yaml  # noqa: E402
from cases import Cases  # noqa: E402

APPLIED = "SELECT string_agg(version, ' ' ORDER BY version) FROM shop.schema_migrations WHERE ended IS NOT NULL"
BEFORE, AFTER = "0001_shop 0002_orders", "0001_shop 0002_orders 0003_points"
# Code Quality, tests, exposed pages, results and the gate's record.
REPORTS = {"sluice-split-quality.json", "sluice-split.xml", "sluice-split.json", "sluice-split.env", "sluice-gate.jsonl", "sluice-gate.env",
           "sluice-protect.env", "sluice-migrate.html", "sluice-migrate.json", "sluice-migrate.xml", "sluice-smoke.xml", "sluice-delivered.xml"}
CASES = Cases("gitlab pipelines")
check = CASES.check


@contextlib.contextmanager
def shop(tools, files, changes=(), production="live"):
    """A world whose repository holds FILES (path below the repository -> YAML or text)."""
    with tempfile.TemporaryDirectory(prefix="sluice-gitlab-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o711)
        world = worlds.World(folder / "world", {"given": {"production": production, "changes": list(changes), "window": "open"}}, tools)
        for path, content in files(world.store).items():
            file = folder / "added" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
        try:
            world.start(folder / "added")
            gcl.as_remote(world.repo)
            gcl.seed_project(world.repo)
            yield world
        finally:
            world.stop()


def no_secret(world, runs):
    logs, artifacts = flow.files_of(runs)
    found = list(world._leaks({"logs": logs, "artifacts": artifacts}))
    return check("no secret in any log or artifact of these", not found, *found)


# ---- two pipelines ---------------------------------------------------------------------------------------------------

def two_files(store):
    common = {"lock-timeout": "20s", "smoke-deadline": "5s", "checks-during-options": "--after 500ms --max-outage 5s"}
    code = common | {"this-file": ".gitlab/code.yml", "deploy-command": "./deploy"}
    migrations = common | {"this-file": ".gitlab/migrations.yml", "store": str(store), "database-name": "shop", "migrate-command": "./migrate up",
                           "gate": "wait", "protect": "beside", "restore": "manual",
                           "restore-options": '--production "$PRODUCTION_ID" --accept-loss shop.customers --accept-loss shop.schema_migrations'}
    return {".gitlab/code.yml": {"include": [flow.from_project("ci-templates/gitlab/separated-code.yml") | {"inputs": code}]},
            ".gitlab/migrations.yml": {"include": [flow.from_project("ci-templates/gitlab/separated-migrations.yml") | {"inputs": migrations}]},
            ".gitlab-ci.yml": {"include": [{"local": "/.gitlab/code.yml"}, {"local": "/.gitlab/migrations.yml"}]}}


def jobs_of(runs):
    return {job: code for run in runs for job, code in run.jobs.items()}


def two_pipelines(tool):
    with shop(tool.tools, two_files, ["migration"]) as world, flow.gitlab_api(world.deployed()) as api:
        world.secrets.append(api["SLUICE_GITLAB_TOKEN"])
        variables = world.variables | api
        pushed = flow.release(tool, world.repo, "code", variables, "push")
        check("a migration that was pushed waits for its own pipeline, and the push is green",
              jobs_of(pushed) == {"code-split": 0, "code-later": 0} and world.answer("production", APPLIED) == BEFORE,
              jobs_of(pushed), pushed[-1].text)
        scheduled = flow.release(tool, world.repo, "migrations", variables, "schedule")
        check("the schedule applies it", set(jobs_of(scheduled).values()) == {0} and world.answer("production", APPLIED) == AFTER
              and "migrations-delivered" in jobs_of(scheduled), jobs_of(scheduled), scheduled[-1].text)
        there = {path.name for run in scheduled for path in run.artifacts()}
        missing = REPORTS - there
        check("every report that GitLab shows is there", not missing, f"missing: {missing}", f"there: {there}")
        no_secret(world, pushed + scheduled)


def nothing_in_the_window(tool):
    with shop(tool.tools, two_files, ["code"]) as world, flow.gitlab_api(world.deployed()) as api:
        world.secrets.append(api["SLUICE_GITLAB_TOKEN"])
        variables = world.variables | api
        scheduled = flow.release(tool, world.repo, "migrations", variables, "schedule")
        check("a schedule that finds code alone is green and touches nothing",
              jobs_of(scheduled) == {"migrations-split": 0, "migrations-later": 0}, jobs_of(scheduled), scheduled[-1].text)
        pushed = flow.release(tool, world.repo, "code", variables, "push")
        check("the push deploys it", set(jobs_of(pushed).values()) == {0} and "code-delivered" in jobs_of(pushed)
              and world.revision_running() != world.deployed(), jobs_of(pushed), pushed[-1].text)


def a_person_puts_it_back(tool):
    with shop(tool.tools, two_files, ["migration-fails-half-way"]) as world, flow.gitlab_api(world.deployed()) as api:
        world.secrets.append(api["SLUICE_GITLAB_TOKEN"])
        variables = world.variables | api
        failed = flow.release(tool, world.repo, "migrations", variables, "schedule")
        jobs = jobs_of(failed)
        check("restore: manual leaves a failed migration as it is", jobs["migrations-migrate"] == 3 and len(jobs) == 4
              and world.answer("production", "SELECT sum(balance) FROM shop.customers") == "20200.00", jobs, failed[-1].text)
        started = {"SLUICE_STARTED_BY": "migrations"}
        pressed = tool.run(failed[-1].folder, "migrations-restore-now", file=flow.CHILD_FILE, variables=variables | started,
                           source="parent_pipeline")
        check("until a person starts restore-now", pressed.jobs == {"migrations-restore-now": 0}
              and world.answer("production", "SELECT sum(balance) FROM shop.customers") == "20100.00", pressed.jobs, pressed.text)
        no_secret(world, [*failed, pressed])


# ---- the data pipeline -----------------------------------------------------------------------------------------------

def data_files(store):
    inputs = {"store": str(store), "masked-name": "shop-masked", "source-variable": "DATABASE_URL"}
    return {".gitlab-ci.yml": {"include": [flow.from_project("ci-templates/gitlab/data-pipeline.yml") | {"inputs": inputs}]}}


def data_pipeline(tool):
    with shop(tool.tools, data_files) as world:
        variables = world.variables | {
            "PIPELINE_KIND": "data", "SCRATCH_URL": world.variables["REHEARSAL_URL"].removesuffix("/rehearsal") + "/postgres",
            "STAGE_URL": {"acceptance": world.variables["ACCEPTANCE_URL"], "union": world.variables["UNION_URL"]}}
        run = tool.run(world.repo, variables=variables, source="schedule")
        names = {"data-snapshot", "data-verify", "data-prune", "data-refresh: [acceptance]", "data-refresh: [union]"}
        check("the data pipeline runs all its jobs", run.exit == 0 and len(run.jobs) == len(names), run.jobs, run.text)
        for stage in ("acceptance", "union"):
            check(f"{stage} has production's rows, masked, and one is unreachable by mail",
                  world.answer(stage, "SELECT count(*), count(*) FILTER (WHERE email LIKE '%@shop.example') FROM shop.customers") == "200|0")
        check("the template stays, so that the next stage is a clone",
              world.answer("postgres", "SELECT count(*) > 0 FROM pg_database WHERE datname LIKE '%template%' AND NOT datistemplate") == "True",
              world.answer("postgres", "SELECT datname FROM pg_database"))
        no_secret(world, [run])
        # Where the mask file does not decide a column, nothing is taken, and the stages keep what they have.
        world.ask("production", "ALTER TABLE shop.customers ADD COLUMN telephone text")
        run = tool.run(world.repo, variables=variables, source="schedule")
        check("a column that nobody decided on stops it at once (4)", run.jobs == {"data-snapshot": 4}, run.jobs, run.text)


# ---- the single jobs -------------------------------------------------------------------------------------------------

def component_files(store):
    inputs = {
        "split-check": {"range": "--range HEAD~1..HEAD", "stage": "test"},
        "gate-wait": {"options": "--once", "stage": "test"},
        "db-snapshot": {"store": str(store), "database-name": "shop-masked", "options": "--mask mask.json", "stage": "build"},
        "db-restore-or-init": {"store": str(store), "database-name": "shop-masked", "environment": "acceptance",
                               "target-variable": "ACCEPTANCE_URL"},
        "smoke": {"smoke-deadline": "5s", "stage": ".post"},
    }
    include = [flow.from_project(f"gitlab/templates/{tool}.yml") | {"inputs": given} for tool, given in inputs.items()]
    return {".gitlab-ci.yml": {"include": include}}


def single_jobs(tool):
    with shop(tool.tools, component_files, ["code"]) as world:
        run = tool.run(world.repo, variables=world.variables)
        wanted = {f"sluice-{name}": 0 for name in ("split-check", "gate-wait", "db-snapshot", "db-restore-or-init", "smoke")}
        check("five single jobs make a pipeline", run.jobs == wanted and run.exit == 0, run.jobs, run.text)
        results = flow.dotenv_of([run])
        check("and hand their results on", {"SLUICE_SPLIT_PIPELINE", "SLUICE_SNAPSHOT_ID", "SLUICE_ORIGIN"} <= set(results)
              and any(name.startswith("SLUICE_GATE") for name in results), results)
        no_secret(world, [run])


# ---- the self-test that a user pastes --------------------------------------------------------------------------------

def self_test_files(_store):
    page = (gcl.ROOT / "ci-templates" / "gitlab" / "README.md").read_text(encoding="utf-8")
    blocks = [block for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "selftest" in block or "half_done" in block]
    return {".gitlab-ci.yml": blocks[0], ".gitlab/selftest-child.yml": blocks[1]}


def self_test(tool):
    with shop(tool.tools, self_test_files, production="none") as world:
        world.ask("postgres", "CREATE DATABASE selftest OWNER shop_owner")
        variables = {"SELFTEST_URL": world.variables["DATABASE_URL"].removesuffix("/shop") + "/selftest"}
        run = tool.run(world.repo, file=".gitlab/selftest-child.yml", variables=variables, source="parent_pipeline")
        check("the self-test does what the page says", run.jobs.get("migrate", 0) != 0 and run.jobs.get("restore-after-migrate") == 0
              and set(run.jobs) == {"protect", "migrate", "restore-after-migrate"}, run.jobs, run.text)
        check("and its scratch database has no half-made table", world.answer("selftest", "SELECT to_regclass('half_done')") == "")
        bridge = next(iter(tool.listed(world.repo)))
        check("its parent is one bridge job", bridge["name"] == "selftest-parent" and len(tool.listed(world.repo)) == 1)


def main():
    tool = gcl.Gcl(sys.argv[1], sys.argv[2])
    for test in (two_pipelines, nothing_in_the_window, a_person_puts_it_back, data_pipeline, single_jobs, self_test):
        try:
            test(tool)
        except Exception as error:  # whatever it is belongs to this test and not to the others
            check(f"{test.__name__} comes to its end", False, f"{type(error).__name__}: {error}")
    return CASES.exit_code()


if __name__ == "__main__":
    sys.exit(main())
