#include "tools/split-check/glob.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::split_check {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The first brace group written out, the rest by recursion.
void expand_braces(std::string const& pattern, std::vector<std::string>& into) {
    std::size_t const open = pattern.find('{');
    std::size_t const close = open == std::string::npos ? open : pattern.find('}', open);
    if (close == std::string::npos) {
        into.push_back(pattern);
        return;
    }
    std::size_t at = open + 1;
    while (at <= close) {
        std::size_t const end = std::min(pattern.find(',', at), close);
        expand_braces(pattern.substr(0, open) + pattern.substr(at, end - at) + pattern.substr(close + 1), into);
        at = end + 1;
    }
}

// `set` is what stands between the brackets.
bool in_set(std::string_view set, char c) {
    bool const negated = !set.empty() && (set.front() == '!' || set.front() == '^');
    if (negated) {
        set.remove_prefix(1);
    }
    bool found = false;
    for (std::size_t i = 0; i < set.size(); ++i) {
        bool const range = i + 2 < set.size() && set[i + 1] == '-';
        found = found || (range ? c >= set[i] && c <= set[i + 2] : c == set[i]);
        i += range ? 2 : 0;
    }
    return found != negated && c != '/';
}

bool match(std::string_view pattern, std::string_view path);

// Behind "**/": in this folder or any below it.
bool match_below(std::string_view pattern, std::string_view path) {
    while (!match(pattern, path)) {
        std::size_t const slash = path.find('/');
        if (slash == std::string_view::npos) {
            return false;
        }
        path.remove_prefix(slash + 1);
    }
    return true;
}

bool match_stars(std::string_view pattern, std::string_view path) {
    bool const across = pattern.starts_with("**");
    std::string_view const rest = pattern.substr(across ? 2 : 1);
    if (across && rest.starts_with('/')) {
        return match_below(rest.substr(1), path);
    }
    for (std::size_t taken = 0; taken <= path.size(); ++taken) {
        if (match(rest, path.substr(taken))) {
            return true;
        }
        if (taken < path.size() && path[taken] == '/' && !across) {
            return false;
        }
    }
    return false;
}

bool match_digits(std::string_view pattern, std::size_t close, std::string_view path) {
    std::string_view const count = pattern.substr(1, close - 1);
    auto const run = static_cast<std::size_t>(std::find_if_not(path.begin(), path.end(), is_digit) - path.begin());
    std::size_t wanted = run;
    if (count != "+") {
        std::from_chars(count.data(), count.data() + count.size(), wanted);
    }
    // Exactly so many: fifteen digits are not a version of fourteen.
    return run > 0 && run == wanted && match(pattern.substr(close + 1), path.substr(run));
}

bool match_one(std::string_view pattern, std::string_view path) {
    if (path.empty()) {
        return false;
    }
    std::size_t const close = pattern.front() == '[' ? pattern.find(']', 2) : std::string_view::npos;
    if (close != std::string_view::npos) {
        return in_set(pattern.substr(1, close - 1), path.front()) && match(pattern.substr(close + 1), path.substr(1));
    }
    bool const fits = pattern.front() == '?' ? path.front() != '/' : pattern.front() == path.front();
    return fits && match(pattern.substr(1), path.substr(1));
}

bool match(std::string_view pattern, std::string_view path) {
    while (!pattern.empty() && !path.empty() && pattern.front() == path.front() &&
           std::string_view{"*?[<"}.find(pattern.front()) == std::string_view::npos) {
        pattern.remove_prefix(1);
        path.remove_prefix(1);
    }
    if (pattern.empty()) {
        return path.empty();
    }
    if (pattern.front() == '*') {
        return match_stars(pattern, path);
    }
    std::size_t const close = pattern.front() == '<' ? pattern.find('>') : std::string_view::npos;
    return close != std::string_view::npos ? match_digits(pattern, close, path) : match_one(pattern, path);
}

std::string fixed_ending(std::string_view pattern) {
    std::string_view const ending = ending_of(pattern);
    bool const fixed = ending.find_first_of("*?[<>]") == std::string_view::npos;
    return fixed ? std::string(ending) : std::string{};
}

// The longest run without a sign. What stands before "/**/" or behind "**/" may meet the folder's border, so runs end
// at slashes too.
std::string longest_literal(std::string_view pattern) {
    std::string longest;
    while (!pattern.empty()) {
        std::size_t const end = std::min(pattern.find_first_of("*?[]<>/"), pattern.size());
        std::string_view const run = pattern.substr(0, end);
        bool const is_count = end < pattern.size() && (pattern[end] == '>' || pattern[end] == ']');
        if (!is_count && run.size() > longest.size()) {
            longest = run;
        }
        pattern.remove_prefix(std::min(end + 1, pattern.size()));
    }
    return longest;
}

bool is_any_folder_and_text(std::string_view pattern) {
    return pattern.starts_with("**/") && pattern.find_first_of("*?[<", 3) == std::string_view::npos;
}

} // namespace

Glob::Glob(std::string_view pattern) : Glob(pattern, {}) {}

Glob::Glob(std::string_view first, std::string_view second) : m_text(first) {
    std::vector<std::string> patterns;
    expand_braces(m_text, patterns);
    if (!second.empty()) {
        expand_braces(std::string(second), patterns);
    }
    if (patterns.size() == 1) {
        m_required = longest_literal(patterns.front());
    }
    for (auto& pattern : patterns) {
        m_endings.push_back(fixed_ending(pattern));
        bool const is_tail = is_any_folder_and_text(pattern);
        m_alternatives.push_back({std::move(pattern), is_tail});
    }
}

bool Glob::Alternative::matches(std::string_view path) const {
    if (!is_tail) {
        return match(text, path);
    }
    std::string_view const tail = std::string_view(text).substr(3);
    return path.ends_with(tail) && (path.size() == tail.size() || path[path.size() - tail.size() - 1] == '/');
}

bool Glob::matches(std::string_view path) const {
    return std::any_of(m_alternatives.begin(), m_alternatives.end(),
                       [&](Alternative const& alternative) { return alternative.matches(path); });
}

Glob anywhere(std::string_view pattern) { return Glob("**/" + std::string(pattern)); }

Glob as_in_gitignore(std::string_view pattern) {
    bool const folder = pattern.ends_with('/');
    std::string_view body = folder ? pattern.substr(0, pattern.size() - 1) : pattern;
    bool const anchored = body.find('/') != std::string_view::npos;
    if (body.starts_with('/')) {
        body.remove_prefix(1);
    }
    std::string const whole = (anchored ? "" : "**/") + std::string(body);
    return folder ? Glob(whole + "/**") : Glob(whole, whole + "/**");
}

std::string_view ending_of(std::string_view path) {
    std::size_t const slash = path.rfind('/');
    std::string_view const name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    std::size_t const point = name.rfind('.');
    return point == std::string_view::npos ? std::string_view{} : name.substr(point + 1);
}

} // namespace sluice::split_check
