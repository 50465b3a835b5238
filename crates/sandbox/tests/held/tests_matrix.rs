//! The knock-out matrix: each attack with one layer alone, and with all layers but one.
//!
//! `--write-matrix` writes `docs/sandbox-matrix.md` (as root, for both users); the claim makes the
//! tables again and compares them. On a machine that lacks a layer it skips, and it skips a row
//! whose attack has another outcome there even when unprotected.

use crate::attacks::{self, Attack};
use crate::fixture::{self, Fixture};

use crate::harness::{Claim, EXE, GROUPS, Outcome, SUPPORT, TestChild, who};
use crate::layers::{
    LAYERS, Layer, OF_A_ROLE, Set, is_available, is_inside_user, is_ordinary, is_roots,
};
use sandbox::cgroup::{ChildGroup, Limits};
use sandbox::{Mandatory, Role};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::os::fd::AsFd;
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

pub const CLAIMS: &[Claim] = &[
    (
        "each_attack_has_two_layers_against_it_or_an_explanation",
        the_matrix_is_as_written,
    ),
    (
        "a_child_that_goes_without_a_layer_is_never_sufficient",
        leaving_off_is_noticed,
    ),
];

/// The outcome of an attack, as the tables show it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OutcomeKind {
    Succeeded,
    Refused(i32),
    /// The kernel notified the test, or the filter killed the process.
    Stopped,
    /// Its own exit status, 0 for a signal.
    Ended(i32),
}

impl OutcomeKind {
    fn of(outcome: &Outcome) -> OutcomeKind {
        match outcome {
            outcome if !outcome.is_refused_or_killed() => OutcomeKind::Succeeded,
            Outcome::Returned { errno, .. } => OutcomeKind::Refused(*errno),
            Outcome::Notified(_) => OutcomeKind::Stopped,
            Outcome::Died(status) if libc::WIFEXITED(*status) => {
                OutcomeKind::Ended(libc::WEXITSTATUS(*status))
            }
            Outcome::Died(_) => OutcomeKind::Ended(0),
        }
    }

    fn text(self) -> String {
        match self {
            OutcomeKind::Succeeded => "succeeds".to_owned(),
            OutcomeKind::Refused(errno) => format!("fails: {}", errno_name(errno)),
            OutcomeKind::Stopped => "stopped".to_owned(),
            OutcomeKind::Ended(_) => "ends itself".to_owned(),
        }
    }
}

/// Runs attacks on one thread.
struct Runner {
    fixture: Fixture,
}

static NEXT_GROUP: AtomicU32 = AtomicU32::new(0);

impl Runner {
    fn outcome(&self, role: Role, attack: &Attack, layers: Set) -> OutcomeKind {
        let support = layers.support();
        let sibling = (attack.name == "ptrace-sibling")
            .then(|| TestChild::launch_with(role, &support, "alone:idle").sealed());
        let has_group = layers.has(Layer::Group) && is_available(Layer::Group);
        let group = has_group.then(group).flatten();
        let action = format!("alone:{}", attack.name);
        let child = TestChild::launch_exe(role, &support, EXE.as_fd(), &action, |mut spec| {
            spec.cgroup = group.as_ref();
            spec
        });
        let mut child = child.expect("a child can be launched").sealed();
        let setup = self
            .fixture
            .setup(sibling.as_ref().map_or(0, |sibling| sibling.pid));
        OutcomeKind::of(&fixture::run_attack(&mut child, &setup))
    }

    /// What becomes of the attack with each layer alone, and with all but it.
    fn row(&self, attack: &Attack) -> Row {
        let role = Role::Renderer;
        let control = self.outcome(role, attack, Set::none());
        let user = self.outcome(role, attack, Set::none().with(Layer::User));
        let is_held = self.outcome(role, attack, Set::all()) != OutcomeKind::Succeeded;
        let cell = |layer: Layer| {
            if !is_available(layer) {
                return Cell::Absent;
            }
            let stops = match layer {
                Layer::User => user != control,
                _ => self.stops(role, attack, layer, control, user),
            };
            let rest = self.outcome(role, attack, Set::all().without(layer));
            match (stops, is_held && rest == OutcomeKind::Succeeded) {
                (true, true) => Cell::Only,
                (true, false) => Cell::Stops,
                (false, false) => Cell::Blank,
                (false, true) => Cell::Together,
            }
        };
        let cells = LAYERS.map(|(layer, _)| cell(layer));
        let mut row = Row {
            name: attack.name,
            control,
            cells,
            pairs: Vec::new(),
            is_held,
        };
        if control == OutcomeKind::Succeeded && row.count() == 1 && !row.has(Cell::Only) {
            row.pairs = self.pairs(attack, &row);
        }
        row
    }

