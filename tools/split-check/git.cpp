#include "tools/split-check/git.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace sluice::split_check {

namespace {

// git refuses a work tree of another user ("dubious ownership"), which is the rule in containers. The tree that we were
// told to judge is named to it, and no other. Source: git-config(1), safe.directory.
std::string top_of(std::string const& directory) {
    std::error_code ignored;
    auto folder = std::filesystem::absolute(directory.empty() ? "." : directory, ignored).lexically_normal();
    while (!std::filesystem::exists(folder / ".git", ignored) && folder != folder.parent_path()) {
        folder = folder.parent_path();
    }
    return std::filesystem::exists(folder / ".git", ignored) ? folder.string() : directory;
}

// The next piece up to a NUL; `text` moves behind it.
std::string_view next_piece(std::string_view& text) {
    std::size_t const end = std::min(text.find('\0'), text.size());
    std::string_view const piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return piece;
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        std::size_t const end = std::min(text.find(' '), text.size());
        words.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

unsigned octal(std::string_view text) {
    unsigned value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value, 8);
    return value;
}

bool is_nothing(std::string_view id) { return id.find_first_not_of('0') == std::string_view::npos; }

tl::unexpected<Error> odd_output() { return fail(Errc::bad_data, "git's output is not in the form that is expected"); }

std::string trimmed(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
        text.pop_back();
    }
    return text;
}

} // namespace

Git::Git(process::Runner& runner, std::string directory)
    : m_runner(runner), m_directory(std::move(directory)), m_top(top_of(m_directory)) {}

Result<process::Outcome> Git::attempt(std::vector<std::string> const& arguments, std::string input) const {
    // From the top: git grep and others look below the current folder alone.
    process::Command command{{"git", "-c", "safe.directory=" + m_top}};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.environment = {{"LC_ALL", "C"}, {"GIT_OPTIONAL_LOCKS", "0"}, {"GIT_TERMINAL_PROMPT", "0"}};
    command.directory = m_top;
    command.input = std::move(input);
    return m_runner.run(command);
}

Result<std::string> Git::run(std::vector<std::string> const& arguments, std::string input) const {
    TRY_ASSIGN(auto outcome, attempt(arguments, std::move(input)));
    if (!outcome.succeeded()) {
        return tl::unexpected<Error>(process::failure_of({{"git " + arguments.front()}}, outcome));
    }
    return std::move(outcome.output);
}

Result<std::optional<std::string>> Git::commit(std::string const& name) const {
    TRY_ASSIGN(auto outcome, attempt({"rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}"}));
    if (outcome.exit_code > 1 && outcome.error_output.find("not a git repository") != std::string::npos) {
        return fail(Errc::unknown, "there is no git repository here",
                    "Run it inside the clone, or name it with --repo, or pass a list with --files-from -.");
    }
    if (!outcome.succeeded()) {
        return std::optional<std::string>{};
    }
    return std::optional<std::string>{trimmed(std::move(outcome.output))};
}

Result<std::optional<std::string>> Git::merge_base(std::string const& a, std::string const& b) const {
    TRY_ASSIGN(auto outcome, attempt({"merge-base", a, b}));
    if (!outcome.succeeded()) {
        return std::optional<std::string>{};
    }
    return std::optional<std::string>{trimmed(std::move(outcome.output))};
}

Result<bool> Git::is_shallow() const {
    TRY_ASSIGN(auto const said, run({"rev-parse", "--is-shallow-repository"}));
    return trimmed(said) == "true";
}

Result<std::vector<Change>> Git::diff(std::string const& base, std::string const& head) const {
    TRY_ASSIGN(auto const text, run({"diff-tree", "-r", "--raw", "-z", "--no-renames", "--no-abbrev", base, head}));
    return parse_raw_diff(text);
}

Result<std::vector<std::pair<std::string, std::string>>> Git::renames(std::string const& base,
                                                                      std::string const& head) const {
    TRY_ASSIGN(auto const text, run({"diff-tree", "-r", "-z", "-M", "--name-status", "--diff-filter=R", base, head}));
    std::vector<std::pair<std::string, std::string>> renames;
    std::string_view rest{text};
    while (!rest.empty()) {
        next_piece(rest);
        std::string from{next_piece(rest)};
        renames.emplace_back(std::move(from), next_piece(rest));
    }
    return renames;
}

Result<std::vector<FileRef>> Git::files(std::string const& tree) const {
    TRY_ASSIGN(auto const text, run({"ls-tree", "-r", "-z", "--full-tree", tree}));
    std::vector<FileRef> files;
    std::string_view rest{text};
    while (!rest.empty()) {
        std::string_view const entry = next_piece(rest);
        std::size_t const tab = entry.find('\t');
        if (tab == std::string_view::npos) {
            return odd_output();
        }
        auto const words = words_of(entry.substr(0, tab));
        if (words.size() == 3 && words[1] == "blob") {
            files.push_back({std::string(entry.substr(tab + 1)), std::string(words[2])});
        }
    }
    return files;
}

Result<Texts> Git::read(std::vector<FileRef> const& files) const {
    Texts texts;
    if (files.empty()) {
        return texts;
    }
    std::string wanted;
    for (auto const& file : files) {
        wanted += file.id + "\n";
    }
    TRY_ASSIGN(auto const output, run({"cat-file", "--batch"}, std::move(wanted)));
    std::string_view rest{output};
    while (texts.size() < files.size()) {
        std::size_t const end = rest.find('\n');
        if (end == std::string_view::npos) {
            return odd_output();
        }
        auto const words = words_of(rest.substr(0, end));
        rest.remove_prefix(end + 1);
        if (words.size() != 3) {
            texts.emplace_back(std::nullopt);
            continue;
        }
        std::size_t size = 0;
        std::from_chars(words[2].data(), words[2].data() + words[2].size(), size);
        if (rest.size() < size + 1) {
            return odd_output();
        }
        texts.emplace_back(rest.substr(0, size));
        rest.remove_prefix(size + 1);
    }
    return texts;
}

Result<std::vector<Change>> parse_raw_diff(std::string_view text) {
    std::vector<Change> changes;
    while (!text.empty()) {
        std::string_view const head = next_piece(text);
        auto const words = words_of(head.substr(std::min<std::size_t>(1, head.size())));
        if (head.empty() || head.front() != ':' || words.size() != 5 || words[4].empty() || text.empty()) {
            return odd_output();
        }
        Change change;
        change.status = words[4].front();
        change.old_mode = octal(words[0]);
        change.new_mode = octal(words[1]);
        change.old_id = is_nothing(words[2]) ? "" : std::string(words[2]);
        change.new_id = is_nothing(words[3]) ? "" : std::string(words[3]);
        change.path = std::string(next_piece(text));
        changes.push_back(std::move(change));
    }
    return changes;
}

} // namespace sluice::split_check
