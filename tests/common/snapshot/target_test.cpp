#include "common/snapshot/target.hpp"

#include <gtest/gtest.h>
#include <set>

namespace sluice::snapshot {
namespace {

TEST(SideName, joins_what_fits) {
    EXPECT_EQ(side_name("shop", "__new_1"), "shop__new_1");
    EXPECT_EQ(side_name(std::string(56, 'x'), "__new_1"), std::string(56, 'x') + "__new_1");
}

// PostgreSQL cuts names after 63 bytes without an error, so that two names could become one.
TEST(SideName, cuts_a_long_base_to_63_bytes_and_keeps_the_suffix) {
    std::string const name = side_name(std::string(63, 'x'), "__old_20261122T001530Z");
    EXPECT_EQ(name.size(), 63U);
    EXPECT_TRUE(name.ends_with("__old_20261122T001530Z"));
}

TEST(SideName, keeps_different_bases_different) {
    std::string const base(62, 'x');
    std::set<std::string> const names{side_name(base + "a", "__new_1"), side_name(base + "b", "__new_1"),
                                      side_name(base, "__new_1")};
    EXPECT_EQ(names.size(), 3U);
}

TEST(SideName, never_cuts_a_letter_in_two) {
    for (int shift = 0; shift < 4; ++shift) {
        std::string base(static_cast<std::size_t>(shift), 'x');
        while (base.size() <= 59) {
            base += "🐘";
        }
        std::string const name = side_name(base, "__new_1");
        EXPECT_LE(name.size(), 63U);
        // Whole elephants: what is left before the hash is a prefix of the base at a letter's border.
        std::size_t const kept = name.find('_');
        EXPECT_EQ((kept - static_cast<std::size_t>(shift)) % 4, 0U) << name;
    }
}

TEST(SettingValueSql, quotes_a_plain_value) {
    EXPECT_EQ(setting_value_sql({"", "work_mem", "8MB"}), "'8MB'");
    EXPECT_EQ(setting_value_sql({"", "tort.custom", "it's \"custom\" \\"}), R"(E'it''s "custom" \\')");
    EXPECT_EQ(setting_value_sql({"", "statement_timeout", ""}), "''");
}

// As one literal it would be one schema of that whole name.
TEST(SettingValueSql, keeps_the_elements_of_a_list_apart) {
    for (char const* name :
         {"search_path", "temp_tablespaces", "session_preload_libraries", "local_preload_libraries"}) {
        EXPECT_EQ(setting_value_sql({"", name, R"(tort, "Odd ""x""", public)"}), R"(tort, "Odd ""x""", public)")
            << name;
    }
}

TEST(SettingValueSql, writes_an_empty_list_as_an_empty_text) {
    EXPECT_EQ(setting_value_sql({"", "search_path", ""}), "''");
    EXPECT_EQ(setting_value_sql({"", "search_path", "\"\""}), "\"\"");
}

TEST(LocaleClause, names_the_provider_where_it_is_not_libc) {
    DatabaseProperties properties;
    properties.encoding = "UTF8";
    properties.collate = "de_DE.UTF-8";
    properties.ctype = "C";
    properties.locale_provider = "c";
    std::string const libc = " ENCODING 'UTF8' LC_COLLATE 'de_DE.UTF-8' LC_CTYPE 'C'";
    EXPECT_EQ(locale_clause(properties), libc);
    properties.locale_provider = "i";
    properties.locale = "und-u-ks-level2";
    EXPECT_EQ(locale_clause(properties), libc + " LOCALE_PROVIDER icu ICU_LOCALE 'und-u-ks-level2'");
    properties.locale_provider = "b";
    properties.locale = "C.UTF-8";
    EXPECT_EQ(locale_clause(properties), libc + " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'");
}

} // namespace
} // namespace sluice::snapshot
