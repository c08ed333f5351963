#include "tools/split-check/git.hpp"

#include <algorithm>
#include <array>
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

// The words between blanks; nothing when there are not exactly N.
template <std::size_t N> std::optional<std::array<std::string_view, N>> words_of(std::string_view text) {
    std::array<std::string_view, N> words{};
    for (std::size_t i = 0; i < N; ++i) {
        std::size_t const end = text.find(' ');
        if ((end == std::string_view::npos) != (i + 1 == N)) {
            return std::nullopt;
        }
        words.at(i) = text.substr(0, end);
        text.remove_prefix(std::min(words.at(i).size() + 1, text.size()));
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

std::string known_id(std::string_view id) { return is_nothing(id) ? std::string{} : std::string(id); }

// ":100644 100644 1a2b… 3c4d… M" and the path behind it.
Result<Change> read_change(std::string_view head, std::string_view path) {
    auto const words = words_of<5>(head);
    if (!words || !head.starts_with(':') || words->back().empty()) {
        return odd_output();
    }
    auto const& [old_mode, new_mode, old_id, new_id, status] = *words;
    return Change{status.front(),  std::string(path), octal(old_mode.substr(1)),
                  octal(new_mode), known_id(old_id),  known_id(new_id)};
}

std::string trimmed(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
        text.pop_back();
    }
    return text;
}

Error no_answer(process::Outcome const& outcome) {
    if (outcome.error_output.find("not a git repository") != std::string::npos) {
        return {Errc::unknown,
                "there is no git repository here",
                "Run it inside the clone, or name it with --repo, or pass a list with --files-from -.",
                {},
                {}};
    }
    Error error = process::failure_of({{"git cat-file"}}, outcome);
    error.kind = Errc::unknown;
    return error;
}

} // namespace

Git::Git(process::Runner& runner, std::string directory)
    : m_runner(runner), m_directory(std::move(directory)), m_top(top_of(m_directory)) {}

process::Command Git::command_of(std::vector<std::string> const& arguments) const {
    // From the top: git grep and others look below the current folder alone.
    process::Command command{{"git", "-c", "safe.directory=" + m_top}};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.environment = {{"LC_ALL", "C"}, {"GIT_OPTIONAL_LOCKS", "0"}, {"GIT_TERMINAL_PROMPT", "0"}};
    command.directory = m_top;
    return command;
}

Result<process::Outcome> Git::attempt(std::vector<std::string> const& arguments, std::string input) const {
    process::Command command = command_of(arguments);
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
    TRY_ASSIGN(auto found, commits({name}));
    return std::move(found.front());
}

Result<std::vector<std::optional<std::string>>> Git::commits(std::vector<std::string> const& names) const {
    std::string wanted;
    for (auto const& name : names) {
        // No name holds a line's end; one that does must not be taken for two.
        wanted += (name.find('\n') == std::string::npos ? name : "") + "^{commit}\n";
    }
    TRY_ASSIGN(auto const outcome, attempt({"cat-file", "--batch-check"}, std::move(wanted)));
    if (!outcome.succeeded()) {
        return tl::unexpected<Error>(no_answer(outcome));
    }
    std::vector<std::optional<std::string>> found;
    std::string_view rest{outcome.output};
    while (found.size() < names.size() && !rest.empty()) {
        std::size_t const end = std::min(rest.find('\n'), rest.size());
        auto const words = words_of<3>(rest.substr(0, end));
        bool const commit = words && (*words)[1] == "commit";
        found.push_back(commit ? std::optional<std::string>((*words)[0]) : std::nullopt);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    found.resize(names.size());
    return found;
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

Result<std::vector<Change>> Git::diff(std::string const& base, std::string const& head,
                                      std::function<void(Change const&)> const& seen) const {
    RawDiff diff(seen);
    process::Command command =
        command_of({"diff-tree", "-r", "--raw", "-z", "--no-renames", "--no-abbrev", base, head});
    command.on_output = [&](std::string_view piece) { return diff.take(piece); };
    TRY_ASSIGN(auto const outcome, m_runner.run(command));
    if (!outcome.succeeded()) {
        return tl::unexpected<Error>(process::failure_of({{"git diff-tree"}}, outcome));
    }
    return std::move(diff).finish();
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
        auto const words = words_of<3>(entry.substr(0, tab));
        if (words && (*words)[1] == "blob") {
            files.push_back({std::string(entry.substr(tab + 1)), std::string((*words)[2])});
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
    TRY_ASSIGN(auto const output, run({"cat-file", "--batch", "--buffer"}, std::move(wanted)));
    std::string_view rest{output};
    while (texts.size() < files.size()) {
        std::size_t const end = rest.find('\n');
        if (end == std::string_view::npos) {
            return odd_output();
        }
        auto const words = words_of<3>(rest.substr(0, end));
        rest.remove_prefix(end + 1);
        if (!words) {
            texts.emplace_back(std::nullopt);
            continue;
        }
        std::string_view const number = (*words)[2];
        std::size_t size = 0;
        std::from_chars(number.data(), number.data() + number.size(), size);
        if (rest.size() < size + 1) {
            return odd_output();
        }
        texts.emplace_back(rest.substr(0, size));
        rest.remove_prefix(size + 1);
    }
    return texts;
}

Result<void> RawDiff::take(std::string_view piece) {
    m_rest.append(piece);
    std::string_view text{m_rest};
    for (;;) {
        std::size_t const middle = text.find('\0');
        std::size_t const end = middle == std::string_view::npos ? middle : text.find('\0', middle + 1);
        if (end == std::string_view::npos) {
            break;
        }
        TRY_ASSIGN(auto change, read_change(text.substr(0, middle), text.substr(middle + 1, end - middle - 1)));
        m_changes.push_back(std::move(change));
        text.remove_prefix(end + 1);
        if (m_seen) {
            m_seen(m_changes.back());
        }
    }
    m_rest.erase(0, m_rest.size() - text.size());
    return {};
}

Result<std::vector<Change>> RawDiff::finish() && {
    if (!m_rest.empty()) {
        return odd_output();
    }
    return std::move(m_changes);
}

Result<std::vector<Change>> parse_raw_diff(std::string_view text) {
    RawDiff diff;
    TRY(diff.take(text));
    return std::move(diff).finish();
}

} // namespace sluice::split_check
