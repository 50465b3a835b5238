//! The events of loads: `Network` and `Fetch`.

use crate::clock;
use crate::hub::Hub;
use crate::log::Blockage;
use crate::reply::Failure;
use crate::session::{SessionKey, Target};
use crate::tab::loader_of;
use crate::traffic::load::{Answered, Load, Pause};
use crate::traffic::logging::{blockage, failure_text};
use crate::traffic::values::{self, type_of};
use protocol::error::LoadError;
use protocol::ids::TabId;
use protocol::limits::RESOURCE_BYTES_MAX;
use protocol::traffic::{Head, Kind, LoadNumber};
use protocol::web::Header;
use serde_json::{Value, json};

impl Hub {
    /// Tells those who want to hear of requests.
    pub fn tell_network(&mut self, tab: TabId, method: &str, params: &Value) {
        for key in self.sessions_of(Target::Page(tab)) {
            if self.sessions.get(&key).is_some_and(|it| it.wants.hears) {
                self.tell(key, method, params.clone());
            }
        }
    }

    /// A request is complete, and waits or is sent.
    pub(super) fn request_told(
        &mut self,
        number: LoadNumber,
        headers: Vec<Header>,
        is_paused: bool,
    ) {
        let user_agent = self.config.user_agent.clone();
        let Some(load) = self.traffic.loads.get_mut(&number) else {
            return;
        };
        let Some(tab) = self.tabs.get(&load.tab) else {
            return;
        };
        load.request.headers = headers;
        load.set_name(number.0);
        let is_document = load.kind == Kind::Document;
        let mut params = json!({
            "requestId": load.name,
            "loaderId": loader_of(load.navigation),
            "documentURL": if is_document { &load.request.url } else { &tab.url },
            "request": values::request(load, &user_agent),
            "timestamp": clock::now_s(),
            "wallTime": clock::wall_s(),
            "initiator": {"type": if is_document { "other" } else { "parser" }},
            "redirectHasExtraInfo": false,
            "type": type_of(load.kind),
            "frameId": tab.page,
            "hasUserGesture": false,
        });
        // Else it is sent once more, because the first try met a rule.
        let redirected_from = load.redirected_from.take();
        let is_redirect = redirected_from.is_some();
        if let Some((url, head)) = redirected_from {
            params["redirectResponse"] = values::response(&url, &head, None);
        }
        let (id, is_new) = (load.tab, !std::mem::replace(&mut load.has_begun, true));
        if is_new || is_redirect {
            self.tell_network(id, "Network.requestWillBeSent", &params);
        }
        if is_paused {
            self.pause(number, false);
        }
    }

    /// The head of a response has come.
    pub(super) fn response_told(
        &mut self,
        number: LoadNumber,
        head: Head,
        answered: Answered,
        is_paused: bool,
    ) {
        let Some(load) = self.traffic.loads.get_mut(&number) else {
            return;
        };
        load.has_response = true;
        load.head = Some(head);
        load.answered = Some(answered);
        match is_paused {
            true => self.pause(number, true),
            false => self.tell_response(number),
        }
    }

    /// Tells of a response that is not changed any more. That of a redirect goes along with the
    /// next request.
    pub fn tell_response(&mut self, number: LoadNumber) {
        let Some(load) = self.traffic.loads.get_mut(&number) else {
            return;
        };
        let (Some(head), Some(tab)) = (&load.head, self.tabs.get(&load.tab)) else {
            return;
        };
        if values::is_redirect(head) {
            load.redirected_from = Some((load.request.url.clone(), head.clone()));
            return;
        }
        let params = json!({
            "requestId": load.name,
            "loaderId": loader_of(load.navigation),
            "timestamp": clock::now_s(),
            "type": type_of(load.kind),
            "response": values::response(&load.request.url, head, load.answered.as_ref()),
            "hasExtraInfo": false,
            "frameId": tab.page,
        });
        let id = load.tab;
        self.tell_network(id, "Network.responseReceived", &params);
        self.log_status(number);
    }

    pub(super) fn body_told(&mut self, number: LoadNumber, bytes: &[u8]) {
        let Some(load) = self.traffic.loads.get_mut(&number) else {
            return;
        };
        if let Some((_, taken)) = load.pause.as_mut().and_then(|it| it.taking.as_mut()) {
            let room = RESOURCE_BYTES_MAX.saturating_sub(taken.len());
            taken.extend_from_slice(&bytes[..bytes.len().min(room)]);
            return;
        }
        let params = json!({
            "requestId": load.name,
            "timestamp": clock::now_s(),
            "dataLength": bytes.len(),
            "encodedDataLength": bytes.len(),
        });
        let tab = load.tab;
        self.keep_body(number, bytes);
        self.tell_network(tab, "Network.dataReceived", &params);
    }

