#pragma once

#include "common/ci/environment.hpp"
#include "tests/support/background_tool.hpp"

#include <string>

namespace sluice::test {

/// tests/support/fault_proxy.py before an S3 server: spoils a tenth of the requests in the ways that pass by
/// themselves, by a fixed seed. What was delivered wrong without a word is not among them: a store hands on bytes, and
/// whoever reads a chunk checks it.
class FaultProxy {
  public:
    explicit FaultProxy(ci::Environment const& server);

    /// That of the server, with the proxy's address.
    [[nodiscard]] ci::Environment environment() const { return ci::Environment(m_variables); }

    /// How many requests were spoilt so far.
    [[nodiscard]] std::size_t spoilt() const;

  private:
    std::map<std::string, std::string> m_variables;
    BackgroundTool m_proxy;
};

} // namespace sluice::test
