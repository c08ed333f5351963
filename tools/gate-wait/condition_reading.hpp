#pragma once

#include "common/config/file_reader.hpp"
#include "tools/gate-wait/gate.hpp"

namespace sluice::gate_wait {

/// What reading a condition may need of the rest of the gate file.
struct ReadingContext {
    config::FileReader const& file;
    ci::Environment const& environment;
    std::string gate{};                        ///< its name
    std::optional<ci_server::Server> gitlab{}; ///< none: not named in the file
    std::string gitlab_project{};
    bool gitlab_job_token = false;              ///< which reaches few parts of the API
    std::optional<ci_server::Server> jenkins{}; ///< without URL: that is the build's

    [[nodiscard]] tl::unexpected<Error> wrong(std::string const& path, std::string message,
                                              std::string hint = {}) const {
        return tl::unexpected<Error>(
            file.at_value(Error{Errc::usage, std::move(message), std::move(hint), {}, {}}, path));
    }
    template <class T> [[nodiscard]] auto at(std::string const& path, Result<T> result) const {
        return std::move(result).map_error([&](Error error) { return file.at_value(std::move(error), path); });
    }
};

/// One object of "conditions". Errors: usage at the value; unknown for a missing time zone.
[[nodiscard]] Result<Condition> read_condition(ReadingContext const& context, Json const& value,
                                               std::string const& path);

/// The parts that several kinds share.
[[nodiscard]] Result<ApprovalCondition> read_approval(ReadingContext const& context, json::ObjectReader& reader);
[[nodiscard]] Result<ConditionSpec> read_job(ReadingContext const& context, json::ObjectReader& reader);
[[nodiscard]] Result<ConditionSpec> read_freeze(ReadingContext const& context, json::ObjectReader& reader);

/// One of the names that `key` may have, as its place in the list. Errors: usage with "did you mean", also where the
/// key is missing.
[[nodiscard]] Result<std::size_t> read_choice(ReadingContext const& context, json::ObjectReader& reader,
                                              std::string const& key, std::vector<std::string> const& names);
/// A text that must be there and not empty, variables filled in.
[[nodiscard]] Result<std::string> read_text(ReadingContext const& context, json::ObjectReader& reader,
                                            std::string const& key);
/// Where the file names no store: SLUICE_STORE.
[[nodiscard]] Result<std::string> read_store(ReadingContext const& context, json::ObjectReader& reader);

/// "gitlab" and "jenkins" of the document.
[[nodiscard]] Result<void> read_servers(ReadingContext& context, json::ObjectReader& document);

} // namespace sluice::gate_wait