    pub(super) fn load_ended(&mut self, number: LoadNumber, bytes: u64) {
        let Some(load) = self.traffic.loads.get_mut(&number) else {
            return;
        };
        load.is_over = true;
        let params = json!({
            "requestId": load.name,
            "timestamp": clock::now_s(),
            "encodedDataLength": bytes,
        });
        let tab = load.tab;
        self.tell_network(tab, "Network.loadingFinished", &params);
    }

    pub(super) fn load_failed(&mut self, number: LoadNumber, error: &LoadError) {
        let Some(load) = self.traffic.loads.get_mut(&number) else {
            return;
        };
        load.is_over = true;
        load.pause = None;
        if !load.has_begun {
            return;
        }
        let mut params = json!({
            "requestId": load.name,
            "timestamp": clock::now_s(),
            "type": type_of(load.kind),
            "errorText": failure_text(load, error),
            "canceled": *error == LoadError::Cancelled,
        });
        if load.reason == Some("net::ERR_BLOCKED_BY_CLIENT") {
            params["blockedReason"] = json!("inspector");
        }
        if blockage(error) == Some(Blockage::Mixed) {
            params["blockedReason"] = json!("mixed-content");
        }
        let tab = load.tab;
        self.tell_network(tab, "Network.loadingFailed", &params);
        self.log_failure(number, error);
    }

    // Pauses

    /// A load waits: the first session that wants it so is asked.
    fn pause(&mut self, number: LoadNumber, at_response: bool) {
        let Some(load) = self.traffic.loads.get(&number) else {
            return;
        };
        let Some(session) = self.who_pauses(load, at_response) else {
            if at_response {
                self.tell_response(number);
            }
            return self.let_go(number);
        };
        self.traffic.pauses = self.traffic.pauses.wrapping_add(1);
        let name = format!("interception-job-{}.{}", self.traffic.pauses, number.0);
        let Some(load) = self.traffic.loads.get_mut(&number) else {
            return;
        };
        let frame = self.tabs.get(&load.tab).map(|tab| tab.page.clone());
        let mut params = json!({
            "requestId": name,
            "request": values::request(load, &self.config.user_agent),
            "frameId": frame,
            "resourceType": type_of(load.kind),
            "networkId": load.name,
        });
        if let Some(head) = load.head.as_ref().filter(|_| at_response) {
            params["responseStatusCode"] = json!(head.status);
            params["responseStatusText"] = json!(head.phrase);
            params["responseHeaders"] = values::header_list(&head.headers);
        }
        load.pause = Some(Pause {
            name,
            session,
            at_response,
            taking: None,
        });
        self.tell(session, "Fetch.requestPaused", params);
    }

    fn who_pauses(&self, load: &Load, at_response: bool) -> Option<SessionKey> {
        let keys = self.sessions_of(Target::Page(load.tab));
        let is_there = |key: &SessionKey| keys.contains(key);
        if let Some(session) = load.wanted_by.filter(|_| at_response).filter(is_there) {
            return Some(session);
        }
        let wants = |key: &SessionKey| {
            let session = self.sessions.get(key);
            let patterns = session.and_then(|it| it.wants.pauses.as_ref());
            patterns.is_some_and(|patterns| {
                patterns.iter().any(|it| {
                    it.at_response == at_response && it.fits(&load.request.url, load.kind)
                })
            })
        };
        keys.iter().copied().find(wants)
    }

    /// The body that a client wanted has come, or cannot be had.
    pub(super) fn body_taken(&mut self, number: LoadNumber, is_whole: bool) {
        let load = self.traffic.loads.get_mut(&number);
        let Some(load) = load else { return };
        let taking = load.pause.as_mut().and_then(|it| it.taking.take());
        let Some((asker, bytes)) = taking else { return };
        let outcome = match is_whole {
            // Chromium gives every body of this kind in base 64.
            true => Ok(json!({
                "body": data_encoding::BASE64.encode(&bytes), "base64Encoded": true,
            })),
            false => Err(Failure::server(
                "Can only get response body on requests captured after headers received.",
            )),
        };
        self.answer(asker, outcome);
    }

    /// What a session has paused goes on: it is gone, or does not want to pause any more.
    pub fn resume_for(&mut self, session: SessionKey) {
        let loads = self.traffic.loads.iter();
        let its = loads.filter(|(_, load)| {
            load.pause
                .as_ref()
                .is_some_and(|pause| pause.session == session)
        });
        for number in its.map(|(number, _)| *number).collect::<Vec<_>>() {
            if let Some(pause) = self.end_pause(number)
                && pause.at_response
            {
                self.tell_response(number);
            }
            self.let_go(number);
        }
    }

    /// A client has said what becomes of it.
    pub fn end_pause(&mut self, number: LoadNumber) -> Option<Pause> {
        let load = self.traffic.loads.get_mut(&number)?;
        load.pause.take()
    }
}
