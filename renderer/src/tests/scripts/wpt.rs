//! Runs web-platform-tests from a folder outside the project, and counts what holds.
//!
//! `BULKHEAD_WPT` names the folder; `BULKHEAD_WPT_ONLY` a part of it, and `BULKHEAD_WPT_OUT` a file
//! for the results. Not part of the suite that must pass: it tells how much of the platform is
//! there.

use super::on_stack;
use crate::document::markup::Markup;
use crate::load::fetcher::Fetcher;
use crate::script::Realm;
use crate::script::scripts::{Place, script_of};
use crate::tests::harness::bundled_fonts;
use crate::view::View;
use crate::view::scripted::PageDefaults;
use blitz_dom::{NodeId, local_name};
use protocol::geometry::Size;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use url::Url;

const SITE: &str = "http://web-platform.test:8000/";
/// How long one page may take.
const PAGE_MAX: Duration = Duration::from_secs(20);
/// Collects what the page's tests say, one a line.
const REPORT: &str = "var wpt_lines = [], wpt_end = ''; \
    setup({ output: false, explicit_timeout: true }); \
    add_result_callback((t) => { wpt_lines.push([t.status, t.name, t.message].join('\\t') \
    .replace(/\\n/g, ' ')); }); \
    add_completion_callback((tests, status) => { wpt_end = [status.status, status.message] \
    .join('\\t').replace(/\\n/g, ' '); });";
/// What it has collected.
const COLLECT: &str = "typeof wpt_lines === 'object' ? [wpt_end || 'no end'].concat(wpt_lines) \
    .join('\\n') : ''";
/// How long a page may do nothing.
const IDLE_MAX: Duration = Duration::from_millis(300);

#[test]
fn the_platform_is_counted() {
    let Ok(folder) = std::env::var("BULKHEAD_WPT") else {
        eprintln!("SKIP: BULKHEAD_WPT names no folder with web-platform-tests");
        return;
    };
    let only = std::env::var("BULKHEAD_WPT_ONLY").unwrap_or_default();
    let mut pages = Vec::new();
    for part in only.split(',') {
        find(&Path::new(&folder).join(part), &mut pages);
    }
    pages.sort();
    let mut out = String::new();
    let (mut all, mut passed, mut whole) = (0, 0, 0);
    for page in &pages {
        let name = page
            .strip_prefix(&folder)
            .unwrap_or(page)
            .display()
            .to_string();
        eprintln!("{name}");
        let results = run_apart(
            PathBuf::from(&folder),
            name.trim_start_matches('/').to_owned(),
        );
        let (head, tests) = results.split_once('\n').unwrap_or((&*results, ""));
        let tests: Vec<&str> = tests.lines().collect();
        let good = tests.iter().filter(|test| test.starts_with("0\t")).count();
        let _ = writeln!(out, "{name}\t{good}/{}\t{head}", tests.len());
        for test in tests.iter().filter(|test| !test.starts_with("0\t")) {
            let _ = writeln!(out, "    {test}");
        }
        all += tests.len();
        passed += good;
        whole += usize::from(good == tests.len() && good > 0);
    }
    let _ = writeln!(
        out,
        "{passed} of {all} hold; {whole} of {} files are whole",
        pages.len()
    );
    match std::env::var("BULKHEAD_WPT_OUT") {
        Ok(path) => std::fs::write(path, out).expect("the results are written"),
        Err(_) => println!("{out}"),
    }
}

/// The pages below a folder.
fn find(at: &Path, pages: &mut Vec<PathBuf>) {
    if at.is_dir() {
        let entries = std::fs::read_dir(at).expect("a folder");
        for entry in entries.flatten() {
            find(&entry.path(), pages);
        }
        return;
    }
    let name = at.to_string_lossy();
    let is_page = [
        ".html",
        ".htm",
        ".xhtml",
        ".any.js",
        ".window.js",
        ".svg",
        ".xml",
        ".xht",
    ]
    .iter()
    .any(|end| name.ends_with(end));
    let is_other = [
        "-ref.",
        "-manual.",
        "/support/",
        "/resources/",
        "/crashtests/",
    ]
    .iter()
    .any(|part| name.contains(part));
    let has_tests = || {
        let text = std::fs::read_to_string(at).unwrap_or_default();
        name.ends_with(".js") || text.contains("testharness.js")
    };
    if is_page && !is_other && has_tests() {
        pages.push(at.to_owned());
    }
}

