#include "tools/split-check/glob.hpp"

#include <gtest/gtest.h>

namespace sluice::split_check {
namespace {

TEST(Glob, knows_its_signs) {
    EXPECT_TRUE(anywhere("db/migrate/<14>_*.rb").matches("db/migrate/20240101000000_a.rb"));
    EXPECT_TRUE(anywhere("db/migrate/<14>_*.rb").matches("engines/a/db/migrate/20240101000000_a.rb"));
    EXPECT_FALSE(anywhere("db/migrate/<14>_*.rb").matches("xdb/migrate/20240101000000_a.rb"));
    EXPECT_FALSE(anywhere("<4>_*.py").matches("00001_a.py"));
    EXPECT_TRUE(anywhere("<+>_*.sql").matches("1_a.sql"));
    EXPECT_FALSE(anywhere("<+>_*.sql").matches("_a.sql"));
    EXPECT_FALSE(anywhere("a/*.sql").matches("a/b/c.sql"));
    EXPECT_TRUE(anywhere("a/**/*.sql").matches("a/c.sql"));
    EXPECT_TRUE(anywhere("a/**/*.sql").matches("a/b/b/c.sql"));
    EXPECT_TRUE(anywhere("x.{js,ts}").matches("x.ts"));
    EXPECT_TRUE(Glob("[a-c]?[!x]").matches("bzz"));
    EXPECT_FALSE(Glob("[a-c]?[!x]").matches("bzx"));
}

TEST(Glob, reads_patterns_as_gitignore_does) {
    EXPECT_TRUE(as_in_gitignore("*.py").matches("a/b/c.py"));
    EXPECT_TRUE(as_in_gitignore("/src").matches("src/a"));
    EXPECT_FALSE(as_in_gitignore("/src").matches("a/src/a"));
    EXPECT_TRUE(as_in_gitignore("src/").matches("a/src/b"));
    EXPECT_FALSE(as_in_gitignore("src/").matches("src"));
    EXPECT_FALSE(as_in_gitignore("a/b").matches("x/a/b"));
    EXPECT_TRUE(as_in_gitignore("a/{b,c}").matches("a/c/d"));
}

} // namespace
} // namespace sluice::split_check
