//! The state of the browser right now: processes, channels, tabs and surfaces, for the
//! built-in pages, the automation and the tour.
//!
//! Trusts: the core and `/proc`. Never: changes anything.

use crate::state::Broker;
use anyhow::Context;
use browser_core::{ProcessState, TabState};
use protocol::geometry::Size;
use protocol::ids::{ContextId, Role, TabId};
use sandbox::report::Report;
use sandbox::{Layer, Tier};
use serde_json::{Value, json};
use std::path::Path;

/// A row of the process list.
pub struct ProcessRow {
    /// As the host sees it.
    pub pid: i32,
    /// Its part.
    pub role: String,
    /// The tab it serves, or nothing.
    pub tab: String,
    /// The site it is locked to, or nothing.
    pub site: String,
    /// The verified tier of its sandbox, or nothing yet.
    pub tier: String,
    /// Where it stands in its life.
    pub state: String,
    /// Proportional and private bytes of memory, where `/proc` tells.
    pub pss_and_private: Option<(u64, u64)>,
}

/// A row of the tab list.
pub struct TabRow {
    pub tab: TabId,
    /// With which tabs it shares cookies and storage.
    pub context: ContextId,
    /// The title of the committed page.
    pub title: String,
    /// The committed URL.
    pub url: String,
    /// `live`, `loading`, `slow` or `crashed`.
    pub state: &'static str,
    /// The living process of the committed page, as the host sees it.
    pub pid: Option<u32>,
    /// Whether there is a page to go back to.
    pub can_go_back: bool,
    /// Whether there is a page to go forward to.
    pub can_go_forward: bool,
    /// The remark on it.
    pub notice: Option<String>,
}

/// A row of the surface list.
pub struct SurfaceRow {
    pub id: String,
    /// What it shows.
    pub part: String,
    pub producer: String,
    pub size: Size,
    /// How many regions it has had.
    pub generation: u32,
    /// Bytes of its regions.
    pub bytes: u64,
}

/// A channel between two processes.
#[derive(Debug, PartialEq, Eq)]
pub struct Channel {
    /// Role and PID of the side that sends first.
    pub from: String,
    /// Role and PID of the other side, or its role where there is one process of it.
    pub to: String,
    /// What the channel is for.
    pub purpose: &'static str,
    /// The site or the surface that the channel is bound to, or nothing.
    pub bound_to: String,
}

impl ProcessRow {
    /// Its proportional share of memory, for people.
    pub fn memory(&self) -> String {
        self.pss_and_private
            .map_or("?".to_owned(), |(pss, _)| mebibytes(pss))
    }
}

impl SurfaceRow {
    /// The memory of its regions, for people.
    pub fn memory(&self) -> String {
        mebibytes(self.bytes)
    }
}

/// Bytes for people.
fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / (1024.0 * 1024.0))
}

/// Every process, the broker first.
pub fn processes(browser: &Broker) -> Vec<ProcessRow> {
    let own = i32::try_from(std::process::id()).unwrap_or(0);
    let mut rows = vec![ProcessRow {
        pid: own,
        role: "broker".to_owned(),
        tab: String::new(),
        site: String::new(),
        tier: String::new(),
        state: "running".to_owned(),
        pss_and_private: memory(own),
    }];
    for (process, child) in browser.children.iter() {
        let info = browser.core.process(process);
        let text = |value: Option<String>| value.unwrap_or_default();
        let reported = child
            .report
            .as_ref()
            .map(|report| report.tier().to_string());
        rows.push(ProcessRow {
            pid: child.pid,
            role: child.role.to_string(),
            tab: text(
                info.as_ref()
                    .and_then(|i| i.tab)
                    .map(|tab| tab.0.to_string()),
            ),
            site: text(
                info.as_ref()
                    .and_then(|i| i.site.as_ref())
                    .map(ToString::to_string),
            ),
            tier: text(reported),
            state: match info.map(|i| (i.state, i.is_spare)) {
                Some((ProcessState::Ready, true)) => "spare".to_owned(),
                Some((ProcessState::Starting, _)) => "starting".to_owned(),
                Some((ProcessState::Ending, _)) => "ending".to_owned(),
                Some((ProcessState::Ready, false)) | None => "running".to_owned(),
            },
            pss_and_private: memory(child.pid),
        });
    }
    rows
}

