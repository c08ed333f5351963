#include "tools/split-check/reports.hpp"

namespace sluice::split_check {

namespace {

// Longer lists tell a person no more.
constexpr std::size_t k_paths_shown = 20;

std::string paths_of(Release const& release, FileClass file_class) {
    std::string text;
    std::size_t shown = 0;
    for (auto const& file : release.files) {
        if (file.file_class != file_class) {
            continue;
        }
        if (++shown > k_paths_shown) {
            continue;
        }
        text += std::string("  ") + file.change.status + " " + file.change.path +
                (file.change.renamed_from.empty() ? "" : " (was " + file.change.renamed_from + ")") + "\n";
    }
    if (shown > k_paths_shown) {
        text += "  … and " + std::to_string(shown - k_paths_shown) + " more\n";
    }
    return text;
}

std::string list_of(Release const& release, FileClass file_class, std::string const& title) {
    std::size_t const count = release.count(file_class);
    return count == 0 ? "" : title + " (" + std::to_string(count) + "):\n" + paths_of(release, file_class);
}

std::string finding_text(Finding const& finding) {
    Rule const& rule = rule_of(finding.rule);
    std::string text = finding.path + ":" + std::to_string(finding.line) + ": " +
                       (finding.waived ? "waived" : std::string(name_of(finding.safety))) + " [" +
                       std::to_string(rule.number) + " " + std::string(rule.name) + "] " + finding.message + "\n";
    if (!finding.lock.empty()) {
        text += "  lock: " + finding.lock + "\n";
    }
    return text + (finding.waived ? "  waived: " + *finding.waived : "  safe way: " + finding.advice) + "\n";
}

std::string services_text(Release const& release) {
    if (release.services.size() < 2) {
        return {};
    }
    std::string text = "services:\n";
    for (auto const& service : release.services) {
        text += "  " + service.name + ": " + std::string(name_of(service.kind)) + ", phase " +
                std::string(name_of(service.phase)) + ", " + std::string(name_of(service.safety)) + "\n";
    }
    return text;
}

std::string next_step(Release const& release, int status) {
    if (status == 1) {
        return "next: split-check plan " + release.base.substr(0, 12) + ".." + release.head.substr(0, 12) +
               "   # shows where to cut\n";
    }
    return status == 0 ? "" : "next: correct the findings above, or waive one with its reason\n";
}

} // namespace

std::string text_report(Release const& release, bool strict) {
    int const status = exit_status(release, strict);
    std::string text = "split-check: " + std::string(name_of(release.kind)) + ", phase " +
                       std::string(name_of(release.phase)) + ", " + std::string(name_of(release.safety)) +
                       ", pipeline " + pipeline_of(release, strict);
    if (!release.base.empty()) {
        text += " (" + release.base.substr(0, 12) + ".." + release.head.substr(0, 12) + ", " + release.range_from + ")";
    }
    text += "\n" + services_text(release);
    // One kind needs no list: the verdict says it all.
    if (release.kind == Kind::mixed) {
        text += list_of(release, FileClass::code, "code");
    }
    text += list_of(release, FileClass::migration, "migrations");
    for (auto const& finding : release.findings) {
        text += finding_text(finding);
    }
    if (release.needs_snapshot) {
        text += "protection: take a snapshot before this release; a step of it cannot be taken back\n";
    }
    return text + next_step(release, status);
}

} // namespace sluice::split_check
