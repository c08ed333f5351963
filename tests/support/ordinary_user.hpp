#pragma once

#include <sys/types.h>

namespace sluice::test {

/// Root may read and write everything, so a test of missing permissions works as somebody else while this lives.
class OrdinaryUser {
  public:
    OrdinaryUser();
    ~OrdinaryUser();
    OrdinaryUser(OrdinaryUser const&) = delete;
    OrdinaryUser& operator=(OrdinaryUser const&) = delete;

  private:
    uid_t m_before;
};

} // namespace sluice::test
