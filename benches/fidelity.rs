//! How far Bulkhead's pictures of real pages are from Chromium's: writes the table of
//! `docs/fidelity.md`. `cargo bench --bench fidelity` prints it, `-- --write` replaces the page.
//!
//! `-- --before EXECUTABLE` adds the distances of an older Bulkhead, and `-- --pictures FOLDER`
//! keeps every picture. Pages whose Debian package is missing are left out and
//! named.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use testkit::picture::Picture;

#[path = "fidelity/pages.rs"]
mod pages;

#[path = "fidelity/folder.rs"]
mod folder;

const WIDTH: u32 = 1280;
const HEIGHT: u32 = 800;
/// The side of the squares whose mean colours are compared: about a letter's size, so that another
/// way to smooth letters counts little, and a shift of half a line much.
const SQUARE: u32 = 8;

/// What the command line asks for.
struct Options {
    before: Option<PathBuf>,
    pictures: Option<PathBuf>,
    write: bool,
}

/// One page's distances.
struct Row {
    manual: &'static str,
    path: &'static str,
    before: Option<f64>,
    now: f64,
}

fn main() {
    let options = options();
    let address = folder::serve();
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let pictures = options.pictures.as_deref().unwrap_or(temporary.path());
    std::fs::create_dir_all(pictures).expect("the folder of the pictures");
    let Some(version) = chromium_version() else {
        println!("SKIP: there is no `chromium` to compare with");
        return;
    };
    let profile = temporary.path().join("profile");
    profile_without_script(&profile);
    let mut rows = Vec::new();
    for page in pages::PAGES {
        let file = Path::new(folder::ROOT).join(page.path);
        if !file.exists() {
            println!("left out: {} (install {})", file.display(), page.package);
            continue;
        }
        let url = format!("http://{address}/{}", page.path);
        let name = page.path.replace('/', "_");
        let picture = |browser: &str| pictures.join(format!("{name}.{browser}.png"));
        let peer = chromium(&url, &profile, &picture("chromium"));
        let distance = |executable: &str, browser| {
            let ours = bulkhead(executable, &url, &picture(browser));
            ours.zip(peer.as_ref())
                .map(|(ours, peer)| distance(&ours, peer))
        };
        let before = options.before.as_deref().and_then(Path::to_str);
        let row = Row {
            manual: page.manual,
            path: page.path,
            before: before.and_then(|executable| distance(executable, "before")),
            now: distance(testkit::executable(), "now").unwrap_or(f64::NAN),
        };
        eprintln!(
            "{:6.2} {:6.2}  {}",
            row.before.unwrap_or(f64::NAN),
            row.now,
            row.path
        );
        rows.push(row);
    }
    let text = document(&rows, &version);
    println!("{text}");
    if options.write {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/fidelity.md");
        std::fs::write(path, text).expect("docs/fidelity.md can be written");
    }
}

fn options() -> Options {
    let mut options = Options {
        before: None,
        pictures: None,
        write: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("the option has a value").into();
        match argument.as_str() {
            "--before" => options.before = Some(value()),
            "--pictures" => options.pictures = Some(value()),
            "--write" => options.write = true,
            // Cargo says so to every bench.
            "--bench" => {}
            other => panic!("unknown option {other}: see the top of benches/fidelity.rs"),
        }
    }
    options
}

fn chromium_version() -> Option<String> {
    let output = Command::new("chromium").arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut words = text.split_whitespace();
    Some(format!("{} {}", words.next()?, words.next()?))
}

/// A profile of Chromium without script: Bulkhead has none.
fn profile_without_script(folder: &Path) {
    let preferences = r#"{"profile":{"default_content_setting_values":{"javascript":2}}}"#;
    let inner = folder.join("Default");
    std::fs::create_dir_all(&inner).expect("the profile's folder can be made");
    std::fs::write(inner.join("Preferences"), preferences).expect("preferences can be written");
}

