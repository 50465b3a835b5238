//! Starts children: opens their pipes and channels, and sends the bootstrap message.
//!
//! Owns: the executable as it was when the browser started, the probed sandbox support, the fonts.
//! Never: waits for a child.

use crate::child::lanes::Lanes;
use crate::child::process::Child;
use crate::child::stderr::Stderr;
use crate::machine::display::Server;
use crate::machine::fonts::LoadingFonts;
use crate::machine::x11;
use crate::pipe::set_nonblocking;
use anyhow::Context;
use ipc::{Endpoint, Rate, edge_of};
use nix::fcntl::OFlag;
use protocol::appearance::Percent;
use protocol::bootstrap::{
    DevtoolsConfig, GpuTarget, NetworkConfig, RoleConfig, ToChild, X11FilterConfig,
};
use protocol::demo::Nothing;
use protocol::geometry::Size;
use protocol::ids::{ProcessId, Role};
use protocol::x11_filter::FromWindow;
use sandbox::cgroup::{self, Limits};
use std::ffi::CString;
use std::fs::File;
use std::net::TcpListener;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Everything that starting a child requires.
pub struct Launcher {
    exe: File,
    support: sandbox::Support,
    /// The control groups, where this user may limit memory and tasks with them.
    groups: Option<cgroup::Tree>,
    fonts: LoadingFonts,
    network: NetworkConfig,
    /// The display server that shows the window, if there is a window.
    server: Option<Server>,
    size: Size,
    scale: Option<Percent>,
    /// The X server that the window is on, if it is on one.
    x11: Option<X11FilterConfig>,
    /// The channel to the X11 filter that was started last, until a gpu process gets it.
    to_filter: Option<OwnedFd>,
    log_filter: String,
    started: u32,
    /// The socket of the demo site. The demo process then owns it alone: after its death,
    /// connections must fail, not wait.
    demo_listener: Option<TcpListener>,
    devtools: Option<DevtoolsDoors>,
}

/// Where clients come to the devtools process, of which each next one gets further descriptors.
pub struct DevtoolsDoors {
    pub listener: Option<TcpListener>,
    /// To read from, and to write to.
    pub pipe: Option<[OwnedFd; 2]>,
    pub config: DevtoolsConfig,
}

impl Launcher {
    /// Opens the executable once, so that a rebuild does not affect a running browser.
    pub fn new(
        support: sandbox::Support,
        network: NetworkConfig,
        server: Option<Server>,
        (size, scale): (Size, Option<Percent>),
        log_filter: String,
        demo_listener: Option<TcpListener>,
        devtools: Option<DevtoolsDoors>,
    ) -> anyhow::Result<Launcher> {
        Ok(Launcher {
            exe: File::open("/proc/self/exe")
                .context("cannot open /proc/self/exe; is /proc mounted?")?,
            support,
            groups: cgroup::Tree::create().inspect_err(no_group).ok(),
            fonts: LoadingFonts::start().context("cannot start a thread for the fonts")?,
            network,
            server,
            size,
            scale,
            x11: server
                .and_then(Server::x11_name)
                .map(|name| x11::filter_config(&name)),
            to_filter: None,
            log_filter,
            started: 0,
            demo_listener,
            devtools,
        })
    }

    /// The sandbox layers that this machine supports.
    pub fn support(&self) -> &sandbox::Support {
        &self.support
    }

    /// Whether the window is reached through an X11 filter.
    pub fn has_x11_filter(&self) -> bool {
        self.x11.is_some()
    }

    /// Where tools of the Chrome DevTools Protocol connect, if they may.
    pub fn devtools(&self) -> Option<&DevtoolsConfig> {
        self.devtools.as_ref().map(|doors| &doors.config)
    }

    /// The display server that shows the window, if there is a window.
    pub fn server(&self) -> Option<Server> {
        self.server
    }

    /// Starts a process with that role.
    pub fn spawn(&mut self, role: Role) -> anyhow::Result<Child> {
        let (broker_end, child_end) = Endpoint::pair().context("socketpair")?;
        let (stderr_read, stderr_write) = nix::unistd::pipe2(OFlag::O_CLOEXEC).context("pipe")?;
        set_nonblocking(&stderr_read).context("fcntl")?;
        let windowed = self.server.filter(|_| role == Role::Gpu);
        // The display server checks the user, and the network may be the way to it.
        let connects = role == Role::X11Filter || windowed.is_some() && !self.has_x11_filter();
        self.started += 1;
        let argument = |text: String| CString::new(text).context("an argument has a NUL byte");
        let child_end: Endpoint<protocol::bootstrap::FromChild, ToChild> = child_end;
        let bootstrap_ends = (edge_of(broker_end.as_fd()), edge_of(child_end.as_fd()));
        let group = self.groups.as_ref().and_then(|groups| {
            let name = format!("{role}-{}", self.started);
            groups
                .child(&name, Limits::of(role))
                .inspect_err(no_group)
                .ok()
        });
        let launched = sandbox::launch(sandbox::LaunchSpec {
            exe: self.exe.as_fd(),
            args: vec![
                argument("bulkhead".to_owned())?,
                argument(format!("--type={role}"))?,
            ],
            env: windowed.map(Server::window_environment).unwrap_or_default(),
            role,
            support: &self.support,
            bootstrap: child_end.into_fd(),
            stderr: stderr_write,
            child_index: self.started,
            host_network: connects && self.server.is_some_and(Server::needs_network),
            keep_uid: connects,
            cgroup: group.as_ref(),
        })?;
        Ok(Child {
            role,
            pid: launched.pid,
            attempted: launched.attempted,
            execution: Some(launched.execution),
            bootstrap: Some(broker_end.split()),
            bootstrap_ends,
            lanes: None,
            held: None,
            lacks_fonts: false,
            call_notifications: None,
            stderr: Stderr::new(stderr_read),
            rate: Rate::default(),
            group,
            has_hung_up: false,
            report: None,
        })
    }

