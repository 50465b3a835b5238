//! The figures of a bench: a table for people, JSON for programs, and what is a gross loss.

use serde_json::{Value, json};
use std::path::Path;

/// How many times the goal is a gross loss.
const GROSS: f64 = 2.0;

/// What a figure should be.
#[derive(Clone, Copy)]
pub enum Goal {
    /// This much or more.
    AtLeast(f64),
    /// This much or less.
    AtMost(f64),
    /// This many times Chromium's figure, at most.
    Chromium(f64),
    /// It only informs.
    None,
}

/// One line of the table.
pub struct Figure {
    /// What was measured.
    pub what: String,
    /// In what.
    pub unit: &'static str,
    /// What `ours`, or its ratio, should be.
    pub goal: Goal,
    /// The median of our browser.
    pub ours: f64,
    /// The median of Chromium, where there is one.
    pub chromium: Option<f64>,
    /// What this machine takes for the least that the figure needs.
    pub limit: Option<f64>,
    /// Ours by Chromium's, where each round has its own pair: the median of the pairs' ratios.
    /// Without it the ratio is that of the two figures.
    pub paired: Option<f64>,
}

impl Figure {
    fn ratio(&self) -> Option<f64> {
        let of_figures = || Some(self.ours / self.chromium.filter(|&figure| figure > 0.0)?);
        self.paired.or_else(of_figures)
    }

    /// Whether the goal is missed by a factor of two, and not because the machine is so busy that
    /// Chromium misses it as well. A goal below Chromium's figure is missed so where Chromium is
    /// faster: how far ahead we are depends on the machine (decision 0029).
    pub fn is_gross_loss(&self) -> bool {
        let ratio = self.ratio();
        match self.goal {
            Goal::AtLeast(goal) => {
                self.ours < goal / GROSS && ratio.is_none_or(|ratio| ratio < 1.0 / GROSS)
            }
            Goal::AtMost(goal) => {
                self.ours > goal * GROSS && ratio.is_none_or(|ratio| ratio > GROSS)
            }
            Goal::Chromium(times) => ratio.is_some_and(|ratio| ratio > (times * GROSS).max(1.0)),
            Goal::None => false,
        }
    }

    fn goal_text(&self) -> String {
        match self.goal {
            Goal::AtLeast(goal) => format!(">= {goal}"),
            Goal::AtMost(goal) => format!("<= {goal}"),
            Goal::Chromium(times) => format!("<= {times} x"),
            Goal::None => String::new(),
        }
    }

    fn json(&self) -> Value {
        json!({
            "what": self.what, "unit": self.unit, "goal": self.goal_text(), "ours": self.ours,
            "chromium": self.chromium, "ratio": self.ratio(), "limit": self.limit,
        })
    }
}

/// The head of the table.
pub fn print_head() {
    println!(
        "{:52}{:>9}{:>10}{:>10}{:>8}{:>9}",
        "", "goal", "ours", "Chromium", "ratio", "limit"
    );
}

/// One line of the table.
pub fn print(figure: &Figure) {
    let or_dash = |number: Option<f64>| {
        number.map_or_else(|| "-".to_owned(), |number| format!("{number:.2}"))
    };
    println!(
        "{:52}{:>9}{:>10.2}{:>10}{:>8}{:>9}",
        format!("{}, {}", figure.what, figure.unit),
        figure.goal_text(),
        figure.ours,
        or_dash(figure.chromium),
        or_dash(figure.ratio()),
        or_dash(figure.limit),
    );
}

/// Writes all figures, with the machine's load before and after.
pub fn write_json(path: &Path, figures: &[Figure], loads: [String; 2]) {
    let figures: Vec<Value> = figures.iter().map(Figure::json).collect();
    let document = json!({ "load": loads, "figures": figures });
    let text = serde_json::to_string_pretty(&document).expect("plain data");
    std::fs::write(path, text + "\n").expect("the file can be written");
}

/// Measures again while a figure is a gross loss, at most so often, and keeps of each figure the
/// first that is none. Prints and answers the figures.
pub fn best_of(tries: usize, mut measure: impl FnMut() -> Vec<Figure>) -> Vec<Figure> {
    let mut figures = measure();
    for _ in 1..tries {
        if !figures.iter().any(Figure::is_gross_loss) {
            break;
        }
        println!("once more: a figure was a gross loss");
        for (figure, again) in figures.iter_mut().zip(measure()) {
            if figure.is_gross_loss() {
                *figure = again;
            }
        }
    }
    figures.iter().for_each(print);
    figures
}

/// The middle one.
pub fn median(values: Vec<f64>) -> f64 {
    share(&values, 0.5)
}

/// The value that this share of all is not above.
pub fn share(values: &[f64], fraction: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len() as f64 * fraction).ceil() as usize;
    sorted[at.clamp(1, sorted.len()) - 1]
}

/// How busy the machine is.
pub fn load() -> String {
    std::fs::read_to_string("/proc/loadavg")
        .unwrap_or_default()
        .trim()
        .to_owned()
}
