//! The process of symbols, asked about this very program, which it runs as well.

use std::process::ExitCode;
use symbols::{ADDRESSES_MAX, ARGUMENT, Asker, NAME_BYTES_MAX};

fn main() -> ExitCode {
    if std::env::args()
        .nth(1)
        .is_some_and(|argument| argument == ARGUMENT)
    {
        return symbols::main();
    }
    let asker = Asker::start(&sandbox::probe()).expect("a confined process");
    a_function_has_its_name_and_its_line(&asker);
    what_is_no_code_has_no_name(&asker);
    more_addresses_than_one_question_holds_are_answered(&asker);
    ExitCode::SUCCESS
}

/// Where a function stands in the file: its address without the start of the image.
fn in_the_file(function: fn(&Asker)) -> u64 {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("our own");
    let exe = std::env::current_exe().expect("a path");
    let exe = exe.to_str().expect("a text");
    let first = maps
        .lines()
        .find(|line| line.ends_with(exe))
        .expect("the image");
    let start = first.split('-').next().expect("an address");
    function as usize as u64 - u64::from_str_radix(start, 16).expect("a number")
}

#[inline(never)]
fn a_function_has_its_name_and_its_line(asker: &Asker) {
    let address = in_the_file(a_function_has_its_name_and_its_line);
    let names = asker.names(&[address]).expect("an answer");
    let name = names[0].as_deref().expect("a name");
    assert!(
        name.starts_with("named::a_function_has_its_name_and_its_line at "),
        "{name}"
    );
    assert!(name.contains("tests/named.rs:"), "{name}");
    println!("{name}");
}

fn what_is_no_code_has_no_name(asker: &Asker) {
    assert_eq!(
        asker.names(&[u64::MAX, 1]).expect("an answer"),
        [None, None]
    );
    assert_eq!(asker.names(&[]).expect("nothing is asked"), []);
}

fn more_addresses_than_one_question_holds_are_answered(asker: &Asker) {
    let address = in_the_file(a_function_has_its_name_and_its_line);
    let many: Vec<u64> = (0..3 * ADDRESSES_MAX as u64)
        .map(|at| address + at)
        .collect();
    let names = asker.names(&many).expect("answers");
    assert_eq!(names.len(), many.len());
    assert!(
        names
            .iter()
            .flatten()
            .all(|name| name.len() <= NAME_BYTES_MAX)
    );
}