    /// Which two layers stop it together that do not alone.
    fn pairs(&self, attack: &Attack, row: &Row) -> Vec<(Layer, Layer)> {
        let goes_through =
            |set| self.outcome(Role::Renderer, attack, set) == OutcomeKind::Succeeded;
        let blank = |(layer, _): &(Layer, &str)| row.cells[*layer as usize] == Cell::Blank;
        let layers: Vec<Layer> = LAYERS.into_iter().filter(blank).map(|(l, _)| l).collect();
        let mut pairs = Vec::new();
        for (index, one) in layers.iter().enumerate() {
            for other in &layers[index + 1..] {
                let mut set = Set::none().with(*one).with(*other);
                let inside = [one, other].into_iter().filter(|l| is_inside_user(**l));
                let inside: Vec<&Layer> = inside.collect();
                if !inside.is_empty() {
                    set = set.with(Layer::User);
                }
                // What the user namespace does with one of them is not the other's merit.
                let is_own = inside
                    .iter()
                    .all(|layer| goes_through(set.without(**layer)));
                if is_own && !goes_through(set) {
                    pairs.push((*one, *other));
                }
            }
        }
        pairs
    }

    /// Whether the layer alone changes what becomes of the attack.
    fn stops(
        &self,
        role: Role,
        attack: &Attack,
        layer: Layer,
        control: OutcomeKind,
        user: OutcomeKind,
    ) -> bool {
        let (base, basis) = if is_inside_user(layer) {
            (Set::none().with(Layer::User), user)
        } else {
            (Set::none(), control)
        };
        self.outcome(role, attack, base.with(layer)) != basis
    }

    /// The same for the layers in which a role may differ from the renderer.
    fn role_row(&self, role: Role, attack: &Attack) -> Vec<(Layer, bool)> {
        let control = self.outcome(role, attack, Set::none());
        let user = self.outcome(role, attack, Set::none().with(Layer::User));
        let available = OF_A_ROLE.into_iter().filter(|layer| is_available(*layer));
        available
            .map(|layer| (layer, self.stops(role, attack, layer, control, user)))
            .collect()
    }

    /// Whether one layer less lets it through.
    fn hangs_on_one(&self, role: Role, attack: &Attack) -> bool {
        let available = OF_A_ROLE.into_iter().filter(|layer| is_available(*layer));
        let mut sets = available.map(|layer| Set::all().without(layer));
        sets.any(|set| self.outcome(role, attack, set) == OutcomeKind::Succeeded)
    }
}

/// A control group that is small enough to be filled without harm.
fn group() -> Option<ChildGroup> {
    let number = NEXT_GROUP.fetch_add(1, Ordering::Relaxed);
    let limits = Limits {
        memory_bytes: 64 << 20,
        // Some kernels have no real-time tasks in a group with a share. That is luck, no layer.
        weight: None,
        ..Limits::of(Role::Renderer)
    };
    let groups = GROUPS.as_ref().ok()?;
    let group = groups.child(&format!("matrix-{number}"), limits);
    Some(group.expect("a group can be made where one could be made before"))
}

/// What a layer is to an attack.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cell {
    /// This user has no such layer.
    Absent,
    /// Alone it does not stop the attack, and without it the others do.
    Blank,
    /// Stops it alone; without it another does.
    Stops,
    /// Stops it alone, and nothing else does.
    Only,
    /// Does not stop it alone, and yet nothing does without it.
    Together,
}

impl Cell {
    fn text(self) -> &'static str {
        match self {
            Cell::Absent => "–",
            Cell::Blank => "",
            Cell::Stops => "yes",
            Cell::Only => "only",
            Cell::Together => "with others",
        }
    }
}

/// One attack on the renderer.
struct Row {
    name: &'static str,
    control: OutcomeKind,
    cells: [Cell; LAYERS.len()],
    /// Where one layer stops it alone: which ones do so by two.
    pairs: Vec<(Layer, Layer)>,
    is_held: bool,
}

impl Row {
    fn has(&self, wanted: Cell) -> bool {
        self.cells.contains(&wanted)
    }

    /// Whether one layer less lets it through, or there is not even one.
    fn hangs_on_one(&self) -> bool {
        let is_joint = self.count() == 1 && !self.has(Cell::Only);
        self.has(Cell::Together) || self.count() < 2 && !is_joint
    }

