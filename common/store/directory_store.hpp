#pragma once

#include "common/store/store.hpp"

#include <filesystem>

namespace sluice::store {

/// A store in a directory, each object a file of the same name. Writes go to a temporary name in the same folder,
/// are synced, then renamed over the target; names that begin with ".tmp-" are never listed.
class DirectoryStore final : public Store {
  public:
    explicit DirectoryStore(std::filesystem::path root);

    Result<std::optional<std::string>> read(std::string const& key) override;
    Result<std::optional<std::uint64_t>> size(std::string const& key) override;
    Result<void> write(std::string const& key, std::string_view bytes) override;
    Result<void> remove(std::string const& key) override;
    Result<bool> move(std::string const& from, std::string const& to) override;
    [[nodiscard]] bool moves_at_once() const override { return true; }
    Result<std::size_t> remove_abandoned(std::chrono::milliseconds age) override;
    Result<std::vector<Object>> list(std::string const& prefix) override;
    Result<std::vector<std::string>> list_folders(std::string const& prefix) override;
    [[nodiscard]] std::string description() const override;

  private:
    struct Entry {
        std::string name;
        bool is_folder;
        std::uint64_t size_bytes;
    };

    [[nodiscard]] Result<void> check_root() const;
    [[nodiscard]] int make_folder(std::filesystem::path const& folder) const;
    [[nodiscard]] int write_once(std::filesystem::path const& path, std::string_view bytes) const;
    [[nodiscard]] int move_once(std::filesystem::path const& from, std::filesystem::path const& to) const;
    [[nodiscard]] Result<std::filesystem::file_time_type> file_system_now() const;
    void remove_empty_folders(std::filesystem::path folder) const;
    [[nodiscard]] Result<std::vector<Entry>> entries_of(std::string const& prefix) const;
    [[nodiscard]] Result<void> collect(std::string const& prefix, std::vector<Object>& objects) const;

    std::filesystem::path m_root;
};

} // namespace sluice::store
