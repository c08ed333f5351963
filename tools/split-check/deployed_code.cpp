#include "tools/split-check/deployed_code.hpp"

#include "tools/split-check/classify.hpp"
#include "tools/split-check/rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

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

// "tree:path NUL line NUL text", as git grep -z prints it.
std::optional<Mention> read_mention(std::string_view line, std::size_t prefix) {
    std::size_t const first = line.find('\0');
    std::size_t const second = first == std::string_view::npos ? first : line.find('\0', first + 1);
    if (second == std::string_view::npos || first < prefix) {
        return std::nullopt;
    }
    Mention mention{std::string(line.substr(prefix, first - prefix))};
    std::from_chars(line.data() + first + 1, line.data() + second, mention.line);
    return mention;
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

Result<std::optional<Mention>> CodeSearch::find(std::string const& revision, std::string const& identifier) {
    auto const known = m_known.find({revision, identifier});
    if (known != m_known.end()) {
        return known->second;
    }
    std::vector<std::string> arguments{"grep", "-I", "-n", "-z", "-w", "-F", "--full-name"};
    if (m_recurse) {
        arguments.emplace_back("--recurse-submodules");
    }
    for (auto const& spelling : spellings(identifier)) {
        arguments.insert(arguments.end(), {"-e", spelling});
    }
    arguments.push_back(revision);
    TRY_ASSIGN(auto const outcome, m_git.attempt(arguments));
    if (outcome.exit_code > 1) {
        return tl::unexpected<Error>(process::failure_of({{"git grep"}}, outcome));
    }
    std::optional<Mention> found;
    std::string_view rest{outcome.output};
    while (!rest.empty() && !found) {
        std::size_t const end = std::min(rest.find('\n'), rest.size());
        auto mention = read_mention(rest.substr(0, end), revision.size() + 1);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (mention) {
            TRY_ASSIGN(bool const code, is_code(mention->path));
            found = code ? std::move(mention) : std::nullopt;
        }
    }
    m_known[{revision, identifier}] = found;
    return found;
}

Result<void> hold_against_code(std::vector<Finding>& findings, std::string const& deployed, CodeSearch& search) {
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
