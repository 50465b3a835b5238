//! Translates the links of the shell's documents: `shell:` URLs stand for commands.

use protocol::find::FindStep;
use protocol::ids::TabId;
use protocol::shell::{CardButton, FromShell};
use url::Url;

/// The base of the shell's documents.
pub(crate) const BASE: &str = "shell://document/";

/// The command that a link stands for.
pub(crate) fn of_link(url: &Url) -> Option<FromShell> {
    if url.scheme() != "shell" {
        return None;
    }
    let mut parts = url.path().split('/').filter(|part| !part.is_empty());
    let command = match (parts.next()?, parts.next(), parts.next()) {
        ("activate", Some(tab), None) => FromShell::Activate(tab_id(tab)?),
        ("back", None, None) => FromShell::Back,
        ("card", Some(tab), Some(button)) => {
            FromShell::CardButton(tab_id(tab)?, button_of(button)?)
        }
        ("close", Some(tab), None) => FromShell::Close(tab_id(tab)?),
        ("find", Some("close"), None) => FromShell::CloseFind,
        ("find", Some("next"), None) => FromShell::FindStep(FindStep::Next),
        ("find", Some("previous"), None) => FromShell::FindStep(FindStep::Previous),
        ("forward", None, None) => FromShell::Forward,
        ("new", None, None) => FromShell::NewTab,
        ("open-blocked", None, None) => FromShell::OpenBlocked,
        ("reload", None, None) => FromShell::Reload,
        ("reset-zoom", None, None) => FromShell::ResetZoom,
        ("site-menu", None, None) => FromShell::SiteMenu,
        ("stop", None, None) => FromShell::Stop,
        ("stop-script", None, None) => FromShell::StopScript,
        _ => return None,
    };
    Some(command)
}

fn tab_id(text: &str) -> Option<TabId> {
    text.parse().ok().map(TabId)
}

fn button_of(name: &str) -> Option<CardButton> {
    [
        CardButton::Close,
        CardButton::Kill,
        CardButton::Reload,
        CardButton::StopScript,
        CardButton::Wait,
    ]
    .into_iter()
    .find(|button| button_name(*button) == name)
}

/// The word for a button in links.
pub(crate) fn button_name(button: CardButton) -> &'static str {
    match button {
        CardButton::Close => "close",
        CardButton::Kill => "kill",
        CardButton::Reload => "reload",
        CardButton::StopScript => "stop-script",
        CardButton::Wait => "wait",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(link: &str) -> Option<FromShell> {
        of_link(&Url::parse(link).expect("test URL"))
    }

    #[test]
    fn links_stand_for_commands() {
        assert_eq!(command("shell:close/3"), Some(FromShell::Close(TabId(3))));
        assert_eq!(command("shell:new"), Some(FromShell::NewTab));
        assert_eq!(
            command("shell:card/7/reload"),
            Some(FromShell::CardButton(TabId(7), CardButton::Reload))
        );
    }

    #[test]
    fn anything_else_is_no_command() {
        for link in [
            "shell:close",
            "shell:close/x",
            "shell:card/1/explode",
            "http://new/",
        ] {
            assert_eq!(command(link), None, "{link}");
        }
    }
}