    /// How it is stopped without the one that does it alone.
    fn joint_text(&self) -> String {
        let name = |layer: Layer| LAYERS[layer as usize].1;
        let pairs = self.pairs.iter();
        let pairs: Vec<String> = pairs
            .map(|(one, other)| format!("{} + {}", name(*one), name(*other)))
            .collect();
        if pairs.is_empty() {
            return "three or more".to_owned();
        }
        pairs.join(", or ")
    }

    fn count(&self) -> usize {
        let stops = |cell: &&Cell| matches!(cell, Cell::Stops | Cell::Only);
        self.cells.iter().filter(stops).count()
    }

    fn text(&self) -> String {
        let mut line = format!("| {} | {} |", self.name, self.control.text());
        for cell in self.cells {
            write!(line, " {} |", cell.text()).expect("strings take everything");
        }
        line
    }
}

/// One attack on another role, where it differs.
struct RoleRow {
    role: Role,
    attack: &'static Attack,
    /// Layers that stop it in the renderer or in this role but not in both; true: in this role.
    differences: Vec<(Layer, bool)>,
    hangs_on_one: bool,
}

impl RoleRow {
    fn text(&self) -> String {
        let names = |wanted: bool| {
            let chosen = self.differences.iter().filter(|(_, is)| *is == wanted);
            let names: Vec<&str> = chosen.map(|(layer, _)| LAYERS[*layer as usize].1).collect();
            names.join(", ")
        };
        let (role, name) = (self.role, self.attack.name);
        let (more, less) = (names(true), names(false));
        let note = match (self.attack.work_of.contains(&role), self.hangs_on_one) {
            (true, _) => "its work",
            (false, true) => "one layer",
            (false, false) => "two or more",
        };
        format!("| {role} | {name} | {more} | {less} | {note} |")
    }
}

/// The name of an attack, and what is wrong about it.
type Problem = (&'static str, String);

/// Both tables of one user.
struct Matrix {
    rows: Vec<Row>,
    role_rows: Vec<RoleRow>,
}

impl Matrix {
    /// Runs all attacks, on a few threads.
    fn make() -> Matrix {
        let attacks: Vec<&'static Attack> = attacks::all().collect();
        let next = AtomicUsize::new(0);
        let found = Mutex::new(BTreeMap::new());
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let runner = Runner {
                        fixture: Fixture::new(),
                    };
                    while let Some(attack) = attacks.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let row = runner.row(attack);
                        let role_rows = role_rows(&runner, attack, &row);
                        let mut found = found.lock().expect("no panic while held");
                        found.insert(position(attack.name), (row, role_rows));
                    }
                });
            }
        });
        let found = found.into_inner().expect("no panic while held");
        let (rows, role_rows): (Vec<Row>, Vec<Vec<RoleRow>>) = found.into_values().unzip();
        let mut role_rows: Vec<RoleRow> = role_rows.into_iter().flatten().collect();
        role_rows.sort_by_key(|row| (row.role.name(), position(row.attack.name)));
        Matrix { rows, role_rows }
    }

    /// What is wrong with it, whatever was written down.
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for row in &self.rows {
            let attack = attacks::find(row.name).expect("rows have attacks");
            let mut say = |text: String| problems.push((row.name, text));
            if !row.is_held && !attack.work_of.contains(&Role::Renderer) {
                say("succeeds with every layer on".to_owned());
            }
            let is_futile = row.control != OutcomeKind::Succeeded;
            if is_futile && attack.futile.is_empty() {
                let outcome = row.control.text();
                say(format!("unprotected it {outcome}, and nothing says why"));
            }
            if !is_futile && row.hangs_on_one() && attack.exception.is_empty() {
                say(format!("nothing says why: {}", row.text()));
            }
        }
        for row in &self.role_rows {
            let is_explained =
                !row.attack.exception.is_empty() || row.attack.work_of.contains(&row.role);
            let control = self.rows.iter().find(|r| r.name == row.attack.name);
            let is_real = control.is_some_and(|r| r.control == OutcomeKind::Succeeded);
            if is_real && row.hangs_on_one && !is_explained {
                problems.push((row.attack.name, format!("nothing says why: {}", row.text())));
            }
        }
        problems
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let mut say = |line: &str| writeln!(text, "{line}").expect("strings take everything");
        let names = LAYERS.map(|(_, name)| name).join(" | ");
        say(&format!("| attack | unprotected | {names} |"));
        say(&format!("|{}", "---|".repeat(LAYERS.len() + 2)));
        self.rows.iter().for_each(|row| say(&row.text()));
        say("\nWhere other roles differ from the renderer:\n");
        say("| role | attack | also stopped by | not stopped by | in all |");
        say("|---|---|---|---|---|");
        self.role_rows.iter().for_each(|row| say(&row.text()));
        let real = || {
            self.rows
                .iter()
                .filter(|r| r.control == OutcomeKind::Succeeded)
        };
        say("\nStopped by one layer alone, and without it by others together:\n");
        for row in real().filter(|r| r.count() == 1 && !r.hangs_on_one()) {
            say(&format!("- {}: {}", row.name, row.joint_text()));
        }
        say("\nStopped by fewer than two layers:\n");
        self.exceptions().iter().for_each(|line| say(line));
        say("\nFail even where nothing holds the process:\n");
        for row in self
            .rows
            .iter()
            .filter(|r| r.control != OutcomeKind::Succeeded)
        {
            let attack = attacks::find(row.name).expect("rows have attacks");
            say(&format!("- {}: {}", row.name, attack.futile));
        }
        text
    }

    /// Each explanation once, with the attacks that it is for.
    fn exceptions(&self) -> Vec<String> {
        let is_weak = |row: &&Row| row.control == OutcomeKind::Succeeded && row.hangs_on_one();
        let weak = self.rows.iter().filter(is_weak).map(|row| row.name);
        let weak_roles = self.role_rows.iter().filter(|row| row.hangs_on_one);
        let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
        for name in weak.chain(weak_roles.map(|row| row.attack.name)) {
            let reason = attacks::find(name).expect("rows have attacks").exception;
            match reasons.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, names)) if names.contains(&name) => {}
                Some((_, names)) => names.push(name),
                None => reasons.push((reason, vec![name])),
            }
        }
        reasons.retain(|(reason, _)| !reason.is_empty());
        let lines = reasons.iter();
        lines
            .map(|(reason, names)| format!("- {}: {reason}", names.join(", ")))
            .collect()
    }
}

