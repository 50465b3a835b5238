//! The rules of this project that a program can check, checked on the sources themselves.

mod crates;
mod folders;
mod graph;
mod imports;
mod lexer;
mod source;
mod style;
