//! What sessions want of the requests of their page, and the rules that follow from it.

use crate::hub::{CallKind, Hub};
use crate::reply::Failure;
use crate::session::{Session, Target};
use crate::tab::{Asker, For};
use crate::traffic::wants::Wants;
use protocol::devtools::Wish;
use protocol::ids::TabId;
use protocol::traffic::Rules;
use protocol::web::Header;
use serde_json::{Value, json};

impl Hub {
    fn rules_of(&self, tab: TabId) -> Option<Rules> {
        let is_its = |it: &&Session| it.target == Target::Page(tab);
        let sessions = self.sessions.values().filter(is_its);
        let all: Vec<&Wants> = sessions.map(|it| &it.wants).collect();
        if all.iter().all(|wants| wants.is_nothing()) {
            return None;
        }
        let mut rules = Rules::default();
        for wants in all {
            rules.pauses.extend(wants.pauses.iter().flatten().cloned());
            for header in &wants.headers {
                rules.headers.retain(|it| it.name != header.name);
                rules.headers.push(header.clone());
            }
            if let Some(user_agent) = &wants.user_agent {
                rules.headers.retain(|it| it.name != "user-agent");
                rules.headers.push(Header {
                    name: "user-agent".to_owned(),
                    value: user_agent.clone(),
                });
            }
            let its = wants.conditions;
            rules.is_offline |= its.is_offline;
            rules.latency_ms = rules.latency_ms.max(its.latency_ms);
            let rates = [rules.bytes_per_second, its.bytes_per_second];
            rules.bytes_per_second = rates.into_iter().flatten().min();
        }
        Some(rules)
    }

    /// A session wants something else of requests. Answered once it is so.
    pub fn set_wants(
        &mut self,
        asker: Asker,
        change: impl FnOnce(&mut Wants),
    ) -> Result<Option<Value>, Failure> {
        self.set_wants_with(asker, json!({}), change)
    }

    /// Likewise, with an answer that says more.
    pub fn set_wants_with(
        &mut self,
        asker: Asker,
        answer: Value,
        change: impl FnOnce(&mut Wants),
    ) -> Result<Option<Value>, Failure> {
        let session = self.sessions.get_mut(&asker.session);
        let session = session.ok_or_else(Failure::no_target)?;
        let Target::Page(tab) = session.target else {
            return Err(Failure::no_target());
        };
        let before = session.wants.clone();
        change(&mut session.wants);
        let rules = self.rules_of(tab);
        let sent = match rules.as_ref().is_some_and(|rules| rules.check().is_err()) {
            true => Err(Failure::server(
                "The patterns or headers are too many or too long",
            )),
            false => self.send_rules(tab, rules),
        };
        let sequence = sent.inspect_err(|_| {
            if let Some(session) = self.sessions.get_mut(&asker.session) {
                session.wants = before;
            }
        })?;
        if !self.traffic.is_open {
            return Ok(Some(answer));
        }
        self.traffic.waiting.insert(sequence, (asker, answer));
        Ok(None)
    }

    fn send_rules(&mut self, tab: TabId, rules: Option<Rules>) -> Result<u32, Failure> {
        self.traffic.ruled = self.traffic.ruled.wrapping_add(1);
        let sequence = self.traffic.ruled;
        let wish = Wish::Requests {
            tab,
            sequence,
            rules,
        };
        self.call(For::Nobody, None, CallKind::Plain, wish)?;
        Ok(sequence)
    }

    /// A session of a page has ended.
    pub fn drop_wants(&mut self, session: &Session, tab: TabId) {
        if session.wants.is_nothing() || !self.tabs.contains_key(&tab) {
            return;
        }
        let rules = self.rules_of(tab);
        if let Err(failure) = self.send_rules(tab, rules) {
            tracing::warn!("requests of {tab}: {}", failure.message);
        }
    }
}
