//! The port for tools of the Chrome DevTools Protocol.

use crate::cli::options::Options;
use crate::output::terminal::complain;
use crate::state::Broker;
use anyhow::Context;
use protocol::bootstrap::DevtoolsConfig;
use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};

/// Listens on the port of loopback that the command line names, if it names one; 0: a free one.
pub fn listen(
    options: &Options,
    user_agent: &str,
) -> anyhow::Result<Option<(TcpListener, DevtoolsConfig)>> {
    let Some(port) = options.remote_debugging_port else {
        return Ok(None);
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .with_context(|| format!("cannot listen on 127.0.0.1:{port} for devtools"))?;
    let config = DevtoolsConfig {
        port: listener.local_addr()?.port(),
        browser_id: unguessable()?,
        origins: options.remote_allow_origins.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        user_agent: user_agent.to_owned(),
    };
    Ok(Some((listener, config)))
}

/// Says where tools connect, as Chromium says it. Returns whether they may.
pub fn announce(browser: &Broker) -> bool {
    let Some(config) = browser.launcher.devtools() else {
        return false;
    };
    let (port, id) = (config.port, &config.browser_id);
    complain!("DevTools listening on ws://127.0.0.1:{port}/devtools/browser/{id}");
    true
}

/// A name at random, in the form of a UUID.
fn unguessable() -> anyhow::Result<String> {
    let mut bytes = [0_u8; 16];
    let random = File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    random.context("cannot read /dev/urandom")?;
    let mut name = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            name.push('-');
        }
        let _ = write!(name, "{byte:02x}");
    }
    Ok(name)
}
