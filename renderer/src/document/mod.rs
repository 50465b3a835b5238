//! From the bytes of a response to a document: what they are, how they are parsed, and what is
//! kept when they are parsed again.

pub(crate) mod body;
pub(crate) mod carry_over;
pub(crate) mod charset;
pub(crate) mod content;
pub(crate) mod forms;
pub(crate) mod markup;
pub(crate) mod mime;
pub(crate) mod parse;
pub(crate) mod responses;
pub(crate) mod sink;
pub(crate) mod stylesheet;
