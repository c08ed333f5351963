#include "common/json/document_builder.hpp"

namespace sluice::json {

bool DocumentBuilder::key(string_t& name) {
    if (m_open.back()->contains(name) && !m_repeated) {
        m_repeated = RepeatedKey{name, m_keys};
    }
    ++m_keys;
    if (m_open.size() == 1) {
        m_outermost_key = name;
    }
    m_key = std::move(name);
    return true;
}

Json& DocumentBuilder::add(Json value) {
    if (m_open.empty()) {
        return m_document = std::move(value);
    }
    Json& parent = *m_open.back();
    if (parent.is_object()) {
        return parent[m_key] = std::move(value);
    }
    parent.push_back(std::move(value));
    return parent.back();
}

bool DocumentBuilder::add_scalar(Json value) {
    add(std::move(value));
    hand_out();
    return true;
}

bool DocumentBuilder::open(Json value) {
    m_open.push_back(&add(std::move(value)));
    return true;
}

bool DocumentBuilder::close() {
    m_open.pop_back();
    hand_out();
    return true;
}

void DocumentBuilder::hand_out() {
    constexpr std::size_t outermost_and_list = 2;
    if (m_handed_out == nullptr || m_open.size() != outermost_and_list || !m_open.back()->is_array() ||
        m_outermost_key != m_handed_out->key) {
        return;
    }
    m_handed_out->take(m_open.back()->back());
    m_open.back()->clear();
}

bool DocumentBuilder::parse_error(std::size_t byte, std::string const& /*token*/, Json::exception const& failure) {
    bool const syntax = dynamic_cast<Json::parse_error const*>(&failure) != nullptr;
    m_mistake = Mistake{syntax ? byte : 0, failure.what()};
    return false;
}

} // namespace sluice::json
