#pragma once

#include "tests/support/private_s3.hpp"

namespace sluice::test {

/// Ceph's gateway, on a cluster of its own with its objects in memory. Started when first asked for, stopped at the end
/// of the program.
class PrivateCeph final : public PrivateS3 {
  public:
    static PrivateCeph& instance();

  private:
    PrivateCeph();
};

} // namespace sluice::test
