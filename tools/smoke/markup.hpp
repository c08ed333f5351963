#pragma once

#include <string>
#include <string_view>

namespace sluice::smoke {

/// Text for XML or HTML, between tags or inside double quotes. What XML 1.0 has no character for, and bytes that are no
/// UTF-8, become U+FFFD, since one of them makes a whole report unreadable. Source: XML 1.0 section 2.2.
[[nodiscard]] std::string escaped_markup(std::string_view text);

/// "1.250": seconds for reports, with a point whatever the locale.
[[nodiscard]] std::string seconds_text(double seconds, int digits = 3);

} // namespace sluice::smoke
