#include "tools/smoke/workers.hpp"

#include "common/time/deadline.hpp"
#include "common/time/duration_text.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace sluice::smoke {

namespace {

// More would only queue inside the server that is probed: PostgreSQL lets in 100 by default.
constexpr std::size_t k_most_threads = 16;
// What a library may need to notice its own timeout before its thread is given up.
constexpr std::chrono::milliseconds k_grace{3'000};

struct Job {
    Workers::Work work;
    Workers::Done done;
    std::chrono::milliseconds limit;
    time::Deadline overstays;
    bool running = false;
    std::optional<ProbeResult> result{};
};

using Jobs = std::deque<std::shared_ptr<Job>>;

bool has_ended(std::shared_ptr<Job> const& job) { return job->result || job->overstays.passed(); }

} // namespace

// Outlives the pool while a thread that was given up still runs.
struct Workers::Shared {
    std::mutex guard{};
    std::condition_variable changed{};
    std::function<void()> wake{};
    Jobs waiting{};
    Jobs open{}; // waiting, running, or ended and not yet delivered
    std::size_t threads = 0;
    std::size_t idle = 0;
    bool stopping = false;

    void work();
    Jobs take_ended();
};

void Workers::Shared::work() {
    std::unique_lock lock(guard);
    while (!stopping) {
        if (waiting.empty()) {
            ++idle;
            changed.wait(lock);
            --idle;
            continue;
        }
        auto const job = waiting.front();
        waiting.pop_front();
        job->running = true;
        lock.unlock();
        auto result = job->work();
        lock.lock();
        job->result = std::move(result);
        if (wake) {
            wake();
        }
    }
    --threads;
    changed.notify_all();
}

Jobs Workers::Shared::take_ended() {
    std::lock_guard const lock(guard);
    Jobs ended;
    for (auto const& job : open) {
        if (has_ended(job)) {
            // A thread that is given up no longer counts, so that another may take its place.
            threads -= job->running && !job->result ? 1 : 0;
            ended.push_back(job);
        }
    }
    std::erase_if(open, has_ended);
    std::erase_if(waiting, has_ended);
    return ended;
}

Workers::Workers(std::function<void()> wake) : m_shared(std::make_shared<Shared>()) {
    m_shared->wake = std::move(wake);
}

Workers::~Workers() {
    std::unique_lock lock(m_shared->guard);
    m_shared->stopping = true;
    m_shared->wake = nullptr;
    m_shared->waiting.clear();
    m_shared->changed.notify_all();
    m_shared->changed.wait_for(lock, k_grace, [&] { return m_shared->threads == 0; });
}

void Workers::start(Work work, std::chrono::milliseconds limit, Done done) {
    std::lock_guard const lock(m_shared->guard);
    auto job = std::make_shared<Job>(
        Job{std::move(work), std::move(done), limit, time::Deadline(time::real_clock(), limit + k_grace)});
    m_shared->waiting.push_back(job);
    m_shared->open.push_back(std::move(job));
    if (m_shared->idle < m_shared->waiting.size() && m_shared->threads < k_most_threads) {
        ++m_shared->threads;
        std::thread([shared = m_shared] { shared->work(); }).detach();
    }
    m_shared->changed.notify_one();
}

std::size_t Workers::deliver() {
    auto const ended = m_shared->take_ended();
    for (auto const& job : ended) {
        job->done(job->result ? *std::move(job->result)
                              : failed_probe(Verdict::fail, Kind::timed_out,
                                             "no end within " + time::duration_text(job->limit)));
    }
    return ended.size();
}

std::size_t Workers::open() const {
    std::lock_guard const lock(m_shared->guard);
    return m_shared->open.size();
}

} // namespace sluice::smoke
