#include "common/http/client.hpp"
#include "common/http/transfer.hpp"

#include <algorithm>
#include <curl/curl.h>
#include <deque>
#include <map>

namespace sluice::http {

namespace {

constexpr std::chrono::milliseconds k_widen_after{20};

class CurlClient final : public Client {
  public:
    CurlClient(CURLM* multi, OpenLimit limit)
        : m_multi(multi), m_limit(limit), m_allowed(std::min(limit.first, limit.most)) {}
    ~CurlClient() override {
        for (auto const& [handle, transfer] : m_running) {
            curl_multi_remove_handle(m_multi, handle);
        }
        m_running.clear();
        curl_multi_cleanup(m_multi);
    }
    CurlClient(CurlClient const&) = delete;
    CurlClient& operator=(CurlClient const&) = delete;

    void start(Request request, Done done) override {
        m_queue.push_back(Waiting{std::move(request), std::move(done)});
        start_queued();
    }

    void proceed(std::chrono::milliseconds at_most) override {
        if (perform() > 0) {
            return;
        }
        bool const queueing = !m_queue.empty();
        auto const wait = queueing ? std::min(at_most, k_widen_after) : at_most;
        int events = 0;
        curl_multi_poll(m_multi, nullptr, 0, static_cast<int>(wait.count()), &events);
        if (perform() == 0 && events == 0 && queueing) {
            m_allowed = std::min(m_allowed * 2, m_limit.most);
            start_queued();
        }
    }

    [[nodiscard]] std::size_t open() const override { return m_running.size() + m_queue.size() + m_ended.size(); }
    void wake() override { curl_multi_wakeup(m_multi); }

  private:
    struct Waiting {
        Request request;
        Done done;
    };

    void start_queued() {
        while (!m_queue.empty() && m_running.size() < m_allowed) {
            Waiting next = std::move(m_queue.front());
            m_queue.pop_front();
            run(std::make_unique<Transfer>(std::move(next.request), std::move(next.done)));
        }
    }

    void run(std::unique_ptr<Transfer> transfer) {
        if (!transfer->valid()) {
            m_ended.push_back(std::move(transfer));
            return;
        }
        void* const handle = transfer->handle();
        m_running.emplace(handle, std::move(transfer));
        curl_multi_add_handle(m_multi, handle);
    }

    // The number of exchanges that ended.
    std::size_t perform() {
        int running = 0;
        curl_multi_perform(m_multi, &running);
        collect();
        start_queued();
        auto const ended = std::exchange(m_ended, {});
        for (auto const& transfer : ended) {
            transfer->deliver();
        }
        return ended.size();
    }

    void collect() {
        int left = 0;
        while (CURLMsg const* message = curl_multi_info_read(m_multi, &left)) {
            if (message->msg == CURLMSG_DONE) {
                void* const handle = message->easy_handle;
                int const code = message->data.result; // NOLINT(cppcoreguidelines-pro-type-union-access): libcurl's own
                curl_multi_remove_handle(m_multi, handle);
                end(handle, code);
            }
        }
    }

    void end(void* handle, int code) {
        auto node = m_running.extract(handle);
        auto& transfer = node.mapped();
        transfer->finish(code);
        std::string const target = transfer->redirect_target();
        if (!target.empty() && transfer->follow(target)) {
            m_running.emplace(handle, std::move(transfer));
            curl_multi_add_handle(m_multi, handle);
            return;
        }
        m_ended.push_back(std::move(transfer));
    }

    CURLM* m_multi;
    OpenLimit m_limit;
    std::size_t m_allowed;
    std::deque<Waiting> m_queue{};
    std::map<void*, std::unique_ptr<Transfer>> m_running{};
    std::vector<std::unique_ptr<Transfer>> m_ended{};
};

} // namespace

Result<std::unique_ptr<Client>> create_client(OpenLimit limit) {
    static CURLcode const started = curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM* const multi = started == CURLE_OK ? curl_multi_init() : nullptr;
    if (multi == nullptr) {
        return fail(Errc::internal, "cannot start libcurl");
    }
    return std::make_unique<CurlClient>(multi, limit);
}

Exchange exchange(Client& client, Request request) {
    constexpr std::chrono::milliseconds look_again{100};
    std::optional<Exchange> answer;
    client.start(std::move(request), [&](Exchange done) { answer = std::move(done); });
    while (!answer) {
        client.proceed(look_again);
    }
    return *std::move(answer);
}

} // namespace sluice::http
