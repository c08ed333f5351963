#include "tools/split-check/deployed_code.hpp"

#include "tools/split-check/classify.hpp"
#include "tools/split-check/rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <iterator>

namespace sluice::split_check {

namespace {

std::string camel(std::string const& identifier, bool upper_first) {
    std::string text;
    bool upper = upper_first;
    for (char const c : identifier) {
        if (c == '_') {
            upper = !text.empty() || upper_first;
            continue;
        }
        text += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
        upper = false;
    }
    return text;
}

bool names_an_object(Finding const& finding) {
    constexpr std::array<int, 4> rules{rule::drop_table, rule::drop_column, rule::drop_object, rule::truncate};
    return !finding.object.empty() && std::find(rules.begin(), rules.end(), finding.rule) != rules.end();
}

std::string last_part(std::string const& object) {
    std::size_t const point = object.rfind('.');
    return point == std::string::npos ? object : object.substr(point + 1);
}

struct Hit {
    Mention mention{};
    std::string_view text{};
};

// "tree:path NUL line NUL text", as git grep -z prints it; false for another form.
bool read_hit(std::string_view line, std::size_t prefix, Hit& hit) {
    std::size_t const first = line.find('\0');
    std::size_t const second = first == std::string_view::npos ? first : line.find('\0', first + 1);
    if (second == std::string_view::npos || first < prefix) {
        return false;
    }
    hit.mention.path = line.substr(prefix, first - prefix);
    hit.text = line.substr(second + 1);
    std::from_chars(line.data() + first + 1, line.data() + second, hit.mention.line);
    return true;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool holds_word(std::string_view text, std::string const& word) {
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        std::size_t const end = at + word.size();
        if ((at == 0 || !is_word(text[at - 1])) && (end >= text.size() || !is_word(text[end]))) {
            return true;
        }
    }
    return false;
}

bool names_it(std::string_view text, std::string const& identifier) {
    auto const all = spellings(identifier);
    return std::any_of(all.begin(), all.end(), [&](std::string const& one) { return holds_word(text, one); });
}

// What no line can hold, git must not be asked for: an empty pattern is in every line.
bool can_be_searched(std::string const& identifier) {
    return !identifier.empty() && identifier.find('\n') == std::string::npos;
}

void judge_mention(Finding& finding, std::string const& name, std::string const& deployed,
                   std::optional<Mention> const& mention) {
    std::string const revision = deployed.substr(0, 10);
    if (!mention) {
        finding.safety =
            finding.rule == rule::truncate || finding.safety == Safety::unsafe ? finding.safety : Safety::safe;
        finding.message += "; the deployed code (" + revision + ") does not name '" + name + "'";
        return;
    }
    bool const common = is_common_name(name);
    finding.safety = common ? worse(finding.safety, Safety::review) : Safety::unsafe;
    finding.message += "; the deployed code (" + revision + ") names '" + name + "' at " + mention->path + ":" +
                       std::to_string(mention->line) + (common ? ", which may be another thing of that name" : "");
}

} // namespace

std::vector<std::string> spellings(std::string const& identifier) {
    std::vector<std::string> all{identifier};
    if (identifier.find('_') != std::string::npos) {
        all.push_back(camel(identifier, false));
        all.push_back(camel(identifier, true));
        // A class is named for one row of its table.
        if (identifier.ends_with('s')) {
            all.push_back(camel(identifier.substr(0, identifier.size() - 1), true));
        }
    }
    return all;
}

bool is_common_name(std::string const& identifier) {
    constexpr std::size_t short_name = 4;
    constexpr std::array<std::string_view, 24> common{"name",   "type",  "status", "state",      "code",       "value",
                                                      "data",   "date",  "user",   "users",      "title",      "note",
                                                      "notes",  "email", "count",  "order",      "kind",       "key",
                                                      "number", "text",  "label",  "created_at", "updated_at", "items"};
    return identifier.size() < short_name || std::find(common.begin(), common.end(), identifier) != common.end();
}

Result<bool> CodeSearch::is_code(std::string const& path) const {
    TRY_ASSIGN(auto const* presets, built_in_presets());
    ClassRule const* rule = rule_for(m_config, path);
    if (rule != nullptr && rule->file_class) {
        return *rule->file_class == FileClass::code;
    }
    static PresetIndex const index = index_of(*presets);
    // Presets that go by the text of a file would claim every file of a language by its path alone.
    bool const about_migrations = path.find("igrat") != std::string::npos;
    bool migration_like = false;
    index.visit(path, [&](Candidate const& candidate) {
        migration_like = migration_like || candidate.file->contains.empty() || about_migrations;
    });
    return !migration_like && neutral_reason(path).empty();
}

void CodeSearch::expect(Names const& identifiers) {
    std::copy_if(identifiers.begin(), identifiers.end(), std::inserter(m_expected, m_expected.end()), can_be_searched);
}

Result<std::optional<Mention>> CodeSearch::find(std::string const& revision, std::string const& identifier) {
    auto const known = m_known.find({revision, identifier});
    if (known != m_known.end()) {
        return known->second;
    }
    if (!can_be_searched(identifier)) {
        return std::optional<Mention>{};
    }
    TRY(search(revision, m_expected.contains(identifier) ? m_expected : Names{identifier}));
    return m_known[{revision, identifier}];
}

Result<void> CodeSearch::search(std::string const& revision, Names const& identifiers) {
    std::vector<std::string> arguments{"grep", "-I", "-n", "-z", "-w", "-F", "--full-name", "-f", "-"};
    if (m_recurse) {
        arguments.emplace_back("--recurse-submodules");
    }
    std::string patterns;
    for (auto const& identifier : identifiers) {
        m_known[{revision, identifier}] = std::nullopt;
        for (auto const& spelling : spellings(identifier)) {
            patterns += spelling + "\n";
        }
    }
    arguments.push_back(revision);
    TRY_ASSIGN(auto const outcome, m_git.attempt(arguments, patterns));
    if (outcome.exit_code > 1) {
        return tl::unexpected<Error>(process::failure_of({{"git grep"}}, outcome));
    }
    std::string_view rest{outcome.output};
    while (!rest.empty()) {
        std::size_t const end = std::min(rest.find('\n'), rest.size());
        TRY(take_line(revision, identifiers, rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {};
}

Result<void> CodeSearch::take_line(std::string const& revision, Names const& identifiers, std::string_view line) {
    Hit hit;
    if (!read_hit(line, revision.size() + 1, hit)) {
        return {};
    }
    TRY_ASSIGN(bool const code, is_code(hit.mention.path));
    for (auto const& identifier : code ? identifiers : Names{}) {
        auto& known = m_known[{revision, identifier}];
        if (!known && names_it(hit.text, identifier)) {
            known = hit.mention;
        }
    }
    return {};
}

Result<void> hold_against_code(std::vector<Finding>& findings, std::string const& deployed, CodeSearch& search) {
    std::set<std::string> names;
    for (auto const& finding : findings) {
        if (names_an_object(finding)) {
            names.insert(last_part(finding.object));
        }
    }
    search.expect(names);
    for (auto& finding : findings) {
        if (!names_an_object(finding)) {
            continue;
        }
        std::string const name = last_part(finding.object);
        TRY_ASSIGN(auto const mention, search.find(deployed, name));
        judge_mention(finding, name, deployed, mention);
    }
    return {};
}

} // namespace sluice::split_check
