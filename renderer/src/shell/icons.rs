//! The shell's icons, drawn on a grid of 16.

/// An icon as inline SVG in one colour.
pub(crate) fn icon(icon: Icon, color: &str) -> String {
    let body = match icon {
        Icon::Back => "<path d='M10 3 5 8l5 5'/>",
        Icon::Close => "<path d='m4.5 4.5 7 7m0-7-7 7'/>",
        Icon::Down => "<path d='m3 6 5 5 5-5'/>",
        Icon::Forward => "<path d='m6 3 5 5-5 5'/>",
        Icon::Lock => {
            "<rect x='3.5' y='7' width='9' height='6.5' rx='1.5'/>\
            <path d='M5.5 7V5a2.5 2.5 0 0 1 5 0v2'/>"
        }
        Icon::Open => "<circle cx='8' cy='8' r='5.8'/><path d='M8 7.4v3.6M8 4.9v.3'/>",
        Icon::Plus => "<path d='M8 3v10M3 8h10'/>",
        Icon::Reload => "<path d='M13 8a5 5 0 1 1-1.6-3.7M13 2.4v2.8h-2.8'/>",
        Icon::Up => "<path d='m3 10 5-5 5 5'/>",
        Icon::Warning => "<path d='M8 2.2 14.2 13H1.8zM8 6.4v3.2M8 11.3v.2'/>",
    };
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='16' height='16' viewBox='0 0 16 16' \
         fill='none' stroke='{color}' stroke-width='1.6' stroke-linecap='round' \
         stroke-linejoin='round'>{body}</svg>"
    )
}

/// Which icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    Back,
    Close,
    Down,
    Forward,
    Lock,
    Open,
    Plus,
    Reload,
    Up,
    Warning,
}
