#pragma once

#include "common/postgres/session.hpp"

#include <string>
#include <vector>

namespace sluice::snapshot {

/// ALTER … OWNER TO wants the new owner to have CREATE on the schema (on the database for a publication), unless a
/// superuser runs it; grants are restored only later, and an owner need not have that right at all. So the right is
/// lent for the time that objects are made. Nobody but us is in the new database meanwhile.
class TemporaryRights {
  public:
    /// Lends what is missing to each of `owners` in every schema there is.
    [[nodiscard]] static Result<TemporaryRights> lend(postgres::Session& session,
                                                      std::vector<std::string> const& owners);
    [[nodiscard]] Result<void> take_back(postgres::Session& session) const;

  private:
    std::string m_revokes{};
};

} // namespace sluice::snapshot
