//! The rules of this project that a program can check, checked on the sources themselves.

mod source;
mod style;
