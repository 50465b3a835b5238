//! The requests that the network process tells of while somebody looks.
//!
//! Trusts: nothing of it; each is shown as told. Never: keeps more than its bound.

use protocol::ids::ProcessId;
use protocol::limits::REQUESTS_KEPT_MAX;
use protocol::request::{RequestNews, RequestStage};
use std::collections::VecDeque;

/// The last requests.
#[derive(Default)]
pub struct Requests {
    newest_last: VecDeque<Request>,
    /// Of which network process; the numbers of another one begin anew.
    of: Option<ProcessId>,
}

/// A request, as it was told of last.
pub struct Request {
    /// Unlike that of its network process, no two have it.
    pub id: (Option<ProcessId>, u32),
    /// When it was first told of, in milliseconds since the browser started.
    pub began_ms: u64,
    pub news: RequestNews,
    /// Whether its network process died before its end.
    pub is_lost: bool,
}

impl Requests {
    /// Keeps the news of a request.
    pub fn note(&mut self, now_ms: u64, news: RequestNews) {
        let id = (self.of, news.number);
        match self.newest_last.iter_mut().find(|it| it.id == id) {
            Some(known) if known.is_under_way() => known.news = news,
            Some(_) => {}
            None => {
                self.newest_last.push_back(Request {
                    id,
                    began_ms: now_ms,
                    news,
                    is_lost: false,
                });
                if self.newest_last.len() > REQUESTS_KEPT_MAX {
                    self.newest_last.pop_front();
                }
            }
        }
    }

    /// Another network process works now, or none: what was under way is lost.
    pub fn begin(&mut self, of: Option<ProcessId>) {
        if self.of == of {
            return;
        }
        self.of = of;
        let under_way = self.newest_last.iter_mut().filter(|it| it.is_under_way());
        under_way.for_each(|it| it.is_lost = true);
    }

    /// All that are kept, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Request> {
        self.newest_last.iter()
    }
}

impl Request {
    /// Whether more may be told of it.
    pub fn is_under_way(&self) -> bool {
        let is_over = matches!(
            self.news.stage,
            RequestStage::Ended { .. } | RequestStage::Failed { .. }
        );
        !is_over && !self.is_lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::request::RequestTimes;

    fn news(number: u32, stage: RequestStage) -> RequestNews {
        RequestNews {
            number,
            client: None,
            url: "http://one.example/".to_owned(),
            stage,
            times: RequestTimes::default(),
        }
    }

    fn of(process: u32) -> Requests {
        let mut requests = Requests::default();
        requests.begin(Some(ProcessId(process)));
        requests
    }

    #[test]
    fn news_of_one_request_replace_each_other_until_its_end() {
        let mut requests = of(1);
        requests.note(5, news(1, RequestStage::Begun));
        requests.note(6, news(1, RequestStage::Ended { bytes: 3 }));
        requests.note(7, news(1, RequestStage::Begun));
        let all: Vec<&Request> = requests.iter().collect();
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].began_ms, 5);
        assert_eq!(all[0].news.stage, RequestStage::Ended { bytes: 3 });
    }

    #[test]
    fn what_was_under_way_is_lost_with_its_process() {
        let mut requests = of(1);
        requests.note(5, news(1, RequestStage::Begun));
        requests.note(5, news(2, RequestStage::Ended { bytes: 3 }));
        requests.begin(Some(ProcessId(2)));
        requests.note(9, news(1, RequestStage::Begun));
        let lost: Vec<bool> = requests.iter().map(|it| it.is_lost).collect();
        assert_eq!(lost, [true, false, false]);
    }

    #[test]
    fn the_oldest_go_first() {
        let mut requests = of(1);
        for number in 0..1_000 {
            requests.note(1, news(number, RequestStage::Begun));
        }
        assert_eq!(requests.iter().count(), REQUESTS_KEPT_MAX);
        assert_eq!(requests.iter().next().map(|it| it.news.number), Some(940));
    }
}
