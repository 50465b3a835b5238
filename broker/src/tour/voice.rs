//! The tour in words, on standard output.

use crate::output::terminal::say;
use crate::tour::board::{Board, Status};
use crate::tour::guide::Change;
use crate::tour::stops::ALL;

/// Says what has changed.
pub fn tell(board: &Board, change: Change) {
    let (Some(shown), Some(stop)) = (board.stops.get(board.at), ALL.get(board.at)) else {
        return;
    };
    match change {
        Change::Shown => {
            say!("\n{}/{}  {}", board.at + 1, ALL.len(), stop.title);
            say!("   {}", stop.look);
            say!("   Source: {}", stop.source);
        }
        Change::Begun => {}
        Change::Remark => {
            if let Some(remark) = board.remarks.back() {
                say!("   ! {remark}");
            }
        }
        Change::Done if shown.status == Status::Skipped => say!("   left out"),
        Change::Done => {
            for claim in &shown.claims {
                let mark = if claim.holds { "✓" } else { "✗" };
                say!("   {mark} {}", claim.text);
                for seen in &claim.evidence {
                    say!("       {seen}");
                }
            }
            if let Some(problem) = &shown.problem {
                say!("   ✗ {problem}");
            }
        }
        Change::Over => say!("\n{}", summary(board)),
    }
}

/// What came of the tour, in one or two sentences.
pub fn summary(board: &Board) -> String {
    let count = |status| board.stops.iter().filter(|it| it.status == status).count();
    let (held, skipped) = (count(Status::Held), count(Status::Skipped));
    let mut text = format!(
        "The tour is complete: {held} of {} stops held",
        board.stops.len()
    );
    if skipped > 0 {
        text += &format!(", {skipped} left out");
    }
    if board.failures > 0 {
        text += &format!(", {} failed", board.failures);
    }
    if board.strangers > 0 {
        text += &format!("; deaths by another hand: {}", board.strangers);
    }
    text + "."
}

/// Says which keys there are.
pub fn prompt(is_done: bool) {
    let next = if is_done { "next stop" } else { "do it" };
    say!("   [Enter] {next}   a again   b back   s skip   q quit");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_what_failed_and_what_was_left_out() {
        let mut board = Board::default();
        board.begin(3);
        board.stops[0].status = Status::Held;
        board.stops[1].status = Status::Skipped;
        (board.failures, board.strangers) = (1, 2);
        assert_eq!(
            summary(&board),
            "The tour is complete: 1 of 3 stops held, 1 left out, 1 failed; deaths by another \
             hand: 2."
        );
    }
}
