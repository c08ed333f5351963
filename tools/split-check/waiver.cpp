#include "tools/split-check/waiver.hpp"

#include "common/json/object_reader.hpp"
#include "common/time/timestamp.hpp"
#include "tools/split-check/sql_text.hpp"

#include <algorithm>

namespace sluice::split_check {

namespace {

constexpr std::size_t k_shortest_reason = 15;
constexpr std::chrono::hours k_longest_life{90 * 24};

std::string trimmed(std::string_view text) {
    std::size_t const begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) {
        return {};
    }
    return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

Result<Waiver> read_waiver(Json const& value, std::string const& path, std::string const& name) {
    json::ObjectReader reader(value, path);
    Waiver waiver;
    // Both ways of naming a rule are asked for as text or number.
    Json const* rule = reader.find("rule");
    std::string const wanted = rule == nullptr              ? ""
                               : rule->is_string()          ? rule->get<std::string>()
                               : rule->is_number_unsigned() ? std::to_string(rule->get<unsigned>())
                                                            : "";
    waiver.path = reader.required<std::string>("path");
    waiver.reason = reader.required<std::string>("reason");
    waiver.expires = reader.required<std::string>("expires");
    waiver.approved_by = reader.optional<std::string>("approved_by").value_or("");
    waiver.where = name + " " + path;
    waiver.may_waive_mixed = true;
    TRY(reader.finish());
    auto const number = rule_number(wanted);
    if (!number) {
        return fail(Errc::bad_data, "'" + path + "/rule' names no rule: '" + wanted + "'");
    }
    if (!time::parse_timestamp(waiver.expires + "T23:59:59Z")) {
        return fail(Errc::bad_data, "'" + path + "/expires' must be a day such as 2026-12-31");
    }
    waiver.rule = *number;
    return waiver;
}

// Empty when it counts, else why not.
std::string problem_of(Waiver const& waiver, Config const& config, time::Wall now) {
    if (waiver.reason.size() < k_shortest_reason) {
        return "its reason is shorter than 15 letters";
    }
    bool const known = config.approvers.empty() || std::find(config.approvers.begin(), config.approvers.end(),
                                                             waiver.approved_by) != config.approvers.end();
    if (!known) {
        return "nobody of 'approvers' approved it";
    }
    if (waiver.expires.empty()) {
        return {};
    }
    auto const end = time::parse_timestamp(waiver.expires + "T23:59:59Z");
    if (!end || *end < now) {
        return "it expired on " + waiver.expires;
    }
    return *end - now > k_longest_life + std::chrono::hours{24} ? "it lasts longer than 90 days" : "";
}

// What is about the release, or about what is deployed already, is for somebody else to say than the file itself.
bool is_beyond_the_file(int number) {
    return number == rule::applied_migration || number == rule::expand_and_contract || number >= rule::mixed;
}

bool fits(Waiver const& waiver, Finding const& finding) {
    if (waiver.rule != finding.rule || (finding.rule == rule::mixed && !waiver.may_waive_mixed)) {
        return false;
    }
    if (!waiver.file.empty()) {
        return !is_beyond_the_file(finding.rule) && waiver.file == finding.path && waiver.line <= finding.line &&
               finding.line <= waiver.last_line;
    }
    return finding.rule == rule::mixed || as_in_gitignore(waiver.path).matches(finding.path);
}

Finding problem_finding(Waiver const& waiver, std::string const& why) {
    Rule const& rule = rule_of(rule::waiver_problem);
    Finding finding;
    finding.rule = rule.number;
    finding.safety = Safety::review;
    finding.path = waiver.file.empty() ? ".split-check/waivers.json" : waiver.file;
    finding.line = waiver.line == 0 ? 1 : waiver.line;
    finding.message = "the waiver of " + std::string(rule_of(waiver.rule).name) + " in " + waiver.where + ": " + why;
    finding.advice = rule.advice;
    finding.statement = finding.message;
    return finding;
}

// "allow <rule> because <reason>", or nothing.
std::optional<Waiver> parse_comment(std::string_view comment) {
    constexpr std::string_view opening = "split-check: allow ";
    std::size_t const at = comment.find(opening);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    std::string_view const rest = comment.substr(at + opening.size());
    std::size_t const because = rest.find(" because ");
    auto const number = rule_number(trimmed(rest.substr(0, because)));
    if (!number) {
        return std::nullopt;
    }
    Waiver waiver;
    waiver.rule = *number;
    waiver.reason = because == std::string_view::npos ? "" : trimmed(rest.substr(because + 9));
    return waiver;
}

} // namespace

Result<std::vector<Waiver>> parse_waivers(std::string_view text, std::string const& name) {
    auto const here = while_doing("reading the waivers in '" + name + "'");
    TRY_ASSIGN(auto const document, json::parse(text, name).map_error(here));
    json::ObjectReader reader(document, "");
    auto const version = reader.required<unsigned>("version");
    Json const* list = reader.find("waivers");
    TRY(reader.finish().map_error(here));
    if (version != 1 || list == nullptr || !list->is_array()) {
        return fail(Errc::bad_data, "'" + name + "' must have \"version\": 1 and a list 'waivers'");
    }
    std::vector<Waiver> waivers;
    for (auto const& value : *list) {
        TRY_ASSIGN(auto waiver, read_waiver(value, "/waivers/" + std::to_string(waivers.size()), name).map_error(here));
        waivers.push_back(std::move(waiver));
    }
    return waivers;
}

std::optional<Waiver> parse_trailer(std::string_view text) {
    std::size_t const blank = text.find(' ');
    std::size_t const dashes = text.find(" -- ");
    if (blank == std::string_view::npos || dashes == std::string_view::npos || dashes <= blank) {
        return std::nullopt;
    }
    auto const number = rule_number(trimmed(text.substr(0, blank)));
    if (!number) {
        return std::nullopt;
    }
    Waiver waiver;
    waiver.rule = *number;
    waiver.path = trimmed(text.substr(blank + 1, dashes - blank - 1));
    waiver.reason = trimmed(text.substr(dashes + 4));
    return waiver;
}

std::vector<Waiver> comment_waivers(ClassifiedFile const& file) {
    std::vector<Waiver> waivers;
    if (file.file_class != FileClass::migration || !file.text) {
        return waivers;
    }
    std::size_t line = 1;
    std::string_view const text{*file.text};
    for (std::size_t at = 0; at < text.size(); ++line) {
        std::size_t const end = std::min(text.find('\n', at), text.size());
        auto waiver = parse_comment(text.substr(at, end - at));
        if (waiver) {
            waiver->last_line = line_at(text, end_of_statement(text, end));
            waiver->file = file.change.path;
            waiver->line = line;
            waiver->where = file.change.path + ":" + std::to_string(line);
            waivers.push_back(std::move(*waiver));
        }
        at = end + 1;
    }
    return waivers;
}

void apply_waivers(Release& release, std::vector<Waiver> const& waivers, Config const& config, time::Wall now) {
    std::vector<Finding> problems;
    for (auto const& waiver : waivers) {
        std::string why = problem_of(waiver, config, now);
        bool used = false;
        for (auto& finding : release.findings) {
            if (!fits(waiver, finding)) {
                continue;
            }
            used = true;
            if (why.empty() && !finding.waived) {
                finding.waived = waiver.reason + " (" + waiver.where + ")";
            }
        }
        if (why.empty() && !used) {
            why = "nothing in this release needs it";
        }
        if (!why.empty()) {
            problems.push_back(problem_finding(waiver, why));
        }
    }
    std::move(problems.begin(), problems.end(), std::back_inserter(release.findings));
}

} // namespace sluice::split_check
