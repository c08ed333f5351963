#include "common/store/directory_store.hpp"

#include "tests/support/must.hpp"
#include "tests/support/ordinary_user.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/temporary_directory.hpp"

#include <algorithm>
#include <atomic>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <thread>

namespace sluice::store {
namespace {

using test::must;

class DirectoryStoreTest : public testing::Test {
  protected:
    test::TemporaryDirectory m_folder{};
    DirectoryStore m_store{m_folder.path()};

    std::vector<std::string> keys(std::string const& prefix) {
        std::vector<std::string> all;
        for (auto const& object : must(m_store.list(prefix))) {
            all.push_back(object.key);
        }
        return all;
    }

    [[nodiscard]] std::size_t files() const {
        std::size_t count = 0;
        for (auto const& entry : std::filesystem::recursive_directory_iterator(m_folder.path())) {
            count += entry.is_regular_file() ? 1 : 0;
        }
        return count;
    }
};

TEST_F(DirectoryStoreTest, gives_back_what_was_written) {
    std::string const bytes("a\0b\xFF\n", 5);
    must(m_store.write("chunks/ab/ab12", bytes));
    EXPECT_EQ(must(m_store.read("chunks/ab/ab12")), bytes);
    EXPECT_EQ(must(m_store.size("chunks/ab/ab12")), 5U);
    EXPECT_EQ(test::read_text(m_folder.path() / "chunks/ab/ab12"), bytes);
}

TEST_F(DirectoryStoreTest, has_nothing_under_other_names) {
    EXPECT_EQ(must(m_store.read("chunks/none")), std::nullopt);
    EXPECT_EQ(must(m_store.size("chunks/none")), std::nullopt);
    must(m_store.write("a/b", "x"));
    EXPECT_EQ(must(m_store.size("a")), std::nullopt);
    EXPECT_EQ(must(m_store.size("a/b/c")), std::nullopt);
}

TEST_F(DirectoryStoreTest, holds_empty_objects) {
    must(m_store.write("pin", ""));
    EXPECT_EQ(must(m_store.read("pin")), "");
    EXPECT_EQ(must(m_store.size("pin")), 0U);
}

TEST_F(DirectoryStoreTest, replaces_an_object_whole) {
    must(m_store.write("latest", std::string(100'000, 'x')));
    must(m_store.write("latest", "short"));
    EXPECT_EQ(must(m_store.read("latest")), "short");
    EXPECT_EQ(files(), 1U);
}

TEST_F(DirectoryStoreTest, removes_objects_and_the_folders_they_leave_empty) {
    must(m_store.write("snapshots/shop/one/manifest.json", "{}"));
    must(m_store.write("snapshots/shop/latest", "one"));
    must(m_store.remove("snapshots/shop/one/manifest.json"));
    EXPECT_EQ(must(m_store.list_folders("snapshots/shop/")), std::vector<std::string>{});
    EXPECT_EQ(keys(""), std::vector<std::string>{"snapshots/shop/latest"});
    must(m_store.remove("snapshots/shop/latest"));
    EXPECT_TRUE(std::filesystem::is_directory(m_folder.path()));
    EXPECT_TRUE(m_store.remove("snapshots/shop/latest"));
}

TEST_F(DirectoryStoreTest, never_removes_the_store_itself_however_its_path_is_written) {
    DirectoryStore store(m_folder.path().string() + "/");
    must(store.write("a/b", "x"));
    must(store.remove("a/b"));
    EXPECT_TRUE(std::filesystem::is_directory(m_folder.path()));
}

TEST_F(DirectoryStoreTest, lists_in_key_order_with_sizes) {
    must(m_store.write("b/2", "xx"));
    must(m_store.write("a/1", "x"));
    must(m_store.write("b/10", ""));
    auto const objects = must(m_store.list(""));
    ASSERT_EQ(objects.size(), 3U);
    EXPECT_EQ(objects[0].key, "a/1");
    EXPECT_EQ(objects[0].size_bytes, 1U);
    EXPECT_EQ(objects[1].key, "b/10");
    EXPECT_EQ(objects[2].key, "b/2");
    EXPECT_EQ(objects[2].size_bytes, 2U);
    EXPECT_EQ(keys("b/"), (std::vector<std::string>{"b/10", "b/2"}));
    EXPECT_EQ(keys("none/"), std::vector<std::string>{});
}

TEST_F(DirectoryStoreTest, lists_the_next_part_of_the_names) {
    must(m_store.write("snapshots/shop/1/manifest.json", ""));
    must(m_store.write("snapshots/shop/2/manifest.json", ""));
    must(m_store.write("snapshots/blog/1/manifest.json", ""));
    must(m_store.write("snapshots/readme", ""));
    EXPECT_EQ(must(m_store.list_folders("snapshots/")), (std::vector<std::string>{"blog", "shop"}));
    EXPECT_EQ(must(m_store.list_folders("nothing/")), std::vector<std::string>{});
}

TEST_F(DirectoryStoreTest, never_shows_what_a_killed_writer_left) {
    must(m_store.write("chunks/ab/whole", "x"));
    test::write_text(m_folder.path() / "chunks/ab/.tmp-host-1-1", "half");
    EXPECT_EQ(keys(""), std::vector<std::string>{"chunks/ab/whole"});
}

TEST_F(DirectoryStoreTest, moves_an_object_and_leaves_no_empty_folder) {
    must(m_store.write("chunks/ab/one", "new"));
    must(m_store.write("trash/1/one", "old"));
    EXPECT_TRUE(must(m_store.move("chunks/ab/one", "trash/1/one")));
    EXPECT_EQ(must(m_store.read("trash/1/one")), "new");
    EXPECT_EQ(keys(""), std::vector<std::string>{"trash/1/one"});
    EXPECT_FALSE(std::filesystem::exists(m_folder.path() / "chunks"));
    EXPECT_TRUE(m_store.moves_at_once());
}

TEST_F(DirectoryStoreTest, moves_nothing_where_there_is_nothing) {
    must(m_store.write("a/b", "x"));
    EXPECT_FALSE(must(m_store.move("a/c", "trash/1/c")));
    EXPECT_FALSE(must(m_store.move("none/c", "trash/1/c")));
    EXPECT_FALSE(must(m_store.move("a/b/c", "trash/1/c")));
    EXPECT_FALSE(std::filesystem::exists(m_folder.path() / "trash"));
    EXPECT_EQ(keys(""), std::vector<std::string>{"a/b"});
}

TEST_F(DirectoryStoreTest, keeps_an_object_that_cannot_be_moved) {
    must(m_store.write("chunks/one", "x"));
    must(m_store.write("trash", "a file where a folder should be"));
    EXPECT_FALSE(m_store.move("chunks/one", "trash/1/one"));
    EXPECT_EQ(must(m_store.read("chunks/one")), "x");
    must(m_store.remove("trash"));
    chmod(m_folder.path().c_str(), 0755);
    chmod(m_folder.file("chunks").c_str(), 0555);
    {
        test::OrdinaryUser const somebody;
        EXPECT_EQ(m_store.move("chunks/one", "chunks/other").error().kind, Errc::denied);
    }
    EXPECT_EQ(must(m_store.read("chunks/one")), "x");
    chmod(m_folder.file("chunks").c_str(), 0755);
}

// Two prunes move into and out of folders that each of them removes once they are empty.
TEST_F(DirectoryStoreTest, moves_beside_someone_who_removes) {
    std::atomic<bool> stop{false};
    std::thread remover([&] {
        while (!stop) {
            must(m_store.write("trash/1/other", "x"));
            must(m_store.remove("trash/1/other"));
        }
    });
    for (int i = 0; i < 300; ++i) {
        must(m_store.write("chunks/ab/mine", "x"));
        auto const there = m_store.move("chunks/ab/mine", "trash/1/mine");
        ASSERT_TRUE(there) << there.error().message;
        EXPECT_TRUE(*there);
        EXPECT_EQ(must(m_store.read("trash/1/mine")), "x");
        EXPECT_TRUE(must(m_store.move("trash/1/mine", "chunks/ab/mine")));
    }
    stop = true;
    remover.join();
}

TEST_F(DirectoryStoreTest, moves_an_object_once_whoever_asks) {
    for (int round = 0; round < 100; ++round) {
        must(m_store.write("chunks/one", "x"));
        std::atomic<int> moved{0};
        std::vector<std::thread> movers;
        for (char const mover : {'a', 'b', 'c'}) {
            movers.emplace_back([&, mover] {
                moved += must(m_store.move("chunks/one", std::string("trash/") + mover + "/one")) ? 1 : 0;
            });
        }
        for (auto& mover : movers) {
            mover.join();
        }
        EXPECT_EQ(moved, 1);
        EXPECT_EQ(keys("trash/").size(), 1U);
        must(m_store.remove(keys("trash/").at(0)));
    }
}

TEST_F(DirectoryStoreTest, clears_away_what_killed_writers_left_once_it_is_old) {
    using namespace std::chrono_literals;
    must(m_store.write("chunks/ab/whole", "x"));
    for (char const* name : {"chunks/ab/.tmp-host-1-1", ".tmp-host-2-1", "chunks/ab/.tmp-host-3-1"}) {
        test::write_text(m_folder.path() / name, "half");
    }
    std::filesystem::create_directory(m_folder.path() / ".tmp-folder");
    auto const old = std::filesystem::file_time_type::clock::now() - 2h;
    for (char const* name : {"chunks/ab/.tmp-host-1-1", ".tmp-host-2-1", "chunks/ab/whole", ".tmp-folder"}) {
        std::filesystem::last_write_time(m_folder.path() / name, old);
    }
    EXPECT_EQ(must(m_store.remove_abandoned(1h)), 2U);
    EXPECT_TRUE(std::filesystem::exists(m_folder.path() / "chunks/ab/.tmp-host-3-1")) << "maybe still being written";
    EXPECT_TRUE(std::filesystem::exists(m_folder.path() / ".tmp-folder"));
    EXPECT_EQ(must(m_store.read("chunks/ab/whole")), "x");
    EXPECT_EQ(files(), 2U) << "what it asked the file system's clock with is gone too";
    EXPECT_EQ(must(m_store.remove_abandoned(0h)), 1U);
    EXPECT_EQ(must(m_store.remove_abandoned(0h)), 0U);
}

TEST_F(DirectoryStoreTest, says_that_the_store_itself_is_gone) {
    must(m_store.write("snapshots/shop/latest", "x"));
    std::filesystem::remove_all(m_folder.path());
    // An unmounted disk must not look like a store without snapshots, nor be written beside.
    EXPECT_EQ(m_store.read("snapshots/shop/latest").error().kind, Errc::not_found);
    EXPECT_EQ(m_store.size("snapshots/shop/latest").error().kind, Errc::not_found);
    EXPECT_EQ(m_store.list("").error().kind, Errc::not_found);
    EXPECT_EQ(m_store.list_folders("snapshots/").error().kind, Errc::not_found);
    EXPECT_EQ(m_store.write("snapshots/shop/latest", "y").error().kind, Errc::not_found);
    EXPECT_EQ(m_store.move("snapshots/shop/latest", "x").error().kind, Errc::not_found);
    EXPECT_EQ(m_store.remove_abandoned({}).error().kind, Errc::not_found);
    EXPECT_FALSE(std::filesystem::exists(m_folder.path()));
}

TEST_F(DirectoryStoreTest, says_which_right_is_missing) {
    must(m_store.write("a/secret", "x"));
    chmod(m_folder.file("a").c_str(), 0);
    {
        test::OrdinaryUser const somebody;
        EXPECT_EQ(m_store.read("a/secret").error().kind, Errc::denied);
        EXPECT_EQ(m_store.size("a/secret").error().kind, Errc::denied);
        EXPECT_EQ(m_store.write("a/other", "x").error().kind, Errc::denied);
        EXPECT_EQ(m_store.remove("a/secret").error().kind, Errc::denied);
        EXPECT_EQ(m_store.list("a/").error().kind, Errc::denied);
        EXPECT_EQ(m_store.list_folders("a/").error().kind, Errc::denied);
    }
    chmod(m_folder.file("a").c_str(), 0755);
}

// A list that leaves out what it may not see would let a restore choose an older snapshot, or an empty database.
TEST_F(DirectoryStoreTest, does_not_list_around_a_folder_it_may_not_enter) {
    chmod(m_folder.path().c_str(), 0755);
    must(m_store.write("a/hidden/x", "x"));
    must(m_store.write("b/seen", "x"));
    chmod(m_folder.file("a").c_str(), 0755);
    chmod(m_folder.file("b").c_str(), 0755);
    chmod(m_folder.file("a/hidden").c_str(), 0);
    {
        test::OrdinaryUser const somebody;
        auto const objects = m_store.list("");
        ASSERT_FALSE(objects);
        EXPECT_EQ(objects.error().kind, Errc::denied);
    }
    chmod(m_folder.file("a/hidden").c_str(), 0755);
}

TEST(DirectoryStoreFull, reports_a_full_disk_and_leaves_nothing_behind) {
    test::SmallDisk const disk;
    DirectoryStore store(disk.path());
    must(store.write("chunks/small", "x"));
    auto const outcome = store.write("chunks/large", std::string(2 * test::SmallDisk::k_size_bytes, 'x'));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::temporary);
    if (disk.is_real()) {
        EXPECT_NE(outcome.error().message.find("No space left on device"), std::string::npos)
            << outcome.error().message;
        EXPECT_NE(outcome.error().hint.find("free space"), std::string::npos);
    }
    EXPECT_EQ(must(store.list("")).size(), 1U);
    auto const begin = std::filesystem::directory_iterator(disk.path() / "chunks");
    EXPECT_EQ(std::distance(begin, std::filesystem::directory_iterator()), 1);
    EXPECT_EQ(must(store.read("chunks/large")), std::nullopt);
}

// Each letter is written over all the others; a reader must always see one of them whole.
TEST_F(DirectoryStoreTest, never_shows_a_part_to_readers_beside_several_writers) {
    constexpr std::size_t size = 50'000;
    must(m_store.write("latest", std::string(size, 'a')));
    std::atomic<bool> stop{false};
    std::vector<std::thread> writers;
    for (char const letter : {'a', 'b', 'c'}) {
        writers.emplace_back([&, letter] {
            while (!stop) {
                must(m_store.write("latest", std::string(size, letter)));
            }
        });
    }
    for (int i = 0; i < 200; ++i) {
        std::string const seen = must(m_store.read("latest")).value_or("");
        ASSERT_EQ(seen.size(), size);
        ASSERT_EQ(seen.find_first_not_of(seen.front()), std::string::npos);
    }
    stop = true;
    for (auto& writer : writers) {
        writer.join();
    }
    EXPECT_EQ(files(), 1U);
}

// Pruning empties folders while a snapshot writes into them.
TEST_F(DirectoryStoreTest, writes_beside_someone_who_removes) {
    std::atomic<bool> stop{false};
    std::thread remover([&] {
        for (int i = 0; !stop; ++i) {
            must(m_store.write("chunks/ab/other", "x"));
            must(m_store.remove("chunks/ab/other"));
        }
    });
    for (int i = 0; i < 300; ++i) {
        auto const written = m_store.write("chunks/ab/mine", "x");
        EXPECT_TRUE(written) << written.error().message;
        EXPECT_TRUE(m_store.remove("chunks/ab/mine"));
    }
    stop = true;
    remover.join();
}

TEST_F(DirectoryStoreTest, lists_everything_that_stays_beside_someone_who_removes) {
    for (char const* key : {"a/stays", "m/stays", "z/stays"}) {
        must(m_store.write(key, "x"));
    }
    std::atomic<bool> stop{false};
    std::thread churn([&] {
        for (int i = 0; !stop; ++i) {
            std::string const key = "n" + std::to_string(i % 7) + "/deep/er/x";
            must(m_store.write(key, "x"));
            must(m_store.remove(key));
        }
    });
    for (int i = 0; i < 500; ++i) {
        auto const seen = m_store.list("");
        ASSERT_TRUE(seen) << seen.error().message;
        auto const staying = std::count_if(seen->begin(), seen->end(),
                                           [](Object const& object) { return object.key.ends_with("/stays"); });
        ASSERT_EQ(staying, 3);
    }
    stop = true;
    churn.join();
}

} // namespace
} // namespace sluice::store