fn run_apart(folder: PathBuf, name: String) -> String {
    let (send, receive) = mpsc::channel();
    let done = std::panic::catch_unwind(move || {
        on_stack(move || {
            let _ = send.send(run(&folder, &name));
        });
    });
    match done {
        Ok(()) => receive.recv().unwrap_or_default(),
        Err(_) => "panic".to_owned(),
    }
}

/// The file that an address of the site stands for.
fn read(folder: &Path, url: &Url) -> Option<String> {
    if url.path().ends_with("/testharnessreport.js") {
        return Some(REPORT.to_owned());
    }
    let bytes = std::fs::read(folder.join(url.path().trim_start_matches('/'))).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A page around a script.
fn wrapped(folder: &Path, name: &str) -> String {
    let text = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    let mut scripts = String::new();
    for line in text.lines() {
        if let Some(script) = line.strip_prefix("// META: script=") {
            let _ = write!(scripts, "<script src=\"{script}\"></script>");
        }
    }
    format!(
        "<!doctype html><meta charset=utf-8><script src=/resources/testharness.js></script>\
         <script src=/resources/testharnessreport.js></script>{scripts}<div id=log></div>\
         <script src=\"/{name}\"></script>"
    )
}

fn run(folder: &Path, name: &str) -> String {
    let html = match name.ends_with(".js") {
        true => wrapped(folder, name),
        false => {
            let bytes = std::fs::read(folder.join(name)).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        }
    };
    let url = Url::parse(SITE)
        .and_then(|site| site.join(name))
        .expect("a URL");
    let mut fetcher = Fetcher::default();
    let mut view = View::new(bundled_fonts(), &fetcher);
    view.set_size(Size::new(800, 600));
    view.may_run_scripts = true;
    let is_xml = [".xhtml", ".svg", ".xml", ".xht"]
        .iter()
        .any(|end| name.ends_with(end));
    let stream = view.open(
        if is_xml { Markup::Xml } else { Markup::Html },
        url.as_str(),
    );
    view.grow(&stream, || {
        stream.parse(&html);
        stream.end();
    });
    view.complete(&stream);
    view.settle(&mut fetcher);
    let growth = stream.take_growth();
    let defaults = Box::new(PageDefaults(view.events.clone()));
    let realm = Realm::new(url, defaults, &mut view.document).expect("memory");
    realm.host.has_grown(growth);
    realm.host.task_max.set(PAGE_MAX);
    realm.host.nodes_max.set(1_000_000);
    view.script = Some(realm);
    view.with_script(Realm::tell_growth);
    let end = Instant::now() + PAGE_MAX;
    let mut busy = Instant::now();
    for (node, text) in scripts(&view, folder, realm) {
        view.with_script(|realm| realm.run(Some(node), &text, "test"));
    }
    view.with_script(|realm| {
        realm.host.ready_state.set("interactive");
        realm.fire("DOMContentLoaded");
    });
    view.settle(&mut fetcher);
    view.with_script(|realm| {
        realm.host.ready_state.set("complete");
        realm.fire("load");
    });
    loop {
        view.settle(&mut fetcher);
        view.sweep();
        let is_done = view.with_script(|realm| realm.text_of("String(!!self.wpt_end)"));
        let now = Instant::now();
        if realm.due().is_some() || realm.wants_frame() {
            busy = now;
        }
        let is_over = now > end || now > busy + IDLE_MAX || realm.host.is_stopped.get();
        if is_over || is_done.as_deref() == Some("true") {
            let results = view.with_script(|realm| realm.text_of(COLLECT));
            return results.unwrap_or_default();
        }
        view.with_script(Realm::run_timers);
        view.with_script(Realm::run_frames);
        #[allow(clippy::disallowed_methods, reason = "a timer is due by the clock")]
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The scripts of the page, in order.
fn scripts(view: &View, folder: &Path, realm: &Realm) -> Vec<(NodeId, String)> {
    let document = view.document.as_ref().expect("not lent");
    let mut found = Vec::new();
    document.visit(|id, node| {
        let is_script = node
            .element_data()
            .is_some_and(|element| element.name.local == local_name!("script"));
        if is_script {
            found.push(id);
        }
    });
    realm
        .host
        .started
        .borrow_mut()
        .extend(found.iter().copied());
    let text = |id: NodeId| match script_of(document, id).place {
        Place::Text(text) => Some((id, text)),
        Place::At(url) => read(folder, &url).map(|text| (id, text)),
        Place::Nowhere | Place::None => None,
    };
    found.into_iter().filter_map(text).collect()
}
