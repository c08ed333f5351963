#include "tests/support/private_swift.hpp"

namespace sluice::test {

PrivateSwift::PrivateSwift() : PrivateS3("private_swift.sh") {}

PrivateSwift& PrivateSwift::instance() {
    static PrivateSwift server;
    return server;
}

} // namespace sluice::test
