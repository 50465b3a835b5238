//! What a session wants of the requests of its page.

use protocol::traffic::Pattern;
use protocol::web::Header;

/// What a session wants of requests.
#[derive(Clone, Debug, Default)]
pub struct Wants {
    /// To hear of them.
    pub hears: bool,
    /// To hear what goes wrong with them.
    pub logs: bool,
    /// Which wait for its word; none: it does not pause any.
    pub pauses: Option<Vec<Pattern>>,
    /// Further headers.
    pub headers: Vec<Header>,
    pub user_agent: Option<String>,
    pub conditions: Conditions,
}

/// As if the network were like that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    pub is_offline: bool,
    pub latency_ms: u32,
    pub bytes_per_second: Option<u32>,
}

impl Wants {
    /// Whether it wants none of it.
    pub fn is_nothing(&self) -> bool {
        !self.hears
            && !self.logs
            && self.pauses.is_none()
            && self.headers.is_empty()
            && self.user_agent.is_none()
            && self.conditions == Conditions::default()
    }
}