/// Chromium's picture of that page; one that is there already is read.
fn chromium(url: &str, profile: &Path, picture: &Path) -> Option<Picture> {
    if !picture.exists() {
        run(Command::new("chromium")
            .args([
                "--no-sandbox",
                "--headless",
                "--disable-gpu",
                "--hide-scrollbars",
            ])
            .args([
                "--force-color-profile=srgb",
                "--force-device-scale-factor=1",
            ])
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg(format!("--screenshot={}", picture.display()))
            .arg(format!("--window-size={WIDTH},{HEIGHT}"))
            .arg(url));
    }
    picture.exists().then(|| Picture::read(picture))
}

fn bulkhead(executable: &str, url: &str, picture: &Path) -> Option<Picture> {
    run(Command::new(executable)
        .args(["--headless", "--screenshot"])
        .arg(picture)
        .arg(format!("--size={WIDTH}x{HEIGHT}"))
        .arg(url));
    picture.exists().then(|| Picture::read(picture))
}

fn run(command: &mut Command) {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    if let Err(error) = quiet.status() {
        eprintln!("{command:?}: {error}");
    }
}

/// The mean difference of the squares' mean colours, in percent: 0 for the same picture, 100 for
/// black against white.
fn distance(one: &Picture, other: &Picture) -> f64 {
    let squares = |length: u32| length / SQUARE;
    let mut sum = 0.0;
    for y in 0..squares(HEIGHT) {
        for x in 0..squares(WIDTH) {
            let (one, other) = (mean(one, x, y), mean(other, x, y));
            let channels = one.iter().zip(other);
            sum += channels.map(|(a, b)| (a - b).abs()).sum::<f64>();
        }
    }
    let channels = f64::from(squares(WIDTH) * squares(HEIGHT) * 3);
    sum / channels / 255.0 * 100.0
}

fn mean(picture: &Picture, square_x: u32, square_y: u32) -> [f64; 3] {
    let mut sums = [0_u32; 3];
    for y in square_y * SQUARE..(square_y + 1) * SQUARE {
        for x in square_x * SQUARE..(square_x + 1) * SQUARE {
            let pixel = picture.pixel(x, y);
            sums.iter_mut()
                .zip(pixel)
                .for_each(|(sum, channel)| *sum += u32::from(channel));
        }
    }
    sums.map(|sum| f64::from(sum) / f64::from(SQUARE * SQUARE))
}

fn document(rows: &[Row], version: &str) -> String {
    let has_before = rows.iter().any(|row| row.before.is_some());
    let mut text = format!(
        "# Fidelity\n\n\
         How far Bulkhead's picture of a page is from Chromium's, for real pages of Debian's \
         documentation packages.\n`cargo bench --bench fidelity -- --write` writes this file; \
         [the bench](../benches/fidelity.rs) says how.\n\n\
         Both browsers paint the first {WIDTH}x{HEIGHT} pixels; {version} runs without \
         script. Each picture is cut into\nsquares of {SQUARE}x{SQUARE} pixels. The distance is \
         the mean difference of the squares' mean colours, in percent:\n0 means that the pictures \
         are the same, 100 black against white. A page of text that is moved by one line has\n\
         about 4 to 8.\n\n"
    );
    text.push_str(if has_before {
        "| manual | page | before | now |\n|---|---|--:|--:|\n"
    } else {
        "| manual | page | now |\n|---|---|--:|\n"
    });
    for row in rows {
        let path = row.path.split_once('/').map_or(row.path, |(_, path)| path);
        text.push_str(&match row.before {
            Some(before) if has_before => {
                format!(
                    "| {} | {path} | {before:.2} | {:.2} |\n",
                    row.manual, row.now
                )
            }
            _ => format!("| {} | {path} | {:.2} |\n", row.manual, row.now),
        });
    }
    let mean = |distances: Vec<f64>| distances.iter().sum::<f64>() / distances.len() as f64;
    let now = mean(rows.iter().map(|row| row.now).collect());
    if has_before {
        let before = mean(rows.iter().filter_map(|row| row.before).collect());
        text.push_str(&format!(
            "| **mean of {}** | | **{before:.2}** | **{now:.2}** |\n\nThe mean is now {:.2} of \
             what it was before.\n",
            rows.len(),
            now / before
        ));
    } else {
        text.push_str(&format!(
            "| **mean of {}** | | **{now:.2}** |\n",
            rows.len()
        ));
    }
    text
}
