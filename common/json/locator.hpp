#pragma once

#include "common/result/error.hpp"

#include <map>
#include <string>
#include <string_view>

namespace sluice::json {

/// Where the values and keys of a JSON document stand in its text, for messages that point at them. Paths are those of
/// `ObjectReader`: "/checks/0/url", the document itself being "". The text is looked through when first asked. One
/// thread.
class Locator {
  public:
    /// `text` is valid JSON; `name` is the file's name for messages.
    Locator(std::string text, std::string name);

    /// The value, or the nearest one around it that is there.
    [[nodiscard]] result::SourcePosition value_at(std::string_view path) const;
    /// The key that names the value, or the value where it has none.
    [[nodiscard]] result::SourcePosition key_at(std::string_view path) const;
    /// The error, pointing at the path that its words name in quotes ('/tables/3/name') or at the document's beginning,
    /// unless it points somewhere already.
    [[nodiscard]] Error pointed(Error error) const;

  private:
    struct Place {
        std::size_t key;
        std::size_t value;
    };
    [[nodiscard]] Place place_of(std::string_view path) const;

    std::string m_text;
    std::string m_name;
    void find_places() const;
    mutable std::map<std::string, Place, std::less<>> m_places{}; // empty until somebody asks
};

} // namespace sluice::json
