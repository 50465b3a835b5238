//! From a response's bytes to a document: its type, its parsing, and parsing it again.

pub(crate) mod body;
pub(crate) mod carry_over;
pub(crate) mod charset;
pub(crate) mod content;
pub(crate) mod forms;
pub(crate) mod frame;
pub(crate) mod markup;
pub(crate) mod mime;
pub(crate) mod parse;
pub(crate) mod refresh;
pub(crate) mod responses;
pub(crate) mod sink;
pub(crate) mod status;
pub(crate) mod stylesheet;
