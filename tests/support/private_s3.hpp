#pragma once

#include "common/ci/environment.hpp"
#include "tests/support/temporary_directory.hpp"

#include <string>

namespace sluice::test {

/// An S3 server that a script of this folder starts, and that ends with this object.
class PrivateS3 {
  public:
    PrivateS3(PrivateS3 const&) = delete;
    PrivateS3& operator=(PrivateS3 const&) = delete;

    /// What a tool needs in its environment to reach it.
    [[nodiscard]] ci::Environment environment() const;
    /// The same by TLS, for a server that has it.
    [[nodiscard]] ci::Environment environment_with_tls() const;
    /// "s3://NAME", a bucket that was made for it.
    [[nodiscard]] std::string make_bucket(std::string const& name) const;

  protected:
    explicit PrivateS3(std::string script);
    ~PrivateS3();

  private:
    std::string m_script;
    TemporaryDirectory m_folder{};
    std::map<std::string, std::string> m_facts{};
};

} // namespace sluice::test
