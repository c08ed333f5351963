#include "tests/support/fault_proxy.hpp"

#include "tests/support/run_tool.hpp"

#include <algorithm>
#include <stdexcept>

namespace sluice::test {

FaultProxy::FaultProxy(ci::Environment const& server)
    : m_variables(server.all()), m_proxy((source_folder() / "tests/support/fault_proxy.py").string(),
                                         {"--upstream", m_variables.at("AWS_ENDPOINT_URL"), "--share", "0.1"},
                                         {{"PYTHONDONTWRITEBYTECODE", "1"}}) {
    std::string const name = "ENDPOINT=";
    if (!eventually([&] { return m_proxy.output().ends_with('\n'); })) {
        throw std::runtime_error("the proxy did not start: " + m_proxy.error_output());
    }
    std::string const line = m_proxy.output();
    m_variables["AWS_ENDPOINT_URL"] = line.substr(name.size(), line.size() - name.size() - 1);
}

std::size_t FaultProxy::spoilt() const {
    std::string const lines = m_proxy.output();
    return static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n')) - 1;
}

} // namespace sluice::test
