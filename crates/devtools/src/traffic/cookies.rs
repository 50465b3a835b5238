//! What clients want of the cookies: asked of the network process, which keeps them.

use crate::hub::{Hub, Output};
use crate::reply::{Failure, Outcome};
use crate::tab::Asker;
use crate::traffic::state::{CookieAnswer, CookieCall};
use protocol::ids::ContextId;
use protocol::traffic::{Cookie, CookieWish, FromNetwork, ToNetwork};
use serde_json::{Value, json};

/// Calls that the network process works on at once.
const CALLS_MAX: usize = 1_024;

impl Hub {
    /// Asks for one thing after another.
    pub fn ask_cookies(
        &mut self,
        asker: Asker,
        context: ContextId,
        answer: CookieAnswer,
        mut wishes: Vec<CookieWish>,
    ) -> Result<Option<Value>, Failure> {
        if !self.traffic.is_open {
            return Err(Failure::server("The network process is not running"));
        }
        if self.traffic.cookie_calls.len() >= CALLS_MAX {
            return Err(Failure::server("Too many calls are under way"));
        }
        wishes.reverse();
        let call = CookieCall {
            asker,
            context,
            found: Vec::new(),
            is_done: true,
            rest: wishes,
            answer,
        };
        self.go_on_with_cookies(call);
        Ok(None)
    }

    fn go_on_with_cookies(&mut self, mut call: CookieCall) {
        let Some(wish) = call.rest.pop() else {
            return self.answer(call.asker, outcome(&call));
        };
        self.traffic.cookies_called = self.traffic.cookies_called.wrapping_add(1);
        let (number, context) = (self.traffic.cookies_called, call.context);
        self.traffic.cookie_calls.insert(number, call);
        self.push(Output::Traffic(ToNetwork::Cookies {
            call: number,
            context,
            wish,
        }));
    }

    pub(super) fn take_cookies(&mut self, message: FromNetwork) {
        match message {
            FromNetwork::Cookies {
                call,
                cookies,
                is_last,
            } => {
                let Some(mut it) = self.traffic.cookie_calls.remove(&call) else {
                    return;
                };
                for cookie in cookies {
                    if !it.found.contains(&cookie) {
                        it.found.push(cookie);
                    }
                }
                match is_last {
                    true => self.go_on_with_cookies(it),
                    false => {
                        self.traffic.cookie_calls.insert(call, it);
                    }
                }
            }
            FromNetwork::Done { call, is_done } => {
                if let Some(mut it) = self.traffic.cookie_calls.remove(&call) {
                    it.is_done &= is_done;
                    self.go_on_with_cookies(it);
                }
            }
            _ => {}
        }
    }

    pub(super) fn fail_cookie_calls(&mut self) {
        for call in std::mem::take(&mut self.traffic.cookie_calls).into_values() {
            let failure = Failure::server("The network process is gone");
            self.answer(call.asker, Err(failure));
        }
    }
}

fn outcome(call: &CookieCall) -> Outcome {
    match (call.answer, call.is_done) {
        (CookieAnswer::Cookies, _) => {
            let cookies: Vec<Value> = call.found.iter().map(shown).collect();
            Ok(json!({"cookies": cookies}))
        }
        (CookieAnswer::Success, is_done) => Ok(json!({"success": is_done})),
        (CookieAnswer::Nothing, true) => Ok(json!({})),
        (CookieAnswer::Nothing, false) => Err(Failure::with_code(-32602, "Invalid cookie fields")),
    }
}

fn shown(cookie: &Cookie) -> Value {
    let mut shown = json!({
        "name": cookie.name,
        "value": cookie.value,
        "domain": cookie.domain,
        "path": cookie.path,
        "expires": cookie.expires_s.map_or(-1.0, |seconds| seconds as f64),
        "size": cookie.name.len() + cookie.value.len(),
        "httpOnly": cookie.is_http_only,
        "secure": cookie.is_secure,
        "session": cookie.expires_s.is_none(),
        "priority": "Medium",
        "sourceScheme": if cookie.is_secure { "Secure" } else { "NonSecure" },
    });
    if let Some(same_site) = &cookie.same_site {
        shown["sameSite"] = json!(same_site);
    }
    shown
}
