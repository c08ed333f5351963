#include "tools/split-check/reports.hpp"

#include "common/json/json.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <map>

namespace sluice::split_check {

namespace {

// The limit is 5 KB for all lines together; everything else in the file is short.
constexpr std::size_t k_longest_list = 2000;

std::string severity_of(Finding const& finding) {
    if (finding.rule == rule::mixed || finding.rule == rule::other_pipeline ||
        finding.rule == rule::applied_migration || finding.rule == rule::no_answer) {
        return "blocker";
    }
    switch (finding.safety) {
    case Safety::unsafe: return "critical";
    case Safety::review: return "major";
    case Safety::unknown: return "minor";
    case Safety::safe: break;
    }
    return "info";
}

std::string level_of(Finding const& finding) {
    return finding.safety == Safety::unsafe ? "error" : finding.safety == Safety::safe ? "note" : "warning";
}

std::string check_name(Finding const& finding) {
    return "split-check/" + std::to_string(finding.rule) + "-" + std::string(rule_of(finding.rule).name);
}

std::string description_of(Finding const& finding) {
    return (finding.waived ? "waived: " + *finding.waived + ": " : "") + finding.message + ". " + finding.advice;
}

// FNV-1a: no secret is kept by it, it only has to be the same tomorrow. Source: the constants of FNV's authors.
std::uint64_t hash_of(std::string const& text, std::uint64_t seed) {
    constexpr std::uint64_t prime = 1099511628211U;
    std::uint64_t hash = 14695981039346656037U ^ seed;
    for (char const c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * prime;
    }
    return hash;
}

std::string hex(std::uint64_t value) {
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
    return text.data();
}

std::string services_list(Release const& release) {
    std::string list;
    for (auto const& service : release.services) {
        bool const touched = service.kind != Kind::empty && service.kind != Kind::neutral && !service.name.empty();
        if (touched && list.size() + service.name.size() < k_longest_list) {
            list += (list.empty() ? "" : ",") + service.name;
        }
    }
    return list;
}

Json sarif_rules(Release const& release) {
    std::map<int, bool> used;
    for (auto const& finding : release.findings) {
        used[finding.rule] = true;
    }
    Json rules = Json::array();
    for (auto const& [number, yes] : used) {
        Rule const& rule = rule_of(number);
        rules.push_back({{"id", std::to_string(number) + "-" + std::string(rule.name)},
                         {"shortDescription", {{"text", rule.harm}}},
                         {"help", {{"text", rule.advice}}}});
    }
    return rules;
}

// A path as a relative reference. Source: RFC 3986, section 3.3; a colon in the first part would make it a scheme.
std::string as_uri(std::string const& path) {
    constexpr std::string_view plain = "-._~/!$&'()*+,;=@";
    std::string uri;
    for (char const c : path) {
        auto const byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || plain.find(c) != std::string_view::npos) {
            uri += c;
        } else {
            std::array<char, 4> code{};
            std::snprintf(code.data(), code.size(), "%%%02X", static_cast<unsigned>(byte));
            uri += code.data();
        }
    }
    return uri;
}

bool has_no_answer(Release const& release) {
    return std::any_of(release.findings.begin(), release.findings.end(),
                       [](Finding const& finding) { return finding.rule == rule::no_answer; });
}

Json sarif_result(Finding const& finding, std::string const& fingerprint) {
    Json result{{"ruleId", std::to_string(finding.rule) + "-" + std::string(rule_of(finding.rule).name)},
                {"level", level_of(finding)},
                {"message", {{"text", finding.message + ". " + finding.advice}}},
                {"partialFingerprints", {{"sluice/v1", fingerprint}}}};
    result["locations"] = Json::array(
        {{{"physicalLocation",
           {{"artifactLocation", {{"uri", as_uri(finding.path)}}}, {"region", {{"startLine", finding.line}}}}}}});
    if (finding.waived) {
        result["suppressions"] = Json::array({{{"kind", "external"}, {"justification", *finding.waived}}});
    }
    return result;
}

// XML 1.0 has no place for most control characters, quoted or not.
std::string xml(std::string const& text) {
    std::string safe;
    // Through JSON and back: what is no UTF-8 is replaced.
    auto const valid = Json::parse(json::dump(Json(text)), nullptr, false).get<std::string>();
    for (char const c : valid) {
        switch (c) {
        case '<': safe += "&lt;"; break;
        case '>': safe += "&gt;"; break;
        case '&': safe += "&amp;"; break;
        case '"': safe += "&quot;"; break;
        default: safe += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
        }
    }
    return safe;
}

struct Case {
    std::string name;
    std::string failure;
};

bool about_kind(Finding const& finding) { return finding.rule == rule::mixed || finding.rule == rule::other_pipeline; }

std::vector<Case> cases_of(Release const& release, bool strict) {
    std::string unsafe;
    std::string applied;
    std::string unknown;
    std::string other;
    for (auto const& finding : release.findings) {
        if (finding.waived) {
            continue;
        }
        std::string const line =
            finding.path + ":" + std::to_string(finding.line) + ": " + finding.message + "\n  " + finding.advice + "\n";
        unsafe += finding.safety == Safety::unsafe && !about_kind(finding) && finding.rule != rule::applied_migration
                      ? line
                      : "";
        applied += finding.rule == rule::applied_migration ? line : "";
        other += finding.rule == rule::other_pipeline ? finding.message + "\n" : "";
        unknown += (strict && finding.safety == Safety::unknown) || finding.rule == rule::no_answer ? line : "";
    }
    bool const mixed = release.kind == Kind::mixed && !release.mixed_waived && !release.initial;
    return {{"one kind", mixed ? "code and migrations change in one step" : other},
            {"migrations are safe beside the running code", unsafe},
            {"deployed migrations are untouched", applied},
            {"everything is known", unknown}};
}

} // namespace

