#include "tests/support/scripted_store.hpp"

namespace sluice::test {

Result<void> ScriptedStore::next() {
    std::size_t const number = operations++;
    if (number >= dies_at) {
        return fail(Errc::temporary, "the process is dead");
    }
    if (before) {
        before(number);
    }
    return {};
}

Result<std::optional<std::string>> ScriptedStore::read(std::string const& key) {
    TRY(next());
    return m_inner.read(key);
}

Result<std::optional<std::uint64_t>> ScriptedStore::size(std::string const& key) {
    TRY(next());
    return m_inner.size(key);
}

Result<void> ScriptedStore::write(std::string const& key, std::string_view bytes) {
    TRY(next());
    return m_inner.write(key, bytes);
}

Result<void> ScriptedStore::remove(std::string const& key) {
    TRY(next());
    if (key.starts_with(refuses_to_remove)) {
        return fail(Errc::denied, "cannot remove '" + key + "'");
    }
    return m_inner.remove(key);
}

Result<bool> ScriptedStore::move(std::string const& from, std::string const& to) {
    TRY(next());
    if (m_two_step == nullptr) {
        return m_inner.move(from, to);
    }
    auto const begin = m_two_step->steady_now();
    TRY_ASSIGN(auto const bytes, m_inner.read(from));
    if (!bytes) {
        return false;
    }
    TRY(m_inner.write(to, *bytes));
    TRY(next());
    if (m_two_step->steady_now() - begin > store::k_move_limit) {
        return fail(Errc::temporary, "the request came too late");
    }
    TRY(m_inner.remove(from));
    return true;
}

Result<std::size_t> ScriptedStore::remove_abandoned(std::chrono::milliseconds age) {
    TRY(next());
    return m_inner.remove_abandoned(age);
}

Result<std::vector<store::Object>> ScriptedStore::list(std::string const& prefix) {
    TRY(next());
    return m_inner.list(prefix);
}

Result<std::vector<std::string>> ScriptedStore::list_folders(std::string const& prefix) {
    TRY(next());
    return m_inner.list_folders(prefix);
}

} // namespace sluice::test
