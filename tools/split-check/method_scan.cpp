#include "tools/split-check/method_scan.hpp"

#include "tools/split-check/file_judge.hpp"
#include "tools/split-check/method_names.hpp"
#include "tools/split-check/sql_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace sluice::split_check {

namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

constexpr std::array<std::string_view, 11> k_down{"def down",     "def downgrade", "exports.down", "function down",
                                                  "async down",   "down: ",        "void Down",    "fn down",
                                                  "down = async", "safeDown",      "<rollback"};
constexpr std::array<std::string_view, 12> k_up{"def up",      "def change", "def upgrade", "exports.up",
                                                "function up", "async up",   "up: ",        "void Up",
                                                "fn up",       "up = async", "safeUp",      "</rollback"};

// Where one of the openings stands on the line as whole words, with no quote before it: a text is no opening.
template <std::size_t N> std::size_t find_opening(std::string_view line, std::array<std::string_view, N> const& words) {
    for (std::string_view const word : words) {
        std::size_t const at = line.find(word);
        std::size_t const end = at + word.size();
        bool const whole = at != std::string_view::npos && (at == 0 || !is_word(line[at - 1])) &&
                           (end >= line.size() || !is_word(word.back()) || !is_word(line[end]));
        if (whole && line.substr(0, at).find_first_of("'\"`") == std::string_view::npos) {
            return at;
        }
    }
    return std::string_view::npos;
}

std::size_t indentation_of(std::string_view line) { return std::min(line.find_first_not_of(" \t"), line.size()); }

// Another method begins: what undoes a migration ends before it.
bool begins_method(std::string_view line) {
    std::string_view const words = line.substr(indentation_of(line));
    return words.starts_with("def ") || (!words.starts_with('}') && words.ends_with('{'));
}

// Blanks the methods that undo: nobody runs them in a deploy.
std::string without_down_methods(std::string text) {
    bool down = false;
    std::size_t depth = 0;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t const end = std::min(text.find('\n', at), text.size());
        std::string_view const line = std::string_view(text).substr(at, end - at);
        std::size_t const opening = find_opening(line, k_down);
        bool const up = find_opening(line, k_up) != std::string_view::npos;
        bool const other = down && begins_method(line) && indentation_of(line) <= depth;
        std::size_t const from = opening == std::string_view::npos ? 0 : opening;
        depth = opening == std::string_view::npos ? depth : indentation_of(line);
        down = !up && (opening != std::string_view::npos || (down && !other));
        if (down) {
            std::fill(text.begin() + static_cast<std::ptrdiff_t>(at + from),
                      text.begin() + static_cast<std::ptrdiff_t>(end), ' ');
        }
        at = end + 1;
    }
    return text;
}

bool is_comment(std::string_view line) {
    std::size_t const at = line.find_first_not_of(" \t");
    std::string_view const rest = at == std::string_view::npos ? std::string_view{} : line.substr(at);
    return rest.starts_with("#") || rest.starts_with("//") || rest.starts_with("*") || rest.starts_with("/*");
}

std::string without_comment_lines(std::string text) {
    for (std::size_t at = 0; at < text.size();) {
        std::size_t const end = std::min(text.find('\n', at), text.size());
        if (is_comment(std::string_view(text).substr(at, end - at))) {
            std::fill(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(end),
                      ' ');
        }
        at = end + 1;
    }
    return text;
}

// The names given as arguments: :symbols and quoted texts on the rest of the call, at most two.
std::vector<std::string> arguments_at(std::string_view text, std::size_t at) {
    constexpr std::size_t far = 200;
    std::vector<std::string> found;
    std::string_view const rest = text.substr(at, far);
    for (std::size_t i = 0; i < rest.size() && found.size() < 2 && rest[i] != ')' && rest[i] != '\n'; ++i) {
        bool const opens = rest[i] == '\'' || rest[i] == '"' || rest[i] == '`';
        bool const symbol = rest[i] == ':' && i + 1 < rest.size() && is_word(rest[i + 1]);
        if (!opens && !symbol) {
            continue;
        }
        std::size_t end = i + 1;
        while (end < rest.size() && is_word(rest[end])) {
            ++end;
        }
        if (end > i + 1 && (symbol || rest[end] == rest[i])) {
            found.emplace_back(rest.substr(i + 1, end - i - 1));
        }
        i = end;
    }
    return found;
}

// The constant SQL behind a call such as query("…"): its offset and text, empty when it is put together.
std::pair<std::size_t, std::string> constant_at(std::string_view text, std::size_t at) {
    while (at < text.size() && (text[at] == '(' || text[at] == ' ' || text[at] == '\n')) {
        ++at;
    }
    bool const opens = at < text.size() && (text[at] == '\'' || text[at] == '"' || text[at] == '`');
    if (!opens) {
        return {};
    }
    std::string quote(1, text[at]);
    if (text.substr(at, 3) == quote + quote + quote) {
        quote = quote + quote + quote;
    }
    std::size_t const begin = at + quote.size();
    std::size_t const close = text.find(quote, begin);
    if (close == std::string_view::npos) {
        return {};
    }
    std::string_view const inside = text.substr(begin, close - begin);
    std::size_t const behind = text.find_first_not_of(" \n\t", close + quote.size());
    bool const ends = behind == std::string_view::npos || text[behind] == ')' || text[behind] == ';' ||
                      text[behind] == ',' || behind > text.find('\n', close);
    bool const plain = inside.find("${") == std::string_view::npos && inside.find("#{") == std::string_view::npos &&
                       inside.find('\\') == std::string_view::npos;
    return ends && plain ? std::pair{begin, std::string(inside)} : std::pair<std::size_t, std::string>{};
}

