//! A fake broker, network and gpu process drive the real loop over real channels, in a thread.

mod damage;
mod edit;
mod forms;
pub(crate) mod harness;
mod hostile;
mod page;
mod shell;
