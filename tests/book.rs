//! The book (`docs/book`) says what is so: its commands are run, its patches fit, the files and
//! pages that it names exist, and its drawings are those of this code.

mod commands;
mod drawn;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use testkit::run;

/// The root of the project.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The chapters: file and text.
fn chapters() -> Vec<(String, String)> {
    let files = fs::read_dir(root().join("docs/book/src")).expect("the book is there");
    let files = files.map(|file| file.expect("a readable folder").path());
    let texts = files.filter(|path| path.extension().is_some_and(|it| it == "md"));
    let chapter = |path: PathBuf| {
        let name = path
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        (name, fs::read_to_string(path).expect("a text"))
    };
    texts.map(chapter).collect()
}

/// The fenced blocks of a text: what follows the fence, and the lines inside.
fn blocks(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut blocks: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some(_) if inside => inside = false,
            Some(kind) => {
                inside = true;
                blocks.push((kind, Vec::new()));
            }
            None if inside => blocks.last_mut().expect("it was opened").1.push(line),
            None => {}
        }
    }
    blocks
}

/// The words in code marks outside of the blocks.
fn code_words(text: &str) -> Vec<&str> {
    let mut inside = false;
    let prose = text.lines().filter(|line| {
        let is_fence = line.starts_with("```");
        inside ^= is_fence;
        !inside && !is_fence
    });
    prose
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect()
}

/// Each patch of the book: its chapter, its file, what it finds there, and what it makes of it.
fn patches() -> Vec<(String, String, String)> {
    let mut patches = Vec::new();
    for (chapter, text) in chapters() {
        for (_, lines) in blocks(&text)
            .into_iter()
            .filter(|(kind, _)| *kind == "diff")
        {
            let path = lines[1].strip_prefix("+++ b/").expect("the file");
            let patch = format!("{}\n", lines.join("\n"));
            patches.push((chapter.clone(), path.to_owned(), patch));
        }
    }
    patches
}

#[test]
fn each_chapter_is_in_the_summary_and_has_its_parts() {
    let summary = fs::read_to_string(root().join("docs/book/src/SUMMARY.md")).expect("a text");
    for (name, text) in chapters().iter().filter(|(name, _)| name != "SUMMARY.md") {
        assert!(
            summary.contains(&format!("]({name})")),
            "{name} is not listed"
        );
        // Those with a question are the numbered ones.
        if summary.contains(&format!(
            "- [{}]",
            text.lines().next().expect("a title")[2..].trim()
        )) {
            for part in [
                "\n## Predict\n",
                "\n## Try",
                "\n## Read\n",
                "\n## Change\n",
                "```diff",
            ] {
                assert!(text.contains(part), "{name} has no {part:?}");
            }
        }
    }
}

#[test]
fn what_a_patch_changes_stands_in_its_file_once() {
    let patches = patches();
    assert!(patches.len() >= 6, "a chapter lacks its exercise");
    for (chapter, path, patch) in patches {
        let file = fs::read_to_string(root().join(&path)).expect("the file exists");
        let body = patch.lines().skip(3);
        let old = body.filter(|line| !line.starts_with('+'));
        let old: Vec<&str> = old.map(|line| line.get(1..).unwrap_or_default()).collect();
        let count = format!("\n{file}")
            .matches(&format!("\n{}\n", old.join("\n")))
            .count();
        assert_eq!(count, 1, "{chapter}: {path} has not {old:#?}");
    }
}

#[test]
fn git_applies_each_patch() {
    for (chapter, path, patch) in patches() {
        let mut git = Command::new("git");
        git.args(["apply", "--check", "-"]).current_dir(root());
        // Where the project is no repository, git needs no more than the files.
        let Ok(mut git) = git.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn() else {
            println!("SKIP: there is no git");
            return;
        };
        let mut stdin = git.stdin.take().expect("piped");
        std::io::Write::write_all(&mut stdin, patch.as_bytes()).expect("git reads");
        drop(stdin);
        let output = git.wait_with_output().expect("git ends");
        let said = String::from_utf8_lossy(&output.stderr);
        if said.contains("dubious ownership") {
            println!("SKIP: the sources belong to another user: {said}");
            return;
        }
        assert!(output.status.success(), "{chapter}, {path}: {said}");
    }
}

#[test]
fn the_files_that_the_book_names_exist() {
    let mut named = 0;
    for (chapter, text) in chapters() {
        for word in code_words(&text) {
            let is_path = word.split_once('/').is_some_and(|(first, _)| {
                !first.is_empty() && !first.contains(':') && root().join(first).is_dir()
            });
            if (is_path || word.ends_with(".md")) && !word.contains(' ') {
                assert!(root().join(word).exists(), "{chapter}: there is no {word}");
                named += 1;
            }
        }
    }
    assert!(named > 20, "the book leads into the code");
}

#[test]
fn the_pages_that_the_book_names_can_be_opened_and_the_book_itself_too() {
    let mut pages = BTreeSet::new();
    for (name, text) in chapters() {
        if name != "SUMMARY.md" && name != "README.md" {
            pages.insert(format!("bulkhead://book/{}", name.trim_end_matches(".md")));
        }
        let words = code_words(&text).into_iter().map(str::to_owned);
        pages.extend(words.filter(|word| word.starts_with("bulkhead://")));
    }
    assert!(pages.len() > 10, "{pages:?}");
    let folder = tempfile::tempdir().expect("a folder");
    let picture = folder.path().join("page.png");
    let picture = picture.to_str().expect("a text");
    for page in pages {
        // Ends with 1 if there is no such page.
        let output = run(&["--headless", "--screenshot", picture, &page]);
        assert!(output.status.success(), "{page}: {output:?}");
    }
}
