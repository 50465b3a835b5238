//! A fake broker, network and gpu process drive the real loop over real channels, in a thread.

mod controls;
mod damage;
mod forms;
mod harness;
mod hostile;
mod lengths;
mod looks;
mod page;
mod sheets;
mod shell;
mod shots;
