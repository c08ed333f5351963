// What prune and the snapshots that are being written tell each other through the store: common/DECISIONS.md, 60.
#include "common/snapshot/catalog.hpp"

#include "common/json/json.hpp"
#include "common/time/timestamp.hpp"

namespace sluice::snapshot {

namespace {

constexpr char const* k_manifest_file = "manifest.json";
constexpr char const* k_pin_file = "pin";
constexpr char const* k_removal_folder = "removing/";

std::string mark_text(std::string const& id, time::Wall when) {
    return json::dump_indented({{"version", 1}, {"id", id}, {"when", time::timestamp_text(when)}});
}

Result<bool> exists(store::Store& store, std::string const& key) {
    return store.size(key).map([](std::optional<std::uint64_t> const& size) { return size.has_value(); });
}

} // namespace

// A run that ended well before the mark came is not undone by it: it has told its caller that it is complete.
Result<bool> Catalog::is_given_up(std::string const& id) const {
    TRY_ASSIGN(bool const marked, exists(m_store, given_up_key(id)));
    if (!marked) {
        return false;
    }
    TRY_ASSIGN(auto const status, this->status(id));
    return !status || status->state != State::complete;
}

Result<void> Catalog::check_not_given_up(std::string const& id) const {
    TRY_ASSIGN(bool const given_up, is_given_up(id));
    return given_up ? fail(Errc::temporary, "snapshot '" + id + "' was taken for dead by a prune while it was written",
                           "No heartbeat of it reached the store for more than a minute. Check that this machine was "
                           "not asleep and reaches the store, then take the snapshot again.")
                    : Result<void>{};
}

// The second look is what counts: whoever gives a run up looks for its manifest after he has said so, and we look for
// the mark after we have written the manifest, so at least one of the two sees the other. The first saves the write.
Result<void> Catalog::publish(Manifest const& manifest) const {
    TRY(check_not_given_up(manifest.id));
    TRY(m_store.write(key(manifest.id, k_manifest_file), to_text(manifest)));
    auto sound = check_not_given_up(manifest.id);
    if (!sound) {
        TRY(m_store.remove(key(manifest.id, k_manifest_file)));
    }
    return sound;
}

Result<bool> Catalog::give_up(std::string const& id, time::Wall when) const {
    TRY(m_store.write(given_up_key(id), mark_text(id, when)));
    TRY_ASSIGN(bool const published, exists(m_store, key(id, k_manifest_file)));
    if (published) {
        TRY(m_store.remove(given_up_key(id)));
    }
    return !published;
}

Result<void> Catalog::pin(std::string const& id, time::Wall when) const {
    return m_store.write(key(id, k_pin_file), mark_text(id, when));
}

Result<void> Catalog::unpin(std::string const& id) const { return m_store.remove(key(id, k_pin_file)); }

Result<bool> Catalog::is_pinned(std::string const& id) const { return exists(m_store, key(id, k_pin_file)); }

Result<void> Catalog::mark_for_removal(std::string const& id, std::string const& by) const {
    return m_store.write(key(id, k_removal_folder) + by, "");
}

Result<void> Catalog::unmark_for_removal(std::string const& id, std::string const& by) const {
    return m_store.remove(key(id, k_removal_folder) + by);
}

Result<std::vector<std::string>> Catalog::removal_marks(std::string const& id) const {
    std::string const prefix = key(id, k_removal_folder);
    TRY_ASSIGN(auto const objects, m_store.list(prefix));
    std::vector<std::string> marks;
    for (auto const& object : objects) {
        marks.push_back(object.key.substr(prefix.size()));
    }
    return marks;
}

// The manifest goes after the rest: until then the snapshot is complete, and the next prune judges it anew.
Result<void> Catalog::remove_files(std::string const& id) const {
    TRY_ASSIGN(auto const objects, m_store.list(folder() + id + "/"));
    std::vector<std::string> marks;
    for (auto const& object : objects) {
        if (object.key.starts_with(key(id, k_removal_folder))) {
            marks.push_back(object.key);
        } else if (object.key != key(id, k_manifest_file)) {
            TRY(m_store.remove(object.key));
        }
    }
    TRY(m_store.remove(key(id, k_manifest_file))); // also where there is only an empty folder
    for (auto const& mark : marks) {
        TRY(m_store.remove(mark));
    }
    return {};
}

} // namespace sluice::snapshot