/// Every tab, in the order of the strip.
pub fn tabs(browser: &Broker) -> Vec<TabRow> {
    let pid_of = |process| browser.core.process(process).and_then(|info| info.pid);
    let row = |tab: browser_core::TabInfo| TabRow {
        tab: tab.tab,
        context: tab.context,
        title: tab.title,
        url: tab.url,
        state: match tab.state {
            TabState::Crashed => "crashed",
            TabState::Loading => "loading",
            TabState::Ready => "live",
            TabState::Slow => "slow",
        },
        pid: tab.process.and_then(pid_of),
        can_go_back: tab.can_go_back,
        can_go_forward: tab.can_go_forward,
        notice: tab.notice,
    };
    browser.core.tabs().into_iter().map(row).collect()
}

/// Every surface.
pub fn surfaces(browser: &Broker) -> Vec<SurfaceRow> {
    browser
        .core
        .surfaces()
        .into_iter()
        .map(|surface| SurfaceRow {
            id: surface.surface.to_string(),
            part: format!("{:?}", surface.part).to_lowercase(),
            producer: surface
                .producer
                .map_or("dead".to_owned(), |p| p.to_string()),
            size: surface.size,
            generation: surface.generation.0,
            bytes: browser.store.surfaces.bytes(surface.surface) as u64,
        })
        .collect()
}

/// Every channel. The broker has none to itself.
pub fn channels(browser: &Broker) -> Vec<Channel> {
    let surfaces = browser.core.surfaces();
    let mut all = Vec::new();
    for (process, child) in browser.children.iter() {
        let name = format!("{} {}", child.role, child.pid);
        let site = browser.core.process(process).and_then(|info| info.site);
        let painted = surfaces.iter().filter(|it| it.producer == Some(process));
        let painted: Vec<String> = painted.map(|it| it.surface.to_string()).collect();
        let site = site.map(|site| site.to_string());
        all.extend(channels_of(&name, child.role, site, painted));
    }
    all
}

/// The channels of one child.
fn channels_of(
    name: &str,
    role: Role,
    site: Option<String>,
    surfaces: Vec<String>,
) -> Vec<Channel> {
    let channel = |from: &str, to: &str, purpose, bound_to| Channel {
        from: from.to_owned(),
        to: to.to_owned(),
        purpose,
        bound_to,
    };
    let mut all = vec![channel("broker", name, "control", String::new())];
    if role == Role::Shell {
        all.push(channel(name, "broker", "commands", String::new()));
    }
    if let Some(site) = site.filter(|site| site.starts_with("http")) {
        all.push(channel(name, "network", "fetch", site));
    }
    let frames = surfaces.into_iter();
    all.extend(frames.map(|surface| channel(name, "gpu", "frames", surface)));
    all
}

