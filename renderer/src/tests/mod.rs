//! A fake broker, network and gpu process drive the real loop over real channels, in a thread.

mod aim;
mod controls;
mod damage;
mod edit;
mod find;
mod forms;
mod frames;
pub(crate) mod harness;
mod hidden;
mod hostile;
mod inspector;
mod lengths;
mod links;
mod look;
mod looks;
mod page;
mod parsing;
mod pictures;
mod scripts;
mod scrolling;
mod selection;
mod sheets;
mod shell;
mod shown;
mod streaming;

pub(crate) use shell::state as shell_state;
