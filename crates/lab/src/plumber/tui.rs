//! The Plumber in a terminal: a picture of the pipe and its ends, and a key for every step.
//!
//! Owns: the terminal while it runs, and restores it afterwards.

use super::engine::Plumbing;
use super::snapshot::{EndView, Snapshot, bytes};
use super::step::{BUTTONS, STEP_BYTES_MAX, Step};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use ratatui::Frame;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use ratatui::layout::{Alignment, Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Gauge, Paragraph, Wrap};
use std::io::{self, IsTerminal};
use std::time::Duration;

/// Time between two looks while no key is pressed.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const WIDTH_MIN: u16 = 80;
const HEIGHT_MIN: u16 = 24;

/// Runs until the user quits or a signal ends it.
pub(super) fn run(mut plumbing: Plumbing) -> io::Result<()> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(io::Error::other(
            "standard input and output must be a terminal; without one, use --plain, which reads \
             one step per line",
        ));
    }
    let mut mask = SigSet::empty();
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        mask.add(signal);
    }
    mask.thread_block()?;
    let signals = SignalFd::with_flags(&mask, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)?;
    let mut terminal = ratatui::try_init()?;
    let result = loop {
        let snapshot = plumbing.snapshot();
        if let Err(error) = terminal.draw(|frame| draw(frame, &snapshot)) {
            break Err(error);
        }
        if matches!(signals.read_signal(), Ok(Some(_))) {
            break Ok(());
        }
        match next_key() {
            Ok(Some(Pressed::Quit)) => break Ok(()),
            Ok(Some(Pressed::Step(step))) => plumbing.take(step),
            Ok(Some(Pressed::Double)) => resize(&mut plumbing, &snapshot, |bytes| bytes * 2),
            Ok(Some(Pressed::Halve)) => resize(&mut plumbing, &snapshot, |bytes| bytes / 2),
            Ok(None) => {}
            Err(error) => break Err(error),
        }
    };
    ratatui::restore();
    result
}

enum Pressed {
    Step(Step),
    Double,
    Halve,
    Quit,
}

fn next_key() -> io::Result<Option<Pressed>> {
    if !event::poll(LOOK_EVERY)? {
        return Ok(None);
    }
    let Event::Key(key) = event::read()? else {
        return Ok(None);
    };
    if key.kind == KeyEventKind::Release {
        return Ok(None);
    }
    let KeyCode::Char(character) = key.code else {
        return Ok((key.code == KeyCode::Esc).then_some(Pressed::Quit));
    };
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return Ok((character == 'c').then_some(Pressed::Quit));
    }
    Ok(match character.to_ascii_lowercase() {
        'q' => Some(Pressed::Quit),
        '+' => Some(Pressed::Double),
        '-' => Some(Pressed::Halve),
        character => BUTTONS
            .iter()
            .find(|button| button.key == character)
            .map(|button| Pressed::Step(button.step)),
    })
}

fn resize(plumbing: &mut Plumbing, snapshot: &Snapshot, to: impl Fn(u64) -> u64) {
    if let Some(pipe) = snapshot.pipe {
        let bytes = to(pipe.capacity).clamp(1, u64::from(STEP_BYTES_MAX));
        plumbing.take(Step::Resize(u32::try_from(bytes).unwrap_or(1)));
    }
}

fn draw(frame: &mut Frame<'_>, snapshot: &Snapshot) {
    let area = frame.area();
    if area.width < WIDTH_MIN || area.height < HEIGHT_MIN {
        let text = format!(
            "The Plumber needs {WIDTH_MIN}×{HEIGHT_MIN} characters; here are {}×{}. Enlarge the \
             terminal, or press q.",
            area.width, area.height
        );
        frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
        return;
    }
    let [title, headline, ends, gauge, remark, _, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(2),
        Constraint::Length(7),
        Constraint::Length(3),
        Constraint::Length(4),
        Constraint::Fill(1),
        Constraint::Length(7),
    ])
    .areas(area);
    let name = Line::from(" The Plumber: a pipe between two processes ")
        .bold()
        .reversed();
    frame.render_widget(name, title);
    frame.render_widget(
        Paragraph::new(snapshot.headline())
            .bold()
            .alignment(Alignment::Center),
        headline,
    );
    let [writer, arrow, reader] = Layout::horizontal([
        Constraint::Fill(1),
        Constraint::Length(4),
        Constraint::Fill(1),
    ])
    .areas(ends);
    draw_end(frame, writer, "writer", "write", &snapshot.writer);
    frame.render_widget(Paragraph::new("\n\n\n ──▶").dim(), arrow);
    draw_end(frame, reader, "reader", "read", &snapshot.reader);
    draw_pipe(frame, gauge, snapshot);
    draw_remark(frame, remark, snapshot);
    draw_keys(frame, keys);
}

fn draw_end(frame: &mut Frame<'_>, area: Rect, name: &str, verb: &str, end: &EndView) {
    let colour = match &end.sight {
        None => Color::Red,
        Some(sight) if sight.letter == 'R' => Color::Green,
        Some(_) => Color::Yellow,
    };
    let lines = vec![
        Line::from(Span::styled(
            end.state(),
            Style::new().fg(colour).add_modifier(Modifier::BOLD),
        )),
        Line::from(end.plan(verb)),
        Line::from(format!("{} in all", bytes(end.bytes))),
        Line::from(format!("last: {}", end.last)).dim(),
    ];
    let block = Block::bordered().title(format!(" {name}, pid {} ", end.pid));
    let text = Paragraph::new(lines).wrap(Wrap { trim: true }).block(block);
    frame.render_widget(text, area);
}

fn draw_pipe(frame: &mut Frame<'_>, area: Rect, snapshot: &Snapshot) {
    let colour = if snapshot.is_writer_asleep() {
        Color::Red
    } else {
        Color::Blue
    };
    let gauge = Gauge::default()
        .block(Block::bordered().title(" the buffer in the kernel "))
        .gauge_style(Style::new().fg(colour))
        .ratio(snapshot.share())
        .label(snapshot.filling());
    frame.render_widget(gauge, area);
}

fn draw_remark(frame: &mut Frame<'_>, area: Rect, snapshot: &Snapshot) {
    let sigpipe = if snapshot.is_sigpipe_ignored {
        "The writer ignores SIGPIPE: its next write without a reader gets EPIPE."
    } else {
        "SIGPIPE ends the writer, as by default."
    };
    let mut lines = vec![Line::from(sigpipe).dim()];
    if snapshot.remark.is_empty() {
        lines.push(Line::from(snapshot.explanation()));
    } else {
        lines.push(Line::from(snapshot.remark.clone()).fg(Color::Red));
    }
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: true }), area);
}

fn draw_keys(frame: &mut Frame<'_>, area: Rect) {
    let named = BUTTONS.iter().map(|button| (button.key, button.label));
    let mut labels: Vec<(char, &str)> = named.collect();
    labels.extend([('+', "double the buffer"), ('-', "halve it"), ('q', "quit")]);
    let lines: Vec<Line<'_>> = labels
        .chunks(4)
        .map(|row| {
            row.iter()
                .flat_map(|(key, label)| {
                    [
                        Span::from(format!(" {key} ")).reversed(),
                        Span::from(format!(" {label:<15}")),
                    ]
                })
                .collect()
        })
        .collect();
    frame.render_widget(
        Paragraph::new(lines).block(Block::bordered().title(" keys ")),
        area,
    );
}
