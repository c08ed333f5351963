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

} // namespace

std::string child_pipeline(Release const& release, ChildTemplates const& templates, bool strict) {
    std::string const pipeline = pipeline_of(release, strict);
    std::string const variables = "variables:\n  PIPELINE_KIND: " + quoted(pipeline) +
                                  "\n  SLUICE_SPLIT_BASE: " + quoted(release.base) +
                                  "\n  SLUICE_SPLIT_HEAD: " + quoted(release.head) + "\n";
    if (pipeline == "code") {
        return include(templates.code) + variables;
    }
    if (pipeline == "migrations") {
        return include(templates.migrations) + variables;
    }
    if (pipeline == "none") {
        return one_job("split-check-nothing-to-deploy", "echo 'split-check: nothing to deploy in this release'");
    }
    return one_job("split-check-refused", "echo 'split-check: pipeline " + pipeline +
                                              " is for a person to start, see the report' >&2; exit 1");
}

} // namespace sluice::split_check
