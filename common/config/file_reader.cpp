#include "common/config/file_reader.hpp"

#include "common/time/duration_text.hpp"

namespace sluice::config {

Error FileReader::at_value(Error error, std::string const& path) const {
    error.kind = Errc::usage;
    error.at = m_locator.value_at(path);
    return error;
}

Error FileReader::at_key(Error error, std::string const& path) const {
    error.kind = Errc::usage;
    error.at = m_locator.key_at(path);
    return error;
}

Result<std::string> FileReader::expand(std::string const& text, std::string const& path, Exposure exposure) const {
    return m_variables.expand(text, exposure).map_error([&](Error error) { return at_value(std::move(error), path); });
}

Result<std::optional<std::string>> FileReader::text(json::ObjectReader& reader, std::string const& key,
                                                    Exposure exposure) const {
    auto const raw = reader.optional<std::string>(key);
    if (!raw) {
        return std::optional<std::string>{};
    }
    TRY_ASSIGN(auto value, expand(*raw, reader.path_of(key), exposure));
    return std::optional<std::string>(std::move(value));
}

Result<std::optional<std::chrono::milliseconds>> FileReader::duration(json::ObjectReader& reader,
                                                                      std::string const& key) const {
    using Duration = std::optional<std::chrono::milliseconds>;
    TRY_ASSIGN(auto const raw, text(reader, key));
    if (!raw) {
        return Duration{};
    }
    auto const value = time::parse_duration(*raw);
    if (!value) {
        return tl::unexpected<Error>(at_value(value.error(), reader.path_of(key)));
    }
    if (value->count() == 0) {
        return tl::unexpected<Error>(
            at_value(Error{Errc::usage, "'" + key + "' must be longer than nothing", {}, {}, {}}, reader.path_of(key)));
    }
    return Duration{*value};
}

Result<std::vector<std::pair<std::string, std::string>>>
FileReader::pairs(json::ObjectReader& reader, std::string const& key, Exposure exposure) const {
    std::vector<std::pair<std::string, std::string>> found;
    Json const* const map = reader.find(key);
    if (map == nullptr) {
        return found;
    }
    std::string const path = reader.path_of(key);
    auto inner = object(*map, path);
    if (map->is_object()) {
        for (auto const& [name, value] : map->items()) {
            TRY_ASSIGN(auto text, expand(inner.required<std::string>(name), path + "/" + name, exposure));
            found.emplace_back(name, std::move(text));
        }
    }
    TRY(inner.finish());
    return found;
}

} // namespace sluice::config
