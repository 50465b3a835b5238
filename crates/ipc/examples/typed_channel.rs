//! A typed channel to another process, with a descriptor beside a message: the child counts the
//! lines of a pipe that it is handed. `cargo run -p ipc --example typed_channel`
use ipc::{Endpoint, HandleKind, Message, Misbehaviour};
use serde::{Deserialize, Serialize};
use std::io::{Read, Write, pipe, stdin};
use std::os::fd::AsFd;
use std::{fs::File, process::Command};

/// What the parent may say: count so many lines at most, of the pipe beside this message.
#[derive(Serialize, Deserialize)]
struct Count(u32);

impl Message for Count {
    const MAX_HANDLES: usize = 1;
    fn handles(&self) -> Vec<HandleKind> {
        vec![HandleKind::PipeReader] // With anything else, the receiver gets an error.
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        let fine = self.0 <= 1_000;
        fine.then_some(()).ok_or(Misbehaviour::ValueOutOfRange)
    }
}

/// What the child may answer.
#[derive(Serialize, Deserialize)]
struct Counted(u32);

impl Message for Counted {
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        Ok(()) // Any number may come; that it is true, nobody checks.
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::args().any(|argument| argument == "--child") {
        let channel = Endpoint::<Counted, Count>::from_fd(stdin().as_fd().try_clone_to_owned()?)?;
        let (answers, orders) = channel.split();
        let (mut order, mut text) = (orders.recv()?, String::new());
        File::from(order.handles.pipe_reader()?).read_to_string(&mut text)?;
        let lines = text.lines().take(order.message.0 as usize).count();
        return Ok(answers.send(Counted(u32::try_from(lines)?))?);
    }
    let (ours, theirs) = Endpoint::<Count, Counted>::pair()?;
    let mut command = Command::new("/proc/self/exe");
    let mut child = command.arg("--child").stdin(theirs.into_fd()).spawn()?;
    let ((orders, answers), (reader, mut writer)) = (ours.split(), pipe()?);
    orders.send_with(Count(9), vec![reader.into()])?;
    writer.write_all(b"one\ntwo\nthree\n")?;
    drop((writer, command)); // Else the child waits for more, and we for a dead child.
    let Counted(lines) = answers.recv()?.message;
    println!("process {} has counted {lines} lines", child.id());
    assert!(lines == 3 && child.wait()?.success());
    Ok(())
}
