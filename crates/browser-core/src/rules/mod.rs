//! What happens to the state, one file a subject. Each file adds its rules to
//! [`Core`](crate::Core); a rule imports state, never another rule's types.

mod commit;
mod faults;
mod icons;
mod input;
mod liveness;
mod navigation;
mod network;
mod processes;
mod refresh;
mod renderer;
mod scene;
mod shell;
mod shortcuts;
mod surfaces;
mod tabs;
mod within;
