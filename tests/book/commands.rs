//! The experiments, run in bash: each chapter in a shell of its own, and all of them in one, as a
//! reader runs them.

use super::{blocks, root};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::fs;
use std::io::Read;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};
use testkit::{Watchdog, executable};

/// What stands between the outputs of two commands.
const MARK: &str = "=== the next command ===";

/// A command, and the lines that should be seen.
struct Step<'a> {
    command: &'a str,
    wanted: Vec<&'a str>,
}

fn steps(text: &str) -> Vec<Step<'_>> {
    let mut steps: Vec<Step> = Vec::new();
    for (_, lines) in blocks(text)
        .into_iter()
        .filter(|(kind, _)| *kind == "console")
    {
        for line in lines {
            match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => steps.push(Step {
                    command,
                    wanted: Vec::new(),
                }),
                (None, Some(step)) => step.wanted.push(line),
                (None, None) => panic!("no command before {line}"),
            }
        }
    }
    steps
}

/// Whether the line is the pattern, in which `[..]` stands for anything.
fn is_line(line: &str, pattern: &str) -> bool {
    let mut parts = pattern.split("[..]");
    let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(last)
}

/// Whether the lines are the wanted ones, in which a line `…` stands for any number of lines.
fn are_lines(lines: &[&str], wanted: &[&str]) -> bool {
    match (wanted, lines) {
        ([], lines) => lines.is_empty(),
        (["…", wanted @ ..], lines) => {
            (0..=lines.len()).any(|skipped| are_lines(&lines[skipped..], wanted))
        }
        ([pattern, wanted @ ..], [line, lines @ ..]) => {
            is_line(line, pattern) && are_lines(lines, wanted)
        }
        (_, []) => false,
    }
}

/// The processes of a shell, which end with this.
struct Group(Pid);

impl Drop for Group {
    fn drop(&mut self) {
        // There may be none any more.
        let _ = killpg(self.0, Signal::SIGKILL);
    }
}

/// What comes through the pipe until nobody can write any more.
fn read_all(mut pipe: ChildStdout) -> Vec<u8> {
    let (watchdog, mut output, mut piece) = (Watchdog::start(), Vec::new(), [0; 4096]);
    loop {
        let so_far = || String::from_utf8_lossy(&output).into_owned();
        if watchdog.poll([pipe.as_fd()], so_far) == [true] {
            match pipe.read(&mut piece).expect("a pipe can be read") {
                0 => return output,
                bytes => output.extend(&piece[..bytes]),
            }
        }
    }
}

/// Runs the commands in one shell, and returns what each has printed.
fn run(steps: &[Step<'_>]) -> Option<Vec<String>> {
    let mut script = String::from("exec 2>&1\nsource docs/book/session.sh\n");
    for step in steps {
        script.push_str(&format!("printf '\\n{MARK}\\n'\n{}\n", step.command));
    }
    let folder = Path::new(executable()).parent();
    let shell = Command::new("bash")
        .args(["-c", &script])
        .current_dir(root())
        .env("BULKHEAD_FOLDER", folder.expect("it is in a folder"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn();
    let mut shell = match shell {
        Ok(shell) => shell,
        Err(error) => {
            println!("SKIP: there is no bash: {error}");
            return None;
        }
    };
    let group = Group(Pid::from_raw(shell.id().cast_signed()));
    let output = read_all(shell.stdout.take().expect("piped"));
    shell.wait().expect("it is our child");
    drop(group);
    let output = String::from_utf8_lossy(&output);
    let mark = format!("\n{MARK}\n");
    let mut parts = output.split(mark.as_str());
    assert_eq!(parts.next(), Some(""), "the session begins in silence");
    Some(parts.map(str::to_owned).collect())
}

/// Runs the experiments of these chapters in one shell.
fn try_out(chapters: &[&str]) {
    let text = |chapter: &&str| {
        fs::read_to_string(root().join("docs/book/src").join(chapter)).expect("a chapter")
    };
    let texts: Vec<String> = chapters.iter().map(text).collect();
    let steps: Vec<Step<'_>> = texts.iter().flat_map(|text| steps(text)).collect();
    assert!(!steps.is_empty(), "{chapters:?}: no experiment");
    let Some(outputs) = run(&steps) else {
        return;
    };
    for (at, step) in steps.iter().enumerate() {
        let output = outputs
            .get(at)
            .map_or("(the shell has ended)", |it| it.trim_end());
        let lines: Vec<&str> = output.lines().collect();
        assert!(
            are_lines(&lines, &step.wanted),
            "{chapters:?}: {}\nprints\n{output}\nand the book says\n{}",
            step.command,
            step.wanted.join("\n")
        );
    }
}

/// A test for each chapter with experiments, so that they run side by side.
macro_rules! chapters {
    ($($name:ident: $file:literal),+ $(,)?) => {
        $(
            #[test]
            fn $name() {
                try_out(&[$file]);
            }
        )+

        #[test]
        fn all_chapters_in_one_shell_print_what_they_say() {
            try_out(&[$($file),+]);
        }

        #[test]
        fn each_chapter_with_commands_is_tried() {
            let tried = [$($file),+];
            for (name, text) in super::chapters() {
                let has_steps = !steps(&text).is_empty();
                assert_eq!(tried.contains(&name.as_str()), has_steps, "{name}");
            }
        }
    };
}

chapters! {
    the_first_steps_print_what_the_book_says: "README.md",
    the_chapter_on_processes_prints_what_it_says: "processes.md",
    the_chapter_on_talk_prints_what_it_says: "talk.md",
    the_chapter_on_mechanisms_prints_what_it_says: "mechanisms.md",
    the_chapter_on_frames_prints_what_it_says: "frames.md",
    the_chapter_on_hostile_tabs_prints_what_it_says: "hostile.md",
    the_chapter_on_deaths_prints_what_it_says: "deaths.md",
}

#[test]
fn patterns_are_no_more_patient_than_they_look() {
    assert!(is_line("a 12 b", "a [..] b") && !is_line("a 12 c", "a [..] b"));
    assert!(is_line("a", "a") && !is_line("ab", "a") && !is_line("ba", "a"));
    assert!(is_line("xay", "[..]a[..]") && !is_line("xy", "[..]a[..]"));
    assert!(are_lines(&["a", "b", "c"], &["…", "c"]) && !are_lines(&["a", "b"], &["…", "c"]));
    assert!(!are_lines(&["a", "b"], &["a"]) && !are_lines(&["a"], &["a", "b"]));
    assert!(!are_lines(&[], &["[..]"]) && are_lines(&[], &["…"]));
}

#[test]
fn the_session_finds_the_patch_of_each_exercise() {
    for (chapter, _, patch) in super::patches() {
        let command = format!("patch_of {}", chapter.trim_end_matches(".md"));
        let step = Step {
            command: &command,
            wanted: Vec::new(),
        };
        if let Some(outputs) = run(&[step]) {
            assert_eq!(outputs, [patch], "{chapter}");
        }
    }
}

#[test]
fn a_command_without_a_browser_is_refused() {
    let step = Step {
        command: "tell quit || echo refused",
        wanted: Vec::new(),
    };
    if let Some(outputs) = run(&[step]) {
        let refusal = "no browser runs: start one with browse\nrefused\n";
        assert_eq!(outputs, [refusal]);
    }
}
