#include "common/snapshot/trash.hpp"

#include "common/snapshot/chunk.hpp"

namespace sluice::snapshot {

namespace {

// Each round misses a chunk only if it was moved during that very round.
constexpr int k_rounds = 3;

Result<std::optional<std::string>> read_from_trash(store::Store& store, std::string const& stored_name) {
    TRY_ASSIGN(auto const batches, store.list_folders(k_trash));
    for (auto const& batch : batches) {
        TRY_ASSIGN(auto frame, store.read(trash_key(batch, stored_name)));
        if (frame) {
            return frame;
        }
    }
    return std::optional<std::string>{};
}

} // namespace

std::string trash_key(std::string const& batch, std::string_view stored_name) {
    return k_trash + batch + "/" + std::string(stored_name);
}

Result<std::optional<std::string>> read_frame(store::Store& store, std::string const& stored_name) {
    std::optional<std::string> frame;
    for (int round = 0; round < k_rounds && !frame; ++round) {
        TRY_ASSIGN(frame, store.read(chunk_key(stored_name)));
        if (!frame) {
            TRY_ASSIGN(frame, read_from_trash(store, stored_name));
        }
    }
    return frame;
}

} // namespace sluice::snapshot