class MethodScan {
  public:
    MethodScan(std::string text, SqlSettings const& settings, SchemaState& state)
        : m_text(std::move(text)), m_settings(settings), m_state(state) {}

    SqlReport run() {
        for (std::size_t at = 0; at < m_text.size();) {
            std::size_t end = at;
            while (end < m_text.size() && is_word(m_text[end])) {
                ++end;
            }
            if (end > at) {
                take_word(at, end);
            }
            at = std::max(end, at + 1);
        }
        if (m_known == 0) {
            report({rule::opaque, Phase::unknown, Safety::unknown, "", "calls no method that is known here"}, 0);
        }
        m_report.floor = Safety::review;
        m_report.safety = worse(m_report.safety, m_report.floor);
        return std::move(m_report);
    }

  private:
    void take_word(std::size_t at, std::size_t end) {
        auto const* method = method_named(std::string_view(m_text).substr(at, end - at));
        if (method == nullptr || (at > 0 && m_text[at - 1] == '\'') || is_declaration(at)) {
            return;
        }
        ++m_known;
        if (method->rule == rule::opaque) {
            take_sql(at, end);
            return;
        }
        auto const names = arguments_at(m_text, end);
        std::string const object = names.empty() ? "" : names.size() == 1 ? names[0] : names[0] + "." + names[1];
        m_report.phase = joined(m_report.phase, method->phase);
        remember(*method, names);
        if (method->rule != 0 && !is_excused(*method, at)) {
            Safety const safety = Safety::review;
            report({method->rule, method->phase, safety, object, "calls " + m_text.substr(at, end - at)}, at);
        }
    }

    void remember(MethodName const& method, std::vector<std::string> const& names) {
        if (names.empty()) {
            return;
        }
        if (method.rule == rule::drop_column || method.rule == rule::rename) {
            m_report.dropped.insert(names.back());
        } else if (method.rule == rule::drop_table) {
            m_report.dropped.insert(names.front());
        } else if (method.rule == 0 && method.phase == Phase::expand) {
            m_report.added.insert(names.back());
        }
    }

    // "def execute" and "function raw" declare; they do not call.
    [[nodiscard]] bool is_declaration(std::size_t at) const {
        return at >= 4 &&
               (m_text.compare(at - 4, 4, "def ") == 0 || (at >= 9 && m_text.compare(at - 9, 9, "function ") == 0));
    }

    // The safe form on the same line.
    [[nodiscard]] bool is_excused(MethodName const& method, std::size_t at) const {
        std::size_t const end = std::min(m_text.find('\n', at), m_text.size());
        std::string const line = lower(std::string_view(m_text).substr(at, end - at));
        bool const about_index = method.rule == rule::create_index || method.rule == rule::drop_index;
        return about_index && line.find("concurrently") != std::string::npos;
    }

    void take_sql(std::size_t at, std::size_t end) {
        auto const [begin, sql] = constant_at(m_text, end);
        if (sql.empty()) {
            report({rule::opaque, Phase::unknown, Safety::unknown, "", "runs SQL that is not a constant here"}, at);
            return;
        }
        SqlSettings settings = m_settings;
        settings.up_markers.clear();
        settings.down_markers.clear();
        SqlReport inner = judge_sql(sql, settings, m_state);
        std::size_t const lines_before = line_at(m_text, begin) - 1;
        for (auto& finding : inner.findings) {
            finding.line += lines_before;
            m_report.findings.push_back(std::move(finding));
        }
        m_report.phase = joined(m_report.phase, inner.phase);
        m_report.safety = worse(m_report.safety, inner.safety);
        m_report.dropped.merge(inner.dropped);
        m_report.added.merge(inner.added);
    }

    void report(Note const& note, std::size_t at) {
        Finding finding;
        finding.rule = note.rule;
        finding.safety = note.safety;
        finding.phase = note.phase;
        finding.line = line_at(m_text, at);
        finding.object = note.object;
        finding.message = note.what + ": " + std::string(rule_of(note.rule).harm);
        finding.advice = rule_of(note.rule).advice;
        std::size_t const end = std::min(m_text.find('\n', at), m_text.size());
        finding.statement = normalised(std::string_view(m_text).substr(at, end - at));
        finding.data_lost = note.rule == rule::drop_column || note.rule == rule::drop_table;
        m_report.phase = joined(m_report.phase, note.phase);
        m_report.safety = worse(m_report.safety, note.safety);
        m_report.findings.push_back(std::move(finding));
    }

    std::string m_text;
    SqlSettings const& m_settings;
    SchemaState& m_state;
    SqlReport m_report{};
    std::size_t m_known = 0;
};

} // namespace

SqlReport scan_methods(std::string_view text, SqlSettings const& settings, SchemaState& state) {
    // Comments go first: the word "down" in one of them must not hide what follows.
    return MethodScan(without_down_methods(without_comment_lines(std::string(text))), settings, state).run();
}

} // namespace sluice::split_check
