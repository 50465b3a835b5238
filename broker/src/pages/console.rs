//! The page of a tab's console, and the list of all tabs that have one.

use crate::pages::template::render;
use crate::state::Broker;
use crate::store::consoles::Entry;
use askama::Template;
use browser_core::TabInfo;
use protocol::ids::TabId;
use url::Url;

#[derive(Template)]
#[template(path = "console.html")]
struct ConsolePage<'a> {
    here: &'static str,
    tab: u32,
    title: &'a str,
    dropped: u64,
    rows: Vec<&'a Entry>,
}

#[derive(Template)]
#[template(path = "consoles.html")]
struct ConsolesPage {
    here: &'static str,
    rows: Vec<Row>,
}

struct Row {
    tab: u32,
    title: String,
    entries: usize,
}

/// The page of that `bulkhead://console` URL: of the tab that it names, or of all.
pub fn build(browser: &Broker, url: &str) -> String {
    let tabs = browser.core.tabs();
    let named = tab_of(url).and_then(|id| tabs.iter().find(|tab| tab.tab == id));
    let consoles = &browser.store.consoles;
    let entries = |tab: TabId| consoles.of(tab).into_iter().flat_map(|it| it.entries());
    match named {
        Some(tab) => render(&ConsolePage {
            here: "console",
            tab: tab.tab.0,
            title: title_of(tab),
            dropped: consoles.of(tab.tab).map_or(0, |console| console.dropped()),
            rows: entries(tab.tab).collect(),
        }),
        None => {
            let row = |tab: &TabInfo| Row {
                tab: tab.tab.0,
                title: title_of(tab).to_owned(),
                entries: entries(tab.tab).count(),
            };
            render(&ConsolesPage {
                here: "console",
                rows: tabs.iter().map(row).collect(),
            })
        }
    }
}

fn title_of(tab: &TabInfo) -> &str {
    match tab.title.is_empty() {
        true => &tab.url,
        false => &tab.title,
    }
}

fn tab_of(url: &str) -> Option<TabId> {
    let url = Url::parse(url).ok()?;
    let (_, value) = url.query_pairs().find(|(name, _)| name == "tab")?;
    value.parse().ok().map(TabId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_wrote_is_text_on_the_page_of_its_console() {
        let entry = Entry {
            at_ms: 1_500,
            level: "error",
            text: "<script>document.title = 'mine'</script>".to_owned(),
            source: "http://a.test/\"><b>".to_owned(),
            line: 3,
            column: 7,
            groups: 2,
        };
        let page = render(&ConsolePage {
            here: "console",
            tab: 3,
            title: "<i>t</i>",
            dropped: 12,
            rows: vec![&entry],
        });
        assert!(!page.contains("<script>") && !page.contains("<b>\"") && !page.contains("<i>t"));
        for part in ["error", "1.5 s", "12 ", "&#60;script&#62;", ":3"] {
            assert!(page.contains(part), "no {part} in {page}");
        }
    }

    #[test]
    fn the_tab_is_the_one_that_the_address_names() {
        assert_eq!(tab_of("bulkhead://console?tab=7"), Some(TabId(7)));
        assert_eq!(tab_of("bulkhead://console?tab=x"), None);
        assert_eq!(tab_of("bulkhead://console"), None);
    }
}
