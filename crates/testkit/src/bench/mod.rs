//! What the benches share: pages to measure with, Chromium to compare with, and the report.

pub mod chromium;
pub mod pages;
pub mod report;
