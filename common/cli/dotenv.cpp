#include "common/cli/dotenv.hpp"

#include "common/cli/write_file.hpp"

#include <algorithm>
#include <regex>

namespace sluice::cli {

namespace {

Result<std::string> text_of(DotenvLines const& lines) {
    static std::regex const name_pattern("[A-Za-z_][A-Za-z0-9_]*");
    std::string text;
    for (auto const& [name, value] : lines) {
        bool const printable =
            std::none_of(value.begin(), value.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
        if (!std::regex_match(name, name_pattern) || !printable) {
            return fail(Errc::bad_data, "'" + name + "' cannot be written as one line of a dotenv file");
        }
        text += name + "=" + value + "\n";
    }
    return text;
}

} // namespace

Result<void> write_dotenv(std::string const& path, DotenvLines const& lines) {
    TRY_ASSIGN(auto const text, text_of(lines));
    return write_file(path, text);
}

} // namespace sluice::cli
