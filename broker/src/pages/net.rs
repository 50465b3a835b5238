//! `bulkhead://net`: the requests that the network process makes while somebody looks.

use crate::pages::template::render;
use crate::snapshot::{self, ProcessRow};
use crate::state::Broker;
use crate::store::requests::Request;
use askama::Template;
use protocol::request::RequestStage;
use serde_json::{Value, json};

#[derive(Template)]
#[template(path = "net.html")]
struct Net {
    here: &'static str,
    rows: Vec<ProcessRow>,
}

/// The page.
pub(super) fn build(browser: &Broker) -> String {
    page(users(browser))
}

pub(super) fn page(rows: Vec<ProcessRow>) -> String {
    render(&Net { here: "net", rows })
}

/// The network process and the processes that fetch through it.
fn users(browser: &Broker) -> Vec<ProcessRow> {
    let mut rows = snapshot::processes(browser);
    rows.retain(|process| process.role == "network" || process.site.starts_with("http"));
    rows
}

/// What the page is told: who fetches, and every request that is kept.
pub(super) fn event(browser: &Broker) -> Value {
    let users = users(browser)
        .into_iter()
        .map(|it| json!({ "role": it.role, "pid": it.pid, "site": it.site, "state": it.state }));
    let requests = browser.store.requests.iter();
    json!({
        "now_ms": browser.now().0,
        "users": users.collect::<Vec<_>>(),
        "requests": requests.map(|it| request(browser, it)).collect::<Vec<_>>(),
    })
}

fn request(browser: &Broker, request: &Request) -> Value {
    let news = &request.news;
    let client = news.client.and_then(|client| browser.core.process(client));
    let site = client.and_then(|client| client.site);
    let (state, bytes) = match &news.stage {
        _ if request.is_lost => ("lost: the network process died".to_owned(), None),
        RequestStage::Begun => ("under way".to_owned(), None),
        RequestStage::Head { status } => (format!("{status}, body under way"), None),
        RequestStage::Ended { bytes } => ("done".to_owned(), Some(*bytes)),
        RequestStage::Failed { code } => (code.clone(), None),
    };
    let (process, number) = request.id;
    let times = news.times;
    json!({
        "key": format!("{}-{number}", process.map_or(0, |process| process.0)),
        "site": match (news.client, site) {
            (None, _) => "a document, for the broker".to_owned(),
            (Some(_), Some(site)) => site.to_string(),
            (Some(_), None) => "a page that is gone".to_owned(),
        },
        "url": news.url, "state": state, "bytes": bytes, "began_ms": request.began_ms,
        "is_under_way": request.is_under_way(), "is_lost": request.is_lost,
        "is_failed": matches!(news.stage, RequestStage::Failed { .. }),
        "times": {
            "name": times.name, "connected": times.connected, "secured": times.secured,
            "sent": times.sent, "head": times.head, "now": times.now, "full": times.full,
        },
    })
}
