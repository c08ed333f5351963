#pragma once

#include "common/json/json.hpp"
#include "common/json/locator.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::json {

/// Reads one JSON object strictly: each key is asked for by name and type, and `finish` refuses what nobody asked
/// for. The first problem is kept and reported by `finish`, so that reading code needs no check after every key.
/// The object must outlive the reader.
class ObjectReader {
  public:
    /// `path` names the object in messages, such as "/tables/3". With a locator, errors point into the file.
    ObjectReader(Json const& object, std::string path, Locator const* locator = nullptr);

    /// The value of `key`, or a default-constructed one after noting that it is absent or of another type.
    template <class T> [[nodiscard]] T required(std::string const& key) {
        Json const* value = find(key);
        if (value == nullptr) {
            note(key, "is missing");
            return T{};
        }
        return convert<T>(*value, key).value_or(T{});
    }

    /// The value of `key`, or nothing when it is absent or null.
    template <class T> [[nodiscard]] std::optional<T> optional(std::string const& key) {
        Json const* value = find(key);
        return value == nullptr || value->is_null() ? std::nullopt : convert<T>(*value, key);
    }

    /// The raw value, or null. Counts as asked for.
    [[nodiscard]] Json const* find(std::string const& key);

    /// `key` may be there, whatever it holds.
    void allow(std::string const& key) { m_asked.push_back(key); }

    [[nodiscard]] std::string path_of(std::string const& key) const { return m_path + "/" + key; }

    /// Errors: bad_data for the first missing, mistyped or unknown key, with "did you mean" for the last.
    [[nodiscard]] Result<void> finish() const;

  private:
    template <class T> [[nodiscard]] std::optional<T> convert(Json const& value, std::string const& key) {
        if (!has_type<T>(value)) {
            note(key,
                 "must be " + name_of_type<T>() + ", not " + (value.is_number() ? value.dump() : value.type_name()));
            return std::nullopt;
        }
        return value.template get<T>();
    }

    template <class T> [[nodiscard]] static std::string name_of_type() {
        if constexpr (std::is_same_v<T, bool>) {
            return "true or false";
        } else if constexpr (std::is_integral_v<T>) {
            return "a whole number from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
                   std::to_string(std::numeric_limits<T>::max());
        } else if constexpr (std::is_floating_point_v<T>) {
            return "a number";
        } else {
            return std::is_same_v<T, std::string> ? "a text" : "a list of texts";
        }
    }

    // nlohmann converts 1.5 to 1 and -1 to 2^64-1 without a word, so the type is asked first.
    template <class T> [[nodiscard]] static bool has_type(Json const& value) {
        if constexpr (std::is_same_v<T, bool>) {
            return value.is_boolean();
        } else if constexpr (std::is_integral_v<T>) {
            return value.is_number_unsigned()
                       ? std::in_range<T>(value.template get<std::uint64_t>())
                       : value.is_number_integer() && std::in_range<T>(value.template get<std::int64_t>());
        } else if constexpr (std::is_floating_point_v<T>) {
            return value.is_number();
        } else if constexpr (std::is_same_v<T, std::string>) {
            return value.is_string();
        } else {
            return is_list_of_strings(value);
        }
    }

    [[nodiscard]] static bool is_list_of_strings(Json const& value);
    void note(std::string const& key, std::string const& problem);

    Json const& m_object;
    std::string m_path;
    Locator const* m_locator;
    std::vector<std::string> m_asked{};
    std::string m_problem{};
    std::string m_problem_path{};
};

} // namespace sluice::json
