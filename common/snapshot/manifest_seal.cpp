#include "common/snapshot/manifest_seal.hpp"

#include "common/snapshot/digest.hpp"

#include <utility>

namespace sluice::snapshot {

namespace {

constexpr char const* k_checksum = "sha256";
constexpr char const* k_chunks = "chunks";
constexpr std::string_view k_begin = R"({"chunks":[)"; // no other key sorts before it

// What follows the last chunk.
std::string end_of(Json const& rest) { return "]," + json::dump(rest).substr(1); }

/// Writes a document anew beside its text, and notes where they part.
class SealCheck {
  public:
    explicit SealCheck(std::string_view text) : m_left(text) { expect(k_begin); }

    void chunk(Json const& entry) {
        expect(std::exchange(m_first, false) ? "" : ",");
        expect(json::dump(entry));
    }

    // Takes the checksum out of the rest.
    [[nodiscard]] bool is_right(Json& rest) {
        bool const same = m_same && m_left == end_of(rest) + "\n";
        Json const stated = rest.value(k_checksum, Json{});
        rest.erase(k_checksum);
        m_hash.add(end_of(rest));
        return same && stated == m_hash.hex();
    }

  private:
    void expect(std::string_view text) {
        m_hash.add(text);
        m_same = m_same && m_left.starts_with(text);
        m_left.remove_prefix(m_same ? text.size() : 0);
    }

    std::string_view m_left;
    Sha256 m_hash{};
    bool m_same = true;
    bool m_first = true;
};

} // namespace

std::string seal(Json rest, std::size_t chunks, std::function<Json(std::size_t)> const& chunk) {
    std::string text{k_begin};
    for (std::size_t number = 0; number < chunks; ++number) {
        text += number == 0 ? "" : ",";
        text += json::dump(chunk(number));
    }
    Sha256 hash;
    hash.add(text);
    hash.add(end_of(rest));
    rest[k_checksum] = hash.hex();
    return text + end_of(rest) + "\n";
}

// A syntax error is not passed on: it shows the line it is in, and a manifest is one line of maybe megabytes.
Result<Json> unseal(std::string_view text, std::string const& name,
                    std::function<void(Json const&)> const& take_chunk) {
    if (!text.starts_with(k_begin)) {
        return fail(Errc::bad_data, "'" + name + "' is no manifest: it does not begin with a list of chunks",
                    "Use another snapshot; this one cannot be trusted.");
    }
    SealCheck check(text);
    json::HandedOut const chunks{k_chunks, [&](Json const& entry) {
                                     check.chunk(entry);
                                     take_chunk(entry);
                                 }};
    auto rest = json::parse(text, name, &chunks);
    if (rest) {
        rest->erase(k_chunks);
    }
    return rest && check.is_right(*rest)
               ? std::move(rest)
               : fail(Errc::bad_data, "'" + name + "' is damaged: its checksum does not match",
                      "Use another snapshot; this one cannot be trusted.");
}

} // namespace sluice::snapshot
