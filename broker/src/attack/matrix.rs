//! What the knock-out matrix says of an attack: the tables that a test of the sandbox writes from
//! what really happened, read from the very file that it writes.
//!
//! Never: knows a layer or an attack by itself.

/// The file, as the program was built.
const MATRIX: &str = include_str!("../../../docs/sandbox-matrix.md");
/// The layer that is asked first, because the kernel asks it before the call begins.
const FIRST: &str = "filter";

/// Which layers stop an attack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layers {
    /// Whether the filter of system calls does.
    pub has_filter: bool,
    /// Those that each stop it alone, without the filter.
    pub others: Vec<&'static str>,
    /// Which stop it together where none does alone; or why there are none.
    pub remark: &'static str,
}

/// What the matrix says of the attack of that row, in the table of the user who runs this.
pub fn layers_of(row: &str) -> Option<Layers> {
    let user = if nix::unistd::geteuid().is_root() {
        "root"
    } else {
        "an ordinary user"
    };
    read(MATRIX, user, row)
}

fn read(text: &'static str, user: &str, row: &str) -> Option<Layers> {
    let heading = format!("## Started by {user}\n");
    let start = text.find(&heading)? + heading.len();
    let section = text[start..].split("\n## ").next()?;
    let mut rows = section.lines().filter(|line| line.starts_with('|'));
    let names: Vec<&str> = cells(rows.next()?).collect();
    let found = rows.find(|line| cells(line).next() == Some(row))?;
    let stopping = names.into_iter().zip(cells(found)).skip(2);
    let stopping = stopping.filter(|(_, cell)| matches!(*cell, "yes" | "only"));
    let stopping: Vec<&str> = stopping.map(|(name, _)| name).collect();
    Some(Layers {
        has_filter: stopping.contains(&FIRST),
        others: stopping.into_iter().filter(|name| *name != FIRST).collect(),
        remark: remark_on(section, row).unwrap_or(""),
    })
}

/// The cells of a row of a table.
fn cells(line: &'static str) -> impl Iterator<Item = &'static str> {
    line.trim_matches('|').split('|').map(str::trim)
}

/// What stands behind the name of the attack in the lists below the tables.
fn remark_on(section: &'static str, row: &str) -> Option<&'static str> {
    let mut items = section.lines().filter_map(|line| line.strip_prefix("- "));
    items.find_map(|item| {
        let (names, remark) = item.split_once(": ")?;
        names.split(", ").any(|name| name == row).then_some(remark)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "\
# The matrix
## Started by root

| attack | unprotected | filter | Landlock | limits |
|---|---|---|---|---|
| open | succeeds | yes | yes |  |
| dup | succeeds | only |  |  |
| fork | succeeds | yes |  | with others |
| bomb | succeeds |  |  | yes |

Stopped by one layer alone:

- fork: limits + own uid

Stopped by fewer than two layers:

- pipe, dup: Reaches nothing else.

## Started by an ordinary user

| attack | unprotected | filter | Landlock | limits |
|---|---|---|---|---|
| open | succeeds | yes |  | – |
";

    fn of(user: &str, row: &str) -> Option<(bool, Vec<&'static str>, &'static str)> {
        let layers = read(SAMPLE, user, row)?;
        Some((layers.has_filter, layers.others, layers.remark))
    }

    #[test]
    fn a_row_says_which_layers_stop_its_attack() {
        assert_eq!(of("root", "open"), Some((true, vec!["Landlock"], "")));
        assert_eq!(of("root", "bomb"), Some((false, vec!["limits"], "")));
        let dup = (true, vec![], "Reaches nothing else.");
        assert_eq!(of("root", "dup"), Some(dup));
        assert_eq!(of("root", "fork"), Some((true, vec![], "limits + own uid")));
        assert_eq!(of("an ordinary user", "open"), Some((true, vec![], "")));
    }

    #[test]
    fn what_is_not_there_is_not_made_up() {
        assert_eq!(of("root", "shout"), None);
        assert_eq!(of("an ordinary user", "dup"), None);
        assert_eq!(of("nobody", "open"), None);
    }

    #[test]
    fn the_real_matrix_has_both_tables() {
        for user in ["root", "an ordinary user"] {
            let execve = read(MATRIX, user, "execve").expect("it is there");
            assert!(execve.has_filter, "{user}");
            assert!(execve.others.contains(&"Landlock"), "{user}");
        }
    }
}
