//! A fake broker, network and gpu process drive the real loop over real channels, in a thread.

mod damage;
mod forms;
mod harness;
mod hostile;
mod page;
mod scrolling;
mod shell;
mod shots;
