//! The figures: a table for people, JSON for programs, and what is a gross loss.

use serde_json::{Value, json};
use std::path::Path;

/// How many times the goal is a gross loss.
const GROSS: f64 = 2.0;

/// What a figure should be.
#[derive(Clone, Copy)]
pub enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// This many times Chromium's figure, at most.
    Chromium(f64),
    None,
}

/// One line of the table.
pub struct Figure {
    pub what: String,
    pub unit: &'static str,
    pub goal: Goal,
    pub ours: f64,
    pub chromium: Option<f64>,
}

impl Figure {
    fn ratio(&self) -> Option<f64> {
        Some(self.ours / self.chromium.filter(|&figure| figure > 0.0)?)
    }

    /// Whether the goal is missed by a factor of two, and not because the machine is so busy that
    /// Chromium misses it as well.
    pub fn is_gross_loss(&self) -> bool {
        let ratio = self.ratio();
        match self.goal {
            Goal::AtLeast(goal) => {
                self.ours < goal / GROSS && ratio.is_none_or(|ratio| ratio < 1.0 / GROSS)
            }
            Goal::AtMost(goal) => {
                self.ours > goal * GROSS && ratio.is_none_or(|ratio| ratio > GROSS)
            }
            Goal::Chromium(times) => ratio.is_some_and(|ratio| ratio > times * GROSS),
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
            "chromium": self.chromium, "ratio": self.ratio(),
        })
    }
}

/// The head of the table.
pub fn print_head() {
    println!(
        "{:52}{:>9}{:>10}{:>10}{:>8}",
        "", "goal", "ours", "Chromium", "ratio"
    );
}

/// One line of the table.
pub fn print(figure: &Figure) {
    let or_dash = |number: Option<f64>| {
        number.map_or_else(|| "-".to_owned(), |number| format!("{number:.2}"))
    };
    println!(
        "{:52}{:>9}{:>10.2}{:>10}{:>8}",
        format!("{}, {}", figure.what, figure.unit),
        figure.goal_text(),
        figure.ours,
        or_dash(figure.chromium),
        or_dash(figure.ratio()),
    );
}

/// Writes all figures, with the machine's load before and after.
pub fn write_json(path: &Path, figures: &[Figure], loads: [String; 2]) {
    let figures: Vec<Value> = figures.iter().map(Figure::json).collect();
    let document = json!({ "load": loads, "figures": figures });
    let text = serde_json::to_string_pretty(&document).expect("plain data");
    std::fs::write(path, text + "\n").expect("the file can be written");
}
