#include "common/process/parallel.hpp"

#include "common/process/signals.hpp"

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace sluice::process {

namespace {

class FirstError {
  public:
    void note(Error error) {
        std::lock_guard const lock(m_guard);
        if (!m_seen.exchange(true)) {
            m_error = std::move(error);
        }
    }
    [[nodiscard]] bool seen() const { return m_seen.load(); }
    [[nodiscard]] Result<void> outcome() {
        return m_seen ? Result<void>{tl::unexpected<Error>(std::move(m_error))} : Result<void>{};
    }

  private:
    std::atomic<bool> m_seen{false};
    std::mutex m_guard{};
    Error m_error{};
};

// Thread entry points are a border that no exception may cross.
Result<void> guarded(std::function<Result<void>(std::size_t, std::size_t)> const& work, std::size_t worker,
                     std::size_t item) {
    try {
        TRY(check_not_stopped());
        return work(worker, item);
    } catch (std::exception const& failure) {
        return fail(Errc::internal, std::string("a worker failed: ") + failure.what());
    }
}

} // namespace

Result<void> run_parallel(std::size_t workers, std::size_t items,
                          std::function<Result<void>(std::size_t worker, std::size_t item)> const& work) {
    std::atomic<std::size_t> next{0};
    FirstError error;
    auto const take_items = [&](std::size_t worker) {
        for (std::size_t item = next++; item < items && !error.seen(); item = next++) {
            if (auto outcome = guarded(work, worker, item); !outcome) {
                error.note(std::move(outcome).error());
            }
        }
    };
    std::vector<std::thread> threads;
    for (std::size_t worker = 0; worker < workers; ++worker) {
        threads.emplace_back(take_items, worker);
    }
    for (auto& thread : threads) {
        thread.join();
    }
    return error.outcome();
}

} // namespace sluice::process
