#include "tests/support/ordinary_user.hpp"

#include <stdexcept>
#include <unistd.h>

namespace sluice::test {

namespace {

constexpr uid_t k_nobody = 65534;

} // namespace

OrdinaryUser::OrdinaryUser() : m_before(geteuid()) {
    if (m_before == 0 && seteuid(k_nobody) != 0) {
        throw std::runtime_error("cannot become an ordinary user");
    }
}

OrdinaryUser::~OrdinaryUser() { [[maybe_unused]] int const back = seteuid(m_before); }

} // namespace sluice::test