cli::DotenvLines dotenv_lines(Release const& release, bool strict) {
    return {{"SLUICE_SPLIT_VERDICT", std::string(name_of(release.kind))},
            {"SLUICE_SPLIT_PIPELINE", pipeline_of(release, strict)},
            {"SLUICE_SPLIT_PHASE", std::string(name_of(release.phase))},
            {"SLUICE_SPLIT_SAFETY", std::string(name_of(release.safety))},
            {"SLUICE_SPLIT_BASE", release.base},
            {"SLUICE_SPLIT_HEAD", release.head},
            {"SLUICE_SPLIT_MIGRATION_COUNT", std::to_string(release.count(FileClass::migration))},
            {"SLUICE_SPLIT_WAIVED", std::to_string(release.waived)},
            {"SLUICE_SPLIT_SNAPSHOT", release.needs_snapshot ? "required" : "none"},
            {"SLUICE_SPLIT_SERVICES", services_list(release)}};
}

std::vector<std::string> fingerprints(std::vector<Finding> const& findings) {
    std::map<std::string, int> seen;
    std::vector<std::string> all;
    for (auto const& finding : findings) {
        std::string key =
            std::to_string(finding.rule) + '\n' + finding.path + '\n' + finding.object + '\n' + finding.statement;
        key += '\n' + std::to_string(seen[key]++);
        all.push_back(hex(hash_of(key, 0)) + hex(hash_of(key, 1)));
    }
    return all;
}

std::string code_quality_report(Release const& release) {
    Json list = Json::array();
    auto const prints = fingerprints(release.findings);
    for (std::size_t i = 0; i < prints.size(); ++i) {
        Finding const& finding = release.findings[i];
        list.push_back({{"description", description_of(finding)},
                        {"check_name", check_name(finding)},
                        {"fingerprint", prints[i]},
                        {"severity", finding.waived ? "info" : severity_of(finding)},
                        {"location", {{"path", finding.path}, {"lines", {{"begin", finding.line}}}}}});
    }
    return json::dump_indented(list);
}

std::string sarif_report(Release const& release) {
    Json results = Json::array();
    auto const prints = fingerprints(release.findings);
    for (std::size_t i = 0; i < prints.size(); ++i) {
        results.push_back(sarif_result(release.findings[i], prints[i]));
    }
    Json const driver{{"name", "split-check"}, {"rules", sarif_rules(release)}};
    Json const run{{"tool", {{"driver", driver}}},
                   {"invocations", Json::array({{{"executionSuccessful", !has_no_answer(release)}}})},
                   {"results", results}};
    return json::dump_indented({{"version", "2.1.0"},
                                {"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                                {"runs", Json::array({run})}});
}

std::string junit_report(Release const& release, bool strict) {
    auto const cases = cases_of(release, strict);
    std::size_t failures = 0;
    std::string body;
    for (auto const& one : cases) {
        body += R"(    <testcase classname="split-check" name=")" + xml(one.name) + "\"";
        failures += one.failure.empty() ? 0 : 1;
        body +=
            one.failure.empty() ? "/>\n" : "><failure message=\"no\">" + xml(one.failure) + "</failure></testcase>\n";
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"split-check\" tests=\"" +
           std::to_string(cases.size()) + "\" failures=\"" + std::to_string(failures) + "\" errors=\"0\">\n" + body +
           "  </testsuite>\n</testsuites>\n";
}

} // namespace sluice::split_check
