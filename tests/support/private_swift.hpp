#pragma once

#include "tests/support/private_s3.hpp"

namespace sluice::test {

/// Swift with its S3 interface, which refuses conditional requests (501). Started when first asked for, stopped at the
/// end of the program.
class PrivateSwift final : public PrivateS3 {
  public:
    static PrivateSwift& instance();

  private:
    PrivateSwift();
};

} // namespace sluice::test
