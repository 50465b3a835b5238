//! What the live pages are told while they are open: the state of the browser as JSON.

use crate::glass::usage;
use crate::pages::{attack, detailed, frames, ipc, net, sandbox};
use crate::snapshot;
use crate::state::Broker;
use crate::store::call_names;
use crate::store::deaths::Death;
use serde_json::{Value, json};

/// Makes an event.
pub(crate) type Build = fn(&Broker) -> Value;

/// The pages with a stream, and what makes their events.
pub(crate) const ALL: [(&str, Build); 9] = [
    ("attack", attack::event),
    ("crashes", crashes),
    ("frames", frames::event),
    ("ipc", ipc::channels),
    ("net", net::event),
    ("processes", processes),
    ("sandbox", sandbox::event),
    ("tour", tour),
    ("trace", ipc::trace),
];

/// How many deaths the page of the processes hears of.
const DEATHS_TOLD: usize = 10;

fn processes(browser: &Broker) -> Value {
    let rows = snapshot::processes(browser).into_iter().map(|row| {
        let usage = usage::of(row.pid);
        json!({
            "pid": row.pid, "role": row.role, "tab": row.tab, "site": row.site,
            "tier": row.tier, "state": row.state,
            "pss": row.pss_and_private.map(|(pss, _)| pss),
            "private": row.pss_and_private.map(|(_, private)| private),
            "cpu_ms": usage.map(|usage| usage.cpu_ms),
            "age_ms": usage.map(|usage| usage.age_ms),
            "descriptors": usage::descriptors(row.pid),
        })
    });
    let rows: Vec<Value> = rows.collect();
    json!({
        "now_ms": browser.now().0, "processes": rows, "crashed": crashed(browser),
        "deaths": deaths(browser, DEATHS_TOLD),
    })
}

fn crashes(browser: &Broker) -> Value {
    json!({
        "now_ms": browser.now().0, "crashed": crashed(browser),
        "deaths": deaths(browser, usize::MAX), "names": names(browser),
        "nameless": browser.store.call_names.failure(),
    })
}

/// The names of the calls that the deaths had not returned from, of those that are shown whole.
fn names(browser: &Broker) -> Vec<Value> {
    let names = |death: &Death| {
        let trace = call_names::trace(&death.last_words.crash)?;
        let names = browser.store.call_names.of(trace);
        (!names.is_empty())
            .then(|| json!({ "of": format!("{} {}", death.pid, death.at_ms), "names": names }))
    };
    detailed(&browser.store.deaths).filter_map(names).collect()
}

fn tour(browser: &Broker) -> Value {
    browser.tour.to_json()
}

/// The tabs whose page has lost its process.
fn crashed(browser: &Broker) -> Vec<u32> {
    let tabs = snapshot::tabs(browser).into_iter();
    let crashed = tabs.filter(|tab| tab.state == "crashed");
    crashed.map(|tab| tab.tab.0).collect()
}

fn deaths(browser: &Broker, at_most: usize) -> Vec<Value> {
    let told = |death: &Death| {
        json!({
            "at_ms": death.at_ms, "role": death.role, "pid": death.pid, "tab": death.tab,
            "cause": death.cause,
        })
    };
    let deaths = browser.store.deaths.iter();
    deaths.take(at_most).map(told).collect()
}
