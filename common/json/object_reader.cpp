#include "common/json/object_reader.hpp"

#include "common/result/did_you_mean.hpp"

#include <algorithm>

namespace sluice::json {

ObjectReader::ObjectReader(Json const& object, std::string path, Locator const* locator)
    : m_object(object), m_path(std::move(path)), m_locator(locator) {
    if (!object.is_object()) {
        m_problem = "'" + (m_path.empty() ? "/" : m_path) + "' must be an object, not " + object.type_name();
        m_problem_path = m_path;
    }
}

Json const* ObjectReader::find(std::string const& key) {
    m_asked.push_back(key);
    if (!m_object.is_object()) {
        return nullptr;
    }
    auto const place = m_object.find(key);
    return place == m_object.end() ? nullptr : &*place;
}

bool ObjectReader::is_list_of_strings(Json const& value) {
    return value.is_array() &&
           std::all_of(value.begin(), value.end(), [](Json const& item) { return item.is_string(); });
}

void ObjectReader::note(std::string const& key, std::string const& problem) {
    if (m_problem.empty()) {
        m_problem = "'" + path_of(key) + "' " + problem;
        m_problem_path = path_of(key);
    }
}

Result<void> ObjectReader::finish() const {
    if (!m_problem.empty()) {
        Error error{Errc::bad_data, m_problem, {}, {}, {}};
        if (m_locator != nullptr) {
            error.at = m_locator->value_at(m_problem_path);
        }
        return tl::unexpected<Error>(std::move(error));
    }
    for (auto const& [key, value] : m_object.items()) {
        if (std::find(m_asked.begin(), m_asked.end(), key) == m_asked.end()) {
            Error error{Errc::bad_data, "unknown key '" + path_of(key) + "'", {}, {}, {}};
            error.hint = result::did_you_mean(key, m_asked);
            if (m_locator != nullptr) {
                error.at = m_locator->key_at(path_of(key));
            }
            return tl::unexpected<Error>(std::move(error));
        }
    }
    return {};
}

} // namespace sluice::json
