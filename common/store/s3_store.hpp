#pragma once

#include "common/s3/client.hpp"
#include "common/store/store.hpp"

namespace sluice::store {

/// A store below a prefix of an S3 bucket. Objects are written by one PUT each, or in parts where they are large;
/// readers see them whole or not at all. Never needs conditional requests, which some servers ignore.
class S3Store final : public Store {
  public:
    S3Store(std::unique_ptr<s3::Client> client, std::string location);

    Result<std::optional<std::string>> read(std::string const& key) override;
    Result<std::optional<std::uint64_t>> size(std::string const& key) override;
    Result<void> write(std::string const& key, std::string_view bytes) override;
    Result<void> remove(std::string const& key) override;
    Result<bool> move(std::string const& from, std::string const& to) override;
    [[nodiscard]] bool moves_at_once() const override { return false; }
    Result<std::size_t> remove_abandoned(std::chrono::milliseconds age) override;
    Result<std::vector<Object>> list(std::string const& prefix) override;
    Result<std::vector<std::string>> list_folders(std::string const& prefix) override;
    [[nodiscard]] std::string description() const override;

  private:
    template <class Take> Result<void> for_each_page(std::string const& prefix, bool folders, Take const& take);
    [[nodiscard]] Result<http::Exchange> send(s3::Operation const& operation, std::string const& doing);

    std::unique_ptr<s3::Client> m_client;
    std::string m_location;
};

/// Connects nothing yet. Errors: usage for a malformed location or profile.
[[nodiscard]] Result<std::unique_ptr<Store>> make_s3_store(std::string const& location,
                                                           ci::Environment const& environment, time::Clock& clock);

} // namespace sluice::store
