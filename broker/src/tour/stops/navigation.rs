//! A page is asked for, fetched, and handed to a process of its site.

use crate::rings::history::Party;
use crate::tour::guide::Halt;
use crate::tour::stage::Stage;
use crate::tour::stop::Stop;
use browser_core::RecordKind;
use protocol::ids::Role;

pub const STOP: Stop = Stop {
    title: "A navigation: the broker asks, the network fetches, a renderer shows",
    look: "The address bar: it shows what the broker has committed, never what a page says. Then \
           a page of another site, which gets another process.",
    source: "crates/browser-core/src/rules/navigation.rs, network/src/navigation.rs, \
             renderer/src/loading.rs",
    act,
};

fn act(stage: &mut Stage<'_>) -> Result<(), Halt> {
    let mark = stage.mark();
    let row = stage.open("article")?;
    stage.let_see()?;
    let (page, network) = (stage.pid(row.tab)?, stage.service(Role::Network)?);
    let (broker, page, network) = (Party::BROKER, Party(page), Party(network));
    stage.claim_messages(
        "The broker asked the network process, which answered with the head; then the broker \
         gave the page to a renderer",
        &[
            ("ToNetwork::Navigate", broker, network),
            ("FromNetwork::Head", network, broker),
            ("ToRenderer::Commit", broker, page),
            ("FromRenderer::Loaded", page, broker),
        ],
    )?;
    let tab = row.tab;
    let committed = stage.wait(mark, "the commit", |_, record| match &record.kind {
        RecordKind::Committed { url, site, .. } if record.tab == Some(tab) => {
            Some((url.clone(), site.clone()))
        }
        _ => None,
    })?;
    let (url, site) = committed;
    stage.claim(
        "The address bar shows what the broker committed",
        row.url == url,
        vec![format!("committed {url}"), format!("shown     {}", row.url)],
    );
    let other = stage.open("other-site")?;
    stage.let_see()?;
    let other_page = stage.pid(other.tab)?;
    let site_of = |stage: &Stage<'_>, pid| {
        let processes = stage.browser.core.processes();
        let process = processes.into_iter().find(|it| it.pid == Some(pid));
        let site = process.and_then(|process| process.site);
        site.map(|site| site.to_string()).unwrap_or_default()
    };
    let other_site = site_of(stage, other_page);
    let sites_differ = site != other_site && !other_site.is_empty();
    stage.claim(
        "A page of another site has another process",
        other_page != page.0 && sites_differ,
        vec![
            format!("renderer {}: {site}", page.0),
            format!("renderer {other_page}: {other_site}"),
        ],
    );
    Ok(())
}
