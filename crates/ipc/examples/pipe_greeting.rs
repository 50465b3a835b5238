//! A parent greets its child through a pipe. `cargo run -p ipc --example pipe_greeting`
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork, getpid};
use std::io::{Read, Write, pipe};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut reader, mut writer) = pipe()?;
    // SAFETY: there is one thread, so the child may do whatever its parent may.
    match unsafe { fork() }? {
        ForkResult::Child => {
            // Else the end of file would never come: this process could still write.
            drop(writer);
            let mut text = String::new();
            reader.read_to_string(&mut text)?;
            println!("child {}: {text}", getpid());
        }
        ForkResult::Parent { child } => {
            drop(reader);
            println!("parent {}: greets {child}", getpid());
            writer.write_all(b"hello from your parent")?;
            drop(writer);
            waitpid(child, None)?;
        }
    }
    Ok(())
}
