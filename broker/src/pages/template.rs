//! What the templates of the built-in pages share: the links at the top, and the rendering.

use askama::Template;

/// The pages that are linked at the top of every page, in this order.
pub const PAGES: [&str; 13] = [
    "welcome",
    "processes",
    "sandbox",
    "ipc",
    "trace",
    "frames",
    "net",
    "crashes",
    "attack",
    "console",
    "lab",
    "tour",
    "book",
];

/// The HTML of a page. No value of a page can fail to be written into a string.
pub fn render(page: &impl Template) -> String {
    page.render().unwrap_or_else(|error| {
        tracing::error!("a built-in page cannot be rendered: {error}");
        String::new()
    })
}
