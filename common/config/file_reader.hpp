#pragma once

#include "common/config/variables.hpp"
#include "common/json/object_reader.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace sluice::config {

/// What every part of a check file is read with: variables filled in, and each error pointing into the file.
class FileReader {
  public:
    FileReader(json::Locator const& locator, Variables const& variables) : m_locator(locator), m_variables(variables) {}

    [[nodiscard]] json::ObjectReader object(Json const& value, std::string const& path) const {
        return {value, path, &m_locator};
    }

    /// Errors: usage at the value.
    [[nodiscard]] Result<std::string> expand(std::string const& text, std::string const& path, Exposure exposure) const;
    /// The text of `key`, expanded; nothing when it is absent.
    [[nodiscard]] Result<std::optional<std::string>> text(json::ObjectReader& reader, std::string const& key,
                                                          Exposure exposure = Exposure::shown) const;
    /// Errors: usage also for zero, which would mean "at once" to some and "never" to others.
    [[nodiscard]] Result<std::optional<std::chrono::milliseconds>> duration(json::ObjectReader& reader,
                                                                            std::string const& key) const;

    /// A map of texts, such as headers.
    [[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>>
    pairs(json::ObjectReader& reader, std::string const& key, Exposure exposure) const;

    /// The error with the value's place, as a usage error: what is wrong is the user's own file.
    [[nodiscard]] Error at_value(Error error, std::string const& path) const;
    [[nodiscard]] Error at_key(Error error, std::string const& path) const;

  private:
    json::Locator const& m_locator;
    Variables const& m_variables;
};

} // namespace sluice::config
