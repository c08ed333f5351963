#include "tools/split-check/reports.hpp"

#include "common/json/json.hpp"

namespace sluice::split_check {

namespace {

// JSON's quoted text is also YAML's.
std::string quoted(std::string const& text) { return json::dump(Json(text)); }

std::string one_job(std::string const& name, std::string const& line) {
    return name + ":\n  script:\n    - " + quoted(line) + "\n";
}

std::string include(std::string const& path) { return "include:\n  - local: " + quoted(path) + "\n"; }

std::string variables_of(Release const& release, std::string const& pipeline, std::string const& indentation) {
    return indentation + "variables:\n" + indentation + "  PIPELINE_KIND: " + quoted(pipeline) + "\n" + indentation +
           "  SLUICE_SPLIT_BASE: " + quoted(release.base) + "\n" + indentation +
           "  SLUICE_SPLIT_HEAD: " + quoted(release.head) + "\n";
}

// A pipeline of its own for each service that has something to deploy. They share no database, so none waits for
// another. Source: GitLab "Downstream pipelines": a child may start children of its own, and no deeper.
std::string service_jobs(Release const& release, ChildTemplates const& templates) {
    std::string jobs;
    for (auto const& service : release.services) {
        std::string const pipeline = pipeline_of(service.kind);
        if (pipeline != "code" && pipeline != "migrations") {
            continue;
        }
        std::string const name = service.name == "(rest)" ? "rest" : service.name;
        jobs += "split-check-" + name + ":\n  trigger:\n    include:\n      - local: " +
                quoted(pipeline == "code" ? templates.code : templates.migrations) + "\n    strategy: depend\n" +
                variables_of(release, pipeline, "  ") + "    SLUICE_SPLIT_SERVICE: " + quoted(name) + "\n";
    }
    return jobs;
}

} // namespace

std::string child_pipeline(Release const& release, ChildTemplates const& templates, bool strict) {
    std::string const pipeline = pipeline_of(release, strict);
    if (pipeline == "code" || pipeline == "migrations") {
        return include(pipeline == "code" ? templates.code : templates.migrations) +
               variables_of(release, pipeline, "");
    }
    if (pipeline == "per-service") {
        return service_jobs(release, templates);
    }
    if (pipeline == "none") {
        return one_job("split-check-nothing-to-deploy", "echo 'split-check: nothing to deploy in this release'");
    }
    return one_job("split-check-refused", "echo 'split-check: pipeline " + pipeline +
                                              " is for a person to start, see the report' >&2; exit 1");
}

} // namespace sluice::split_check
