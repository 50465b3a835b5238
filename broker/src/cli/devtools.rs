//! The port and the pipe for tools of the Chrome DevTools Protocol.

use crate::child::launcher::DevtoolsDoors;
use crate::cli::options::Options;
use crate::machine::inherited;
use crate::output::terminal::complain;
use crate::state::Broker;
use anyhow::Context;
use protocol::bootstrap::DevtoolsConfig;
use std::fmt::Write;
use std::fs::{self, File};
use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

/// Opens what the command line names, if it names anything: a port of loopback, 0 for a free one;
/// and the pipe that has been given at the start.
pub fn open(options: &Options, user_agent: &str) -> anyhow::Result<Option<DevtoolsDoors>> {
    let listener = options.remote_debugging_port.map(|port| {
        TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .with_context(|| format!("cannot listen on 127.0.0.1:{port} for devtools"))
    });
    let listener = listener.transpose()?;
    let pipe = options.remote_debugging_pipe.then(inherited::take);
    let pipe = pipe.transpose().context("the pipe for devtools")?;
    if listener.is_none() && pipe.is_none() {
        return Ok(None);
    }
    let address = listener.as_ref().map(TcpListener::local_addr).transpose()?;
    let config = DevtoolsConfig {
        port: address.map(|it| it.port()),
        has_pipe: pipe.is_some(),
        browser_id: unguessable()?,
        origins: options.remote_allow_origins.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        user_agent: user_agent.to_owned(),
    };
    if let (Some(folder), Some(port)) = (&options.user_data_dir, config.port) {
        write_port(folder, port, &config.browser_id)
            .with_context(|| format!("--user-data-dir {}", folder.display()))?;
    }
    Ok(Some(DevtoolsDoors {
        listener,
        pipe,
        config,
    }))
}

/// Writes where tools connect into a file, as Chromium does.
fn write_port(folder: &Path, port: u16, id: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let text = format!("{port}\n/devtools/browser/{id}");
    fs::write(folder.join("DevToolsActivePort"), text)
}

/// Says where tools connect, as Chromium says it. Returns whether they may.
pub fn announce(browser: &Broker) -> bool {
    let Some(config) = browser.launcher.devtools() else {
        return false;
    };
    if let Some(port) = config.port {
        let id = &config.browser_id;
        complain!("DevTools listening on ws://127.0.0.1:{port}/devtools/browser/{id}");
    }
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
