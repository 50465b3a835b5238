//! What happens to the state, one file a subject. Each file adds its rules to
//! [`Core`](crate::Core); a rule imports state, never another rule's types.

mod chaos;
mod clipboard;
mod commit;
mod complete;
mod console;
mod contexts;
mod devtools;
mod dialogs;
mod display;
mod faults;
mod find;
mod glass;
mod hidden;
mod icons;
mod input;
mod leaving;
mod liveness;
mod menus;
mod navigation;
mod network;
mod popup;
mod processes;
mod refresh;
mod renderer;
mod scene;
mod scripts;
mod shell;
mod shortcuts;
mod source;
mod storage;
mod surfaces;
mod tabs;
mod wishes;
mod within;
mod zoom;
