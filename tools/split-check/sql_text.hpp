#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::split_check {

/// Letters as SQL sees them.
[[nodiscard]] bool is_space(char c);
[[nodiscard]] bool is_name(char c);

[[nodiscard]] bool starts_at(std::string_view text, std::size_t at, std::string_view what);
[[nodiscard]] std::size_t end_of_line(std::string_view text, std::size_t at);

/// The offset behind white space and comments that begin at `from`.
[[nodiscard]] std::size_t skip_blanks(std::string_view text, std::size_t from);

/// The offset behind the quoted text, quoted name, dollar-quoted text or comment that begins at `at`, or `at` where
/// none begins.
[[nodiscard]] std::size_t skip_quoted(std::string_view text, std::size_t at);

/// The offset of the semicolon that ends the statement at `at`, or the end.
[[nodiscard]] std::size_t end_of_statement(std::string_view text, std::size_t at);

/// Where `word` stands as a whole word, any case, outside comments and quoted texts (quoted names count);
/// npos if nowhere.
[[nodiscard]] std::size_t find_word(std::string_view text, std::string_view word, std::size_t from);

/// Line numbers of one text that are asked for often.
class Lines {
  public:
    explicit Lines(std::string_view text);
    /// 1 for the first line.
    [[nodiscard]] std::size_t at(std::size_t offset) const;

  private:
    std::vector<std::size_t> m_ends{}; ///< where each line's end stands
};

/// The same for one place.
[[nodiscard]] std::size_t line_at(std::string_view text, std::size_t offset);

[[nodiscard]] std::string lower(std::string_view text);

} // namespace sluice::split_check
