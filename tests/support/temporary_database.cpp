#include "tests/support/temporary_database.hpp"

#include "tests/support/must.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace sluice::test {

namespace {

std::string fresh_name() {
    static int counter = 0;
    return "test_" + std::to_string(getpid()) + "_" + std::to_string(++counter);
}

} // namespace

TemporaryDatabase::TemporaryDatabase(PrivateServer& server, std::string const& options)
    : m_server(server), m_name(fresh_name()) {
    m_server.execute("CREATE DATABASE " + m_name + " " + options);
}

TemporaryDatabase::~TemporaryDatabase() {
    try {
        m_server.execute("DROP DATABASE IF EXISTS " + m_name + " WITH (FORCE)");
    } catch (std::exception const& failure) {
        ADD_FAILURE() << failure.what();
    }
}

} // namespace sluice::test
