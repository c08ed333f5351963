#include "tests/support/private_ceph.hpp"

namespace sluice::test {

PrivateCeph::PrivateCeph() : PrivateS3("private_ceph.sh") {}

PrivateCeph& PrivateCeph::instance() {
    static PrivateCeph server;
    return server;
}

} // namespace sluice::test
