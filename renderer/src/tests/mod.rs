//! A fake broker, network and gpu process drive the real loop over real channels, in a thread.

mod damage;
mod edit;
mod find;
mod forms;
pub(crate) mod harness;
mod hostile;
mod look;
mod page;
mod selection;
mod shell;
mod shown;
