//! Whether the desktop is light or dark, from the files and variables in which desktops keep it.
//!
//! In this order: `GTK_THEME`, GNOME's `color-scheme` in the database of dconf, the colours of
//! KDE's `kdeglobals`, the `settings.ini` of GTK 4 and 3. The settings portal on D-Bus is not
//! asked: docs/decisions says why.
//!
//! Trusts: the user's own files, as far as one of two answers goes.

use crate::machine::dconf;
use protocol::appearance::ColorScheme;
use std::env;
use std::fs::{self, OpenOptions};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Most bytes that are read of a settings file.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// What the desktop says; light where it says nothing.
pub fn of_desktop() -> ColorScheme {
    let theme = env::var("GTK_THEME").unwrap_or_default();
    if !theme.is_empty() {
        return of_theme(&theme);
    }
    config_folder()
        .and_then(|folder| of_folder(&folder))
        .unwrap_or_default()
}

/// The folder of the files, unless a variable decides.
pub fn files() -> Option<PathBuf> {
    let is_decided = env::var_os("GTK_THEME").is_some_and(|theme| !theme.is_empty());
    config_folder().filter(|_| !is_decided)
}

fn config_folder() -> Option<PathBuf> {
    let named = env::var_os("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty());
    let home = || Some(PathBuf::from(env::var_os("HOME")?).join(".config"));
    named.map(PathBuf::from).or_else(home)
}

fn of_folder(folder: &Path) -> Option<ColorScheme> {
    let text = |name: &str| {
        let bytes = read(&folder.join(name))?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    let gnome = || of_dconf(&read(&folder.join("dconf/user"))?);
    let kde = || of_kde(&text("kdeglobals")?);
    let gtk = || {
        let settings = ["gtk-4.0/settings.ini", "gtk-3.0/settings.ini"];
        settings.iter().find_map(|name| of_gtk(&text(name)?))
    };
    gnome().or_else(kde).or_else(gtk)
}

/// The bytes of a regular file; nothing waits for a pipe.
fn read(path: &Path) -> Option<Vec<u8>> {
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut options = OpenOptions::new();
    let options = options.read(true).custom_flags(libc::O_NONBLOCK);
    let mut bytes = Vec::new();
    let file = options.open(path).ok()?;
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// `Adwaita:dark` and `Adwaita-dark` are dark.
fn of_theme(theme: &str) -> ColorScheme {
    let theme = theme.to_ascii_lowercase();
    if theme.ends_with(":dark") || theme.contains("-dark") {
        ColorScheme::Dark
    } else {
        ColorScheme::Light
    }
}

fn of_dconf(database: &[u8]) -> Option<ColorScheme> {
    match dconf::string(database, "/org/gnome/desktop/interface/color-scheme")?.as_str() {
        "prefer-dark" => Some(ColorScheme::Dark),
        "prefer-light" => Some(ColorScheme::Light),
        _ => None,
    }
}

/// By the background of windows, else by the name of the colours.
fn of_kde(globals: &str) -> Option<ColorScheme> {
    let background = value(globals, "Colors:Window", "BackgroundNormal").and_then(|rgb| {
        let mut parts = rgb.split(',').map(|part| part.trim().parse::<u32>().ok());
        Some([parts.next()??, parts.next()??, parts.next()??])
    });
    if let Some([red, green, blue]) = background {
        let is_dark = red.saturating_add(green).saturating_add(blue) < 3 * 128;
        return Some(if is_dark {
            ColorScheme::Dark
        } else {
            ColorScheme::Light
        });
    }
    let name = value(globals, "General", "ColorScheme")?;
    let is_dark = name.to_ascii_lowercase().contains("dark");
    is_dark.then_some(ColorScheme::Dark)
}

fn of_gtk(settings: &str) -> Option<ColorScheme> {
    let prefers = value(settings, "Settings", "gtk-application-prefer-dark-theme");
    if let Some("1" | "true") = prefers {
        return Some(ColorScheme::Dark);
    }
    let theme = value(settings, "Settings", "gtk-theme-name")?;
    (of_theme(theme) == ColorScheme::Dark).then_some(ColorScheme::Dark)
}

/// A value of a file with groups: `[group]`, then `key=value`.
fn value<'a>(text: &'a str, group: &str, key: &str) -> Option<&'a str> {
    let mut is_inside = false;
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            is_inside = name == group;
        } else if is_inside
            && let Some((name, value)) = line.split_once('=')
            && name.trim() == key
        {
            return Some(value.trim());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_is_dark_by_its_name_or_its_variant() {
        assert_eq!(of_theme("Adwaita:dark"), ColorScheme::Dark);
        assert_eq!(of_theme("Yaru-dark"), ColorScheme::Dark);
        assert_eq!(of_theme("Adwaita"), ColorScheme::Light);
    }

    #[test]
    fn kde_is_dark_by_its_colours() {
        let dark = "[General]\nColorScheme=X\n[Colors:Window]\nBackgroundNormal=32,35,38\n";
        assert_eq!(of_kde(dark), Some(ColorScheme::Dark));
        let light = "[Colors:View]\nBackgroundNormal=1,1,1\n[Colors:Window]\n\
                     BackgroundNormal=239,240,241";
        assert_eq!(of_kde(light), Some(ColorScheme::Light));
        let named = "[General]\nColorScheme=BreezeDark";
        assert_eq!(of_kde(named), Some(ColorScheme::Dark));
        for odd in ["", "[Colors:Window]\nBackgroundNormal=1,2", "=\n[\n]"] {
            assert_eq!(of_kde(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn the_first_file_that_says_something_counts() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("in the folder")).expect("made");
            fs::write(path, text).expect("written");
        };
        assert_eq!(of_folder(folder.path()), None);
        write(
            "gtk-3.0/settings.ini",
            "[Settings]\ngtk-application-prefer-dark-theme=1\n",
        );
        assert_eq!(of_folder(folder.path()), Some(ColorScheme::Dark));
        write(
            "kdeglobals",
            "[Colors:Window]\nBackgroundNormal=255,255,255\n",
        );
        assert_eq!(of_folder(folder.path()), Some(ColorScheme::Light));
        write("dconf/user", "GVariant and then nothing that makes sense");
        assert_eq!(of_folder(folder.path()), Some(ColorScheme::Light));
    }
}
