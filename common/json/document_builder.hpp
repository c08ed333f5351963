#pragma once

#include "common/json/json.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sluice::json {

/// Follows the events of nlohmann's parser and builds the document, in time that grows with the text: the library's own
/// callback parser looks through the whole list at the end of each object in it.
class DocumentBuilder final : public nlohmann::json_sax<Json> {
  public:
    struct Mistake {
        std::size_t byte = 0; ///< counted from 1; 0 where the parser does not say
        std::string what{};
    };
    struct RepeatedKey {
        std::string key;
        std::size_t ordinal = 0; ///< among all keys of the text, from 0
    };

    explicit DocumentBuilder(HandedOut const* handed_out) : m_handed_out(handed_out) {}

    [[nodiscard]] Json take_document() { return std::move(m_document); }
    [[nodiscard]] std::optional<Mistake> const& mistake() const { return m_mistake; }
    [[nodiscard]] std::optional<RepeatedKey> const& repeated() const { return m_repeated; }

    bool null() override { return add_scalar(nullptr); }
    bool boolean(bool value) override { return add_scalar(value); }
    bool number_integer(number_integer_t value) override { return add_scalar(value); }
    bool number_unsigned(number_unsigned_t value) override { return add_scalar(value); }
    bool number_float(number_float_t value, string_t const& /*text*/) override { return add_scalar(value); }
    bool string(string_t& value) override { return add_scalar(std::move(value)); }
    bool binary(binary_t& value) override { return add_scalar(std::move(value)); }
    bool start_object(std::size_t /*size*/) override { return open(Json::object()); }
    bool key(string_t& name) override;
    bool end_object() override { return close(); }
    bool start_array(std::size_t /*size*/) override { return open(Json::array()); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t byte, std::string const& token, Json::exception const& failure) override;

  private:
    Json& add(Json value);
    bool add_scalar(Json value);
    bool open(Json value);
    bool close();
    void hand_out();

    HandedOut const* m_handed_out;
    Json m_document{};
    std::vector<Json*> m_open{}; ///< each is the last value of the one before it, so that none of them moves
    std::string m_key{};
    std::string m_outermost_key{};
    std::size_t m_keys = 0;
    std::optional<RepeatedKey> m_repeated{};
    std::optional<Mistake> m_mistake{};
};

} // namespace sluice::json