/// Writes tabs and processes as JSON; into a file beside it first, so that no half is ever seen.
pub fn write_state(browser: &Broker, path: &Path) -> anyhow::Result<()> {
    let partial = path.with_extension("partial");
    std::fs::write(&partial, state(browser).to_string())
        .and_then(|()| std::fs::rename(&partial, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

fn state(browser: &Broker) -> Value {
    let tabs: Vec<Value> = tabs(browser)
        .into_iter()
        .map(|tab| {
            json!({
                "tab": tab.tab.0, "context": tab.context.0,
                "title": tab.title, "url": tab.url, "state": tab.state,
                "pid": tab.pid, "can_go_back": tab.can_go_back,
                "can_go_forward": tab.can_go_forward,
                "notice": tab.notice,
            })
        })
        .collect();
    let processes: Vec<Value> = processes(browser)
        .into_iter()
        .map(|row| {
            json!({
                "pid": row.pid, "role": row.role, "tab": row.tab, "site": row.site,
                "tier": row.tier, "state": row.state,
                "pss": row.pss_and_private.map(|(pss, _)| pss),
                "private": row.pss_and_private.map(|(_, private)| private),
            })
        })
        .collect();
    let size = browser.core.window_size();
    json!({
        "tabs": tabs, "processes": processes,
        "active": browser.core.active_tab().map(|tab| tab.0),
        "window": {"width": size.width, "height": size.height},
        "demo_url": browser.demo_url,
        "clipboard": browser.clipboard.in_memory(),
        "popup": popup_texts(browser),
        "descriptors": descriptors(),
    })
}

/// The rows of the open menu or list; an empty list if none is open.
fn popup_texts(browser: &Broker) -> Vec<String> {
    let popup = browser.core.popup();
    let rows = popup.map(|popup| popup.rows).unwrap_or_default();
    rows.into_iter().map(|row| row.text).collect()
}

/// What the broker's own descriptors lead to, in the kernel's words; `proc_pid_fd(5)`. Nobody else
/// of this user may look: the broker is not dumpable.
pub fn descriptors() -> Vec<String> {
    let entries = std::fs::read_dir("/proc/self/fd").into_iter().flatten();
    // The one that reads the folder is closed again by now, or will be.
    let targets = entries.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    targets
        .map(|target| target.display().to_string())
        .filter(|target| !target.starts_with("/proc/"))
        .collect()
}

/// Proportional and private bytes of a process, see proc_pid_smaps(5).
fn memory(pid: i32) -> Option<(u64, u64)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let field = |name: &str| -> Option<u64> {
        let line = text.lines().find(|line| line.starts_with(name))?;
        let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kibibytes * 1024)
    };
    let private = field("Private_Clean:")? + field("Private_Dirty:")?;
    Some((field("Pss:")?, private))
}

/// The reports of all examined processes, in the order of these roles.
pub fn sandbox_reports(browser: &Broker, roles: &[Role]) -> Vec<Report> {
    let of_role = |role: &Role| {
        let children = browser.children.values();
        let its = children.filter(move |child| child.role == *role);
        its.filter_map(|child| child.report.clone())
            .collect::<Vec<_>>()
    };
    roles.iter().flat_map(of_role).collect()
}

/// The layers that no attack can test, and why.
pub fn untried_layers() -> impl Iterator<Item = (Layer, &'static str)> {
    let layers = Layer::ALL.into_iter();
    layers.filter_map(|layer| Some((layer, sandbox::untried(layer)?)))
}

/// The reports for programs. `required`: the tier that is asked for.
pub fn sandbox_json(
    browser: &Broker,
    reports: &[Report],
    required: Tier,
    is_enough: bool,
) -> Value {
    let processes: Vec<Value> = reports
        .iter()
        .map(|report| {
            json!({
                "role": report.role.name(),
                "pid": report.pid,
                "tier": report.tier().to_string(),
                "is_sufficient": report.is_sufficient(),
                "layers": report.rows,
            })
        })
        .collect();
    let untried: Vec<Value> = untried_layers()
        .map(|(layer, reason)| json!({ "layer": layer, "reason": reason }))
        .collect();
    json!({
        "tier": browser.launcher.support().tier().to_string(),
        "required": required.to_string(),
        "is_enough": is_enough,
        "processes": processes,
        "untried": untried,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_the_web_has_control_fetch_and_frames() {
        let site = Some("http://a.b".to_owned());
        let all = channels_of("renderer 7", Role::Renderer, site, vec!["s1".to_owned()]);
        let all = all.iter().map(|it| {
            (
                it.from.as_str(),
                it.to.as_str(),
                it.purpose,
                it.bound_to.as_str(),
            )
        });
        assert!(all.eq([
            ("broker", "renderer 7", "control", ""),
            ("renderer 7", "network", "fetch", "http://a.b"),
            ("renderer 7", "gpu", "frames", "s1"),
        ]));
    }

    #[test]
    fn a_spare_renderer_has_the_control_channel_alone() {
        let all = channels_of("renderer 7", Role::Renderer, None, Vec::new());
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].purpose, "control");
    }
}