    /// Opens the role's channels, keeps our ends in `child`, and sends the bootstrap message, with
    /// the child's ring if it has one. Returns the numbers of our ends and of the child's.
    pub fn bootstrap(
        &mut self,
        process: ProcessId,
        child: &mut Child,
        ring: Option<OwnedFd>,
    ) -> anyhow::Result<Vec<(u32, u32)>> {
        let (lanes, mut handles) = Lanes::open(child.role).context("socketpair")?;
        let lanes = child.lanes.insert(lanes);
        let ends = lanes.all().zip(&handles);
        let ends = ends.map(|(lane, end)| (edge_of(lane.as_fd()), edge_of(end.as_fd())));
        let ends = ends.collect();
        let (config, more) = self.config_of(child.role)?;
        handles.extend(more);
        let (sender, _) = child
            .bootstrap
            .as_ref()
            .context("the bootstrap channel is closed")?;
        let message = ToChild::Bootstrap {
            process,
            config,
            log_filter: self.log_filter.clone(),
            ring: ring.is_some(),
        };
        handles.extend(ring);
        sender
            .try_send_with(message, handles)
            .map_err(|e| anyhow::anyhow!("cannot send the bootstrap message: {e}"))?;
        Ok(ends)
    }

    /// Becomes readable when [`Launcher::finish_fonts`] need not wait.
    pub fn fonts_ended(&self) -> BorrowedFd<'_> {
        self.fonts.ended()
    }

    /// Takes the fonts of the machine, which have been read.
    pub fn finish_fonts(&mut self) {
        self.fonts.finish();
    }

    /// Sends the fonts of the machine to a child that has no others, if they have been read.
    /// Returns whether they have.
    pub fn give_fonts(&self, child: &Child) -> anyhow::Result<bool> {
        let Some(fonts) = self.fonts.get() else {
            return Ok(false);
        };
        let (message, region) = fonts.message().context("the region of the fonts")?;
        if let Some((sender, _)) = &child.bootstrap {
            sender
                .try_send_with(message, region.into_iter().collect())
                .map_err(|e| anyhow::anyhow!("cannot send the fonts: {e}"))?;
        }
        Ok(true)
    }

    /// The configuration of a child with that role, and the descriptors that it gets beside its
    /// lanes.
    fn config_of(&mut self, role: Role) -> anyhow::Result<(RoleConfig, Vec<OwnedFd>)> {
        Ok(match role {
            Role::Demo => {
                let listener = self.demo_listener.take();
                let listener = listener.context("no socket for the demo site")?;
                (RoleConfig::Demo, vec![listener.into()])
            }
            Role::Devtools => {
                let doors = self.devtools.as_ref();
                let doors = doors.context("no socket for devtools")?;
                let mut handles = Vec::new();
                if let Some(listener) = &doors.listener {
                    handles.push(listener.try_clone().context("fcntl")?.into());
                }
                for end in doors.pipe.iter().flatten() {
                    handles.push(end.try_clone().context("fcntl")?);
                }
                (RoleConfig::Devtools(doors.config.clone()), handles)
            }
            Role::Gpu => {
                let to_filter = self.to_filter.take();
                let config = RoleConfig::Gpu {
                    target: match self.server {
                        Some(_) => GpuTarget::Window,
                        None => GpuTarget::Headless,
                    },
                    size: self.size,
                    scale: self.scale,
                    x11_filter: to_filter.is_some(),
                };
                (config, to_filter.into_iter().collect())
            }
            Role::Network => (RoleConfig::Network(self.network.clone()), Vec::new()),
            Role::Renderer => (RoleConfig::Renderer, Vec::new()),
            Role::Shell => (RoleConfig::Shell, Vec::new()),
            Role::X11Filter => {
                let config = self.x11.clone().context("the window is on no X server")?;
                let (window, filter) =
                    Endpoint::<FromWindow, Nothing>::pair().context("socketpair")?;
                self.to_filter = Some(window.into_fd());
                (RoleConfig::X11Filter(config), vec![filter.into_fd()])
            }
        })
    }
}

/// Without a control group, only the resource limits apply.
fn no_group(error: &std::io::Error) {
    tracing::info!("no control group: {error}");
}
