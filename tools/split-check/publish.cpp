#include "tools/split-check/check.hpp"

#include <ostream>

namespace sluice::split_check {

namespace {

// Each is tried, whatever became of the others; the first problem is kept. Built only when asked for: of ten thousand
// files a report takes longer than the verdict.
class ReportWriter {
  public:
    template <class Make> void write(std::string const& path, Make make) {
        if (!path.empty()) {
            keep(write_whole(path, make()));
        }
    }
    void keep(Result<void> written) { m_result = m_result ? std::move(written) : std::move(m_result); }
    [[nodiscard]] Result<void> result() const { return m_result; }

  private:
    Result<void> m_result{};
};

} // namespace

Result<void> write_reports(Release const& release, Options const& options) {
    auto const& files = options.files;
    ReportWriter writer;
    if (!files.dotenv.empty()) {
        writer.keep(cli::write_dotenv(files.dotenv, dotenv_lines(release, options.strict)));
    }
    writer.write(files.report, [&] { return json_report(release, options.strict); });
    writer.write(files.code_quality, [&] { return code_quality_report(release); });
    writer.write(files.sarif, [&] { return sarif_report(release); });
    writer.write(files.junit, [&] { return junit_report(release, options.strict); });
    writer.write(files.child_pipeline, [&] { return child_pipeline(release, options.templates, options.strict); });
    return writer.result();
}

Result<void> publish(Release const& release, Options const& options, cli::Context& context) {
    context.out << (options.common.json ? json_report(release, options.strict) : text_report(release, options.strict));
    return write_reports(release, options);
}

} // namespace sluice::split_check
