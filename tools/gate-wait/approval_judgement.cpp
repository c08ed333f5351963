#include "tools/gate-wait/approval_judgement.hpp"

#include "common/time/duration_text.hpp"

#include <algorithm>
#include <map>

namespace sluice::gate_wait {

namespace {

constexpr std::chrono::seconds k_tolerated_skew{120};

// GitLab and Jenkins take "Alice" and "alice" for the same person.
std::string in_lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

bool same_person(std::string const& left, std::string const& right) {
    return in_lower_case(left) == in_lower_case(right);
}

std::vector<Approval> last_words(std::vector<Approval> const& words) {
    std::map<std::string, Approval> last;
    for (auto const& word : words) {
        auto const [place, fresh] = last.emplace(in_lower_case(word.username), word);
        if (!fresh && !(word.at && place->second.at && *word.at < *place->second.at)) {
            place->second = word;
        }
    }
    std::vector<Approval> list;
    for (auto& [name, word] : last) {
        list.push_back(std::move(word));
    }
    return list;
}

struct Weighed {
    bool counts = false;
    bool doubtful = false;
    std::string why{};
};

Weighed weigh(ApprovalRules const& rules, Subject const& subject, Approval const& word, time::Wall now) {
    if (word.username.empty()) {
        return {false, true, "somebody without a name"};
    }
    auto const& allowed = rules.allowed;
    bool const is_allowed = allowed.empty() || std::any_of(allowed.begin(), allowed.end(), [&](auto const& name) {
                                return same_person(name, word.username);
                            });
    if (!is_allowed) {
        return {false, false, word.username + " is not allowed to"};
    }
    if (!rules.triggerer_may && same_person(subject.triggerer, word.username)) {
        return {false, false, word.username + " asked for it"};
    }
    if (word.at && *word.at > now + k_tolerated_skew) {
        return {false, true, word.username + "'s is from the future"};
    }
    if (rules.max_age && !word.at) {
        return {false, true, word.username + "'s has no time"};
    }
    if (rules.max_age && now - *word.at > *rules.max_age) {
        auto const age = std::chrono::duration_cast<Milliseconds>(now - *word.at);
        return {false, false, word.username + "'s is " + time::duration_text(age) + " old"};
    }
    return {true, false, ""};
}

std::string joined(std::vector<std::string> const& names) {
    std::string text;
    for (auto const& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

Observation rejected_by(Approval const& word) {
    Observation seen = for_good(saw_closed("rejected by " + (word.username.empty() ? "somebody" : word.username) +
                                           (word.comment.empty() ? "" : ": " + word.comment)));
    seen.rejected = true;
    return seen;
}

} // namespace

Observation judge_approvals(ApprovalRules const& rules, Subject const& subject, std::vector<Approval> const& words,
                            time::Wall now) {
    std::vector<std::string> names;
    std::vector<std::string> others;
    bool doubtful = false;
    Observation seen;
    for (auto const& word : last_words(words)) {
        if (word.status == "rejected") {
            seen = rejected_by(word);
            seen.approvals = words;
            return seen;
        }
        if (word.status != "approved") {
            continue;
        }
        auto const weighed = weigh(rules, subject, word, now);
        doubtful = doubtful || weighed.doubtful;
        (weighed.counts ? names : others).push_back(weighed.counts ? word.username : weighed.why);
    }
    std::string const not_counted = others.empty() ? "" : "; not counted: " + joined(others);
    if (names.size() >= rules.quorum) {
        seen = saw_open("approved by " + joined(names) + not_counted);
    } else {
        std::string const so_far = std::to_string(names.size()) + " of " + std::to_string(rules.quorum) + " approvals" +
                                   (names.empty() ? "" : " (" + joined(names) + ")") + not_counted;
        seen = doubtful ? saw_nothing(so_far) : saw_closed(so_far);
    }
    seen.approvals = words;
    return seen;
}

} // namespace sluice::gate_wait