fn position(name: &str) -> usize {
    attacks::all()
        .position(|attack| attack.name == name)
        .expect("it is on the list")
}

fn role_rows(runner: &Runner, attack: &'static Attack, renderer: &Row) -> Vec<RoleRow> {
    let others = Role::ALL.into_iter().filter(|p| *p != Role::Renderer);
    let rows = others.map(|role| {
        let mut differences = runner.role_row(role, attack);
        differences.retain(|(layer, stops)| {
            let cell = renderer.cells[*layer as usize];
            *stops != matches!(cell, Cell::Stops | Cell::Only)
        });
        RoleRow {
            role,
            attack,
            hangs_on_one: !differences.is_empty() && runner.hangs_on_one(role, attack),
            differences,
        }
    });
    rows.filter(|row| !row.differences.is_empty()).collect()
}

fn the_matrix_is_as_written() {
    raise_descriptor_limit();
    let matrix = Matrix::make();
    let missing: Vec<&str> = LAYERS
        .iter()
        .filter(|(layer, _)| !is_available(*layer) && !is_roots(*layer))
        .map(|(_, name)| *name)
        .collect();
    if !missing.is_empty() {
        return println!("SKIP the matrix: not here: {}", missing.join(", "));
    }
    let written = section(WRITTEN, heading());
    let (mut problems, foreign) = compare(&matrix, written);
    problems.extend(matrix.problems());
    problems.retain(|(name, _)| !foreign.contains(name));
    if foreign.is_empty() && problems.is_empty() && written.trim() != matrix.text().trim() {
        problems.push(("below the tables", "the explanations differ".to_owned()));
    }
    if !WRITTEN.starts_with(INTRODUCTION) {
        problems.push(("above the tables", "the introduction differs".to_owned()));
    }
    let lines = problems
        .iter()
        .map(|(name, text)| format!("{name}: {text}"));
    assert!(
        problems.is_empty(),
        "{}: the matrix (to write it anew, as root: `cargo test -p sandbox --test held -- \
         --write-matrix`):\n  {}",
        who(),
        lines.collect::<Vec<String>>().join("\n  ")
    );
}

