//! A test of what a fault does, by the crate `headless_chrome`.
#![cfg(test)]

use headless_chrome::Browser;
use headless_chrome::protocol::cdp::Page::Crash;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

struct Bulkhead(Child);

impl Drop for Bulkhead {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

#[test]
fn one_of_three_tabs_dies_and_the_others_answer() -> anyhow::Result<()> {
    let program = std::env::var("BULKHEAD").unwrap_or("bulkhead".to_owned());
    let started = Command::new(program)
        .args(["--headless", "--remote-debugging-port", "0"])
        .stderr(Stdio::piped())
        .spawn()?;
    let mut bulkhead = Bulkhead(started);
    let mut lines = BufReader::new(bulkhead.0.stderr.take().expect("it is piped")).lines();
    let address = |line: String| Some(line.split_once("listening on ")?.1.to_owned());
    let address = lines.by_ref().map_while(Result::ok).find_map(address);
    let browser = Browser::connect(address.expect("it listens"))?;
    let tabs = [browser.new_tab()?, browser.new_tab()?, browser.new_tab()?];
    for (tab, name) in tabs.iter().zip(["a", "b", "c"]) {
        tab.navigate_to(&format!("data:text/html,<title>{name}</title><p>"))?
            .wait_for_element("p")?;
    }
    // The answer to this is that its page is gone; so is that of all else.
    assert!(tabs[1].call_method(Crash(None)).is_err());
    assert!(tabs[1].get_title().is_err());
    assert_eq!([tabs[0].get_title()?, tabs[2].get_title()?], ["a", "c"]);
    tabs[1].reload(false, None)?.wait_for_element("p")?;
    assert_eq!(tabs[1].get_title()?, "b");
    Ok(())
}
