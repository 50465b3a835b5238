//! From a response's bytes to a document: its type, its parsing, and parsing it again.

pub(crate) mod activation;
pub(crate) mod attributes;
pub(crate) mod body;
pub(crate) mod bounds;
pub(crate) mod carry_over;
pub(crate) mod charset;
pub(crate) mod content;
pub(crate) mod controls;
pub(crate) mod elements;
pub(crate) mod forms;
pub(crate) mod frame;
pub(crate) mod hints;
pub(crate) mod lengths;
pub(crate) mod markup;
pub(crate) mod media;
pub(crate) mod mime;
pub(crate) mod parse;
pub(crate) mod parts;
pub(crate) mod responses;
pub(crate) mod sheet_sets;
pub(crate) mod sink;
pub(crate) mod steps;
pub(crate) mod stylesheet;
pub(crate) mod svg_text;
pub(crate) mod text_fields;
pub(crate) mod user_agent;