/// What differs from what is written, and attacks that fare differently here even unprotected.
fn compare(matrix: &Matrix, written: &str) -> (Vec<Problem>, Vec<&'static str>) {
    let (mut problems, mut foreign) = (Vec::new(), Vec::new());
    for row in &matrix.rows {
        let start = format!("| {} |", row.name);
        let line = written.lines().find(|line| line.starts_with(&start));
        let (line, text, control) = (line.unwrap_or(""), row.text(), row.control.text());
        if line == text {
            continue;
        }
        if !line.is_empty() && !line.starts_with(&format!("{start} {control} |")) {
            println!(
                "SKIP {}: unprotected it {control} here; written: {line}",
                row.name
            );
            foreign.push(row.name);
        }
        problems.push((row.name, format!("is {text}; written is {line}")));
    }
    for role in Role::ALL {
        for attack in attacks::all() {
            let start = format!("| {role} | {} |", attack.name);
            let line = written.lines().find(|line| line.starts_with(&start));
            let mut rows = matrix.role_rows.iter();
            let row = rows.find(|row| row.role == role && row.attack.name == attack.name);
            let (line, text) = (
                line.unwrap_or(""),
                row.map(RoleRow::text).unwrap_or_default(),
            );
            if line != text {
                problems.push((attack.name, format!("is {text:?}; written is {line:?}")));
            }
        }
    }
    (problems, foreign)
}

/// What an ordinary user never has.
fn heading() -> &'static str {
    if is_ordinary() { AS_USER } else { AS_ROOT }
}

/// The part of the file below that heading.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let (_, rest) = text.split_once(heading).unwrap_or(("", ""));
    rest.split_once("\n## ").map_or(rest, |(part, _)| part)
}

/// `--print-matrix`: the tables of the user that runs it.
pub fn print_main() -> ExitCode {
    raise_descriptor_limit();
    let matrix = Matrix::make();
    crate::harness::remove_groups();
    print!("{}", matrix.text());
    for problem in matrix.problems() {
        eprintln!("PROBLEM: {problem:?}");
    }
    ExitCode::SUCCESS
}

/// `--write-matrix`: the file, with the tables of both users. Only root can be both.
pub fn write_main() -> ExitCode {
    use std::os::unix::process::CommandExt;
    if is_ordinary() {
        println!("--write-matrix needs root, to make the tables of both users");
        return ExitCode::FAILURE;
    }
    let run = |command: &mut Command| {
        let output = command.arg("--print-matrix").current_dir("/").output();
        let output = output.expect("this program can be run");
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "the tables could not be made");
        String::from_utf8(output.stdout).expect("it prints UTF-8")
    };
    let root = run(&mut Command::new("/proc/self/exe"));
    let user = run(Command::new("/proc/self/exe").uid(65_534).gid(65_534));
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").expect("a kernel");
    let (kernel, tier) = (kernel.trim(), SUPPORT.tier());
    let text = format!(
        "{INTRODUCTION}\nMade on Linux {kernel}, tier {tier}.\n\n{AS_ROOT}\n{root}\n{AS_USER}\n\
         {user}"
    );
    std::fs::write(PATH, text).expect("the file can be written");
    println!("wrote {PATH}");
    ExitCode::SUCCESS
}

/// So that the limit of the renderer is the lower one by far.
fn raise_descriptor_limit() {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: one valid slot, read after it was filled in.
    unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit);
        limit.rlim_cur = limit.rlim_max;
        libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit);
    }
}

fn leaving_off_is_noticed() {
    for layer in Mandatory::ALL {
        let mut support = SUPPORT.clone();
        support.leave_off(layer);
        let child = TestChild::launch_with(Role::Renderer, &support, "idle").sealed();
        let report = child.report(&support);
        assert!(!report.is_sufficient(), "{layer:?}: {report}");
    }
}

fn errno_name(errno: i32) -> String {
    let name = match errno {
        libc::EACCES => "EACCES",
        libc::EAFNOSUPPORT => "EAFNOSUPPORT",
        libc::EAGAIN => "EAGAIN",
        libc::EINVAL => "EINVAL",
        libc::EIO => "EIO",
        libc::ENOENT => "ENOENT",
        libc::ENOSYS => "ENOSYS",
        libc::EPERM => "EPERM",
        libc::ESRCH => "ESRCH",
        other => return format!("errno {other}"),
    };
    name.to_owned()
}

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sandbox-matrix.md");
const WRITTEN: &str = include_str!("../../../../docs/sandbox-matrix.md");
const AS_ROOT: &str = "## Started by root\n";
const AS_USER: &str = "## Started by an ordinary user\n";
const INTRODUCTION: &str = include_str!("matrix-introduction.md");
