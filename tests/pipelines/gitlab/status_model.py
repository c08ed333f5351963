"""What GitLab itself does with a pipeline's jobs, where gitlab-ci-local does otherwise.

A job that runs ends as it is told to; what the others do follows from `needs`, `when` and `allow_failure`. Sources:
GitLab's lib/gitlab/ci/status/composite.rb and app/services/ci/process_build_service.rb, as of 2026-11.
"""
RUNS_ON = {"on_success": {"success"}, "on_failure": {"failed"}, "always": {"success", "failed", "skipped"},
           "manual": {"success"}, "delayed": {"success"}}


def counted(status, allow_failure):
    """How a job's status counts for those that need it."""
    if allow_failure and status in ("failed", "canceled"):
        return "success"
    # A manual job that nobody started and that nobody has to: it does not run at all.
    return "skipped" if allow_failure and status == "manual" else status


def of_needs(statuses):
    """The status of all needed jobs together. One that does not run at all decides before one that failed."""
    for decisive in ("skipped", "manual", "canceled", "failed"):
        if decisive in statuses:
            return decisive
    return "success"


def of_earlier_stages(statuses):
    """Without needs, by stages: here a failed job decides before one that was skipped."""
    for decisive in ("manual", "canceled", "failed"):
        if decisive in statuses:
            return decisive
    return "success"


def needed_jobs(job, jobs):
    """The jobs that it needs and that are there; None where it goes by stages."""
    if job.get("needs") is None:
        return None
    needs = [{"job": need} if isinstance(need, str) else need for need in job["needs"]]
    return [need["job"] for need in needs if need["job"] in jobs or not need.get("optional")]


def run(jobs, stages, ends):
    """The status of every job. `jobs`: name -> when, needs, allow_failure, stage; `ends`: name -> failed, canceled, or
    success for a manual job that somebody starts. All others that run succeed."""
    status = {}

    def settle(name):
        if name in status:
            return status[name]
        job = jobs[name]
        needed = needed_jobs(job, jobs)
        if needed is None:
            earlier = [other for other in jobs if stages.index(jobs[other]["stage"]) < stages.index(job["stage"])]
            before = of_earlier_stages({counted(settle(other), jobs[other]["allow_failure"]) for other in earlier})
        else:
            before = of_needs({counted(settle(other), jobs[other]["allow_failure"]) for other in needed})
        if before not in RUNS_ON[job["when"]]:
            # What waits for a person has not been skipped yet.
            status[name] = "manual" if before == "manual" else "skipped"
        elif job["when"] == "manual" and name not in ends:
            status[name] = "manual"
        else:
            status[name] = ends.get(name, "success")
        return status[name]

    for name in jobs:
        settle(name)
    return status


def pipeline_status(jobs, status):
    statuses = {counted(status[name], jobs[name]["allow_failure"]) for name in jobs}
    return next((one for one in ("failed", "canceled", "manual") if one in statuses), "success")


def jobs_of(listed):
    """From gitlab-ci-local's --list-json."""
    return {job["name"]: {"when": job["when"], "needs": job.get("needs"), "stage": job["stage"],
                          "allow_failure": job["allow_failure"] is True}
            for job in listed if job["when"] != "never"}


def complaints(jobs, stages, change, checks, restores):
    """What is wrong with the way back: `restores` has the job that must run after each of `change` and `checks` failed.

    It must be reached after its own failure, alone, and never after success, after a failure before the change, after a
    failure beyond the checks, or when somebody cancels.
    """
    after_change, after_checks = restores
    every = {after_change, after_checks}

    def ran(ends):
        status = run(jobs, stages, ends)
        return {name for name in every if name in status and status[name] == "success"}, status

    for name in every - set(jobs):
        yield f"{name} is not there"
    for failed, wanted in ((change, after_change), (checks, after_checks)):
        there, status = ran({failed: "failed"})
        if wanted not in there:
            yield f"{failed} fails, and {wanted} is {status.get(wanted)}"
        if there - {wanted}:
            yield f"{failed} fails, and {sorted(there - {wanted})} runs too"
        if pipeline_status(jobs, status) != "failed":
            yield f"{failed} fails, and the pipeline is {pipeline_status(jobs, status)}"
        # The restore failing must not look like anything but a failure either.
        if pipeline_status(jobs, run(jobs, stages, {failed: "failed", wanted: "failed"})) != "failed":
            yield f"{wanted} fails, and the pipeline is not red"
    everybody = {name: "success" for name in jobs if jobs[name]["when"] == "manual" and not jobs[name]["allow_failure"]}
    there, status = ran(everybody)
    if there:
        yield f"everything succeeds, and {sorted(there)} runs"
    if pipeline_status(jobs, status) != "success":
        yield f"everything succeeds, and the pipeline is {pipeline_status(jobs, status)}"
    others = [name for name in jobs if name not in every | {change, checks}]
    for ends in [{name: "failed"} for name in others] + [{name: "canceled"} for name in (change, checks)]:
        there, _ = ran(everybody | ends)
        if there:
            yield f"{ends}, and {sorted(there)} runs"
