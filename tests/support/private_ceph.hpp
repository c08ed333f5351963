#pragma once

#include "common/ci/environment.hpp"
#include "tests/support/temporary_directory.hpp"

#include <string>

namespace sluice::test {

/// An S3 server of this process, started when first asked for and stopped at its end: Ceph's gateway.
class PrivateCeph {
  public:
    static PrivateCeph& instance();
    ~PrivateCeph();
    PrivateCeph(PrivateCeph const&) = delete;
    PrivateCeph& operator=(PrivateCeph const&) = delete;

    /// What a tool needs in its environment to reach it.
    [[nodiscard]] ci::Environment environment() const;
    /// "s3://NAME/PREFIX" in a bucket that was made for it.
    [[nodiscard]] std::string make_bucket(std::string const& name) const;

  private:
    PrivateCeph();
    TemporaryDirectory m_folder{};
    std::map<std::string, std::string> m_variables{};
};

} // namespace sluice::test
