//! In a file, hence a process, of its own: it fills the process's descriptor table.

use ipc::poll::{Interest, wait_one};
use ipc::{Endpoint, RecvError};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use protocol::bootstrap::{FromChild, RoleConfig, ToChild};
use protocol::ids::ProcessId;
use std::fs::File;
use std::io::pipe;
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::time::Duration;

#[test]
fn our_own_full_descriptor_table_is_our_failure_and_never_the_peers() {
    let (_soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("limit");
    setrlimit(Resource::RLIMIT_NOFILE, 128.min(hard), hard).expect("lowered");
    let (broker, child) = Endpoint::<ToChild, FromChild>::pair().expect("socket pair");
    let ((sender, _), (_, receiver)) = (broker.split(), child.split());

    // The demo server's descriptors: a channel and a listener. The channel's other end tells
    // whether what was delivered has been closed.
    let (near, far) = Endpoint::<FromChild, FromChild>::pair().expect("socket pair");
    let listener = TcpListener::bind("127.0.0.1:0").expect("listener");
    let bootstrap = ToChild::Bootstrap {
        process: ProcessId(1),
        config: RoleConfig::Demo,
        log_filter: String::new(),
        ring: false,
    };
    let mut filler: Vec<File> = Vec::new();
    sender
        .try_send_with(bootstrap, vec![far.into_fd(), listener.into()])
        .expect("sent");
    while let Ok(file) = File::open("/dev/null") {
        filler.push(file);
    }
    filler.pop();

    match receiver.try_recv() {
        Err(RecvError::Failed(error)) => assert_eq!(error.raw_os_error(), Some(libc::EMFILE)),
        other => panic!("{:?}", other.map(|_| ())),
    }
    let ready = wait_one(near.as_fd(), Interest::HangUp, Some(Duration::ZERO)).expect("poll");
    assert!(
        ready.hung_up,
        "the descriptor that was delivered is still open"
    );
    drop(filler);
    let _works_again = pipe().expect("room in the table");
}
