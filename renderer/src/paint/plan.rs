//! What makes the last picture into the next one: what is moved, and what is painted.

use crate::paint::diff::{self, Unpaired};
use crate::paint::list::{DisplayList, Item};
use crate::paint::pixels::{area, holds, moved, without};
use protocol::geometry::{Rect, Size};
use shm::{Damage, Shift};
use std::collections::HashMap;

/// Painting less than this share of the surface is not worth a search for what has moved.
const SMALL_SHARE: u64 = 12;
/// A move must save at least one in so many of the pixels that would be painted without it.
const SAVING_SHARE: u64 = 4;
/// Rectangles that are painted apart, at most: each costs a walk through the drawing.
const RECTS_MAX: usize = 6;
/// The painter works in blocks of so many pixels; whole blocks look exactly as in a whole paint.
const BLOCK: u32 = 4;
/// Moves that are tried, most likely first.
const TRIES: usize = 2;

/// From the last picture to the next.
#[derive(Debug, PartialEq)]
pub(crate) enum Plan {
    /// They are equal.
    Nothing,
    /// The move first, then the painting.
    Parts(Option<Shift>, Vec<Rect>),
    /// Nothing of the last picture can be used.
    Whole,
}

/// What makes the picture of `old` into that of `new`.
pub(crate) fn plan(old: &DisplayList, new: &DisplayList) -> Plan {
    if old.size() != new.size() {
        return Plan::Whole;
    }
    let size = new.size();
    let (old, new) = (old.items(), new.items());
    let apart = diff::unpaired(old, new, None);
    let changed: Vec<Rect> = diff::touched(&apart, old, new, None).collect();
    if changed.is_empty() {
        return Plan::Nothing;
    }
    let rects = gathered(changed.iter().copied(), size);
    let cost = painted(&rects);
    let whole = area(Rect::from_size(size));
    let best = if cost * SMALL_SHARE < whole {
        None
    } else {
        shifts(&apart, old, new, size)
            .into_iter()
            .map(|shift| (shift, after_shift(shift, &changed, old, new, size)))
            .min_by_key(|(_, rects)| painted(rects))
            .filter(|(_, rects)| painted(rects) < cost - cost / SAVING_SHARE)
    };
    match best {
        Some((shift, rects)) => Plan::Parts(Some(shift), rects),
        None if cost >= whole - whole / SAVING_SHARE => Plan::Whole,
        None => Plan::Parts(None, rects),
    }
}

/// What is to be painted once `shift` is done.
fn after_shift(
    shift: Shift,
    changed: &[Rect],
    old: &[Item],
    new: &[Item],
    size: Size,
) -> Vec<Rect> {
    let outside = changed.iter().flat_map(|&rect| without(rect, shift.area));
    let uncovered = without(shift.area, moved(shift.area, shift.by, shift.area));
    let apart = diff::unpaired(old, new, Some(shift));
    let inside = diff::touched(&apart, old, new, Some(shift));
    gathered(outside.chain(uncovered).chain(inside), size)
}

/// The moves that would pair most of the commands without a partner.
fn shifts(apart: &Unpaired, old: &[Item], new: &[Item], size: Size) -> Vec<Shift> {
    let mut looks: HashMap<u64, Option<usize>> = HashMap::new();
    for &index in &apart.old {
        // One that occurs twice says nothing.
        looks
            .entry(old[index].look)
            .and_modify(|seen| *seen = None)
            .or_insert(Some(index));
    }
    let mut votes: HashMap<(i32, i32), (usize, HashMap<Rect, usize>)> = HashMap::new();
    for &index in &apart.new {
        let item = &new[index];
        let Some(&Some(from)) = looks.get(&item.look) else {
            continue;
        };
        let Some(by) = whole_pixels(old[from].place, item.place) else {
            continue;
        };
        let (count, areas) = votes.entry(by).or_default();
        *count += 1;
        *areas.entry(item.clear).or_default() += 1;
    }
    let most = votes.into_iter().max_by_key(|(_, (count, _))| *count);
    let Some((by, (_, areas))) = most else {
        return Vec::new();
    };
    let mut areas: Vec<(Rect, usize)> = areas.into_iter().collect();
    areas.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let whole = Rect::from_size(size);
    let likely = areas.into_iter().map(|(area, _)| area);
    let is_useful = |area: &Rect| {
        let fits = |by: i32, length: u32| by.unsigned_abs() < length;
        fits(by.0, area.width) && fits(by.1, area.height)
    };
    likely
        .filter(|&area| area != whole)
        .take(TRIES)
        .chain([whole])
        .filter(is_useful)
        .map(|area| Shift { area, by })
        .collect()
}

/// The way from one place to another, if it is one in whole pixels.
fn whole_pixels(from: (f64, f64), to: (f64, f64)) -> Option<(i32, i32)> {
    const NEAR: f64 = 1.0 / 65536.0;
    let whole = |way: f64| {
        let rounded = way.round();
        let is_whole = (way - rounded).abs() < NEAR && rounded.abs() < f64::from(i32::MAX);
        is_whole.then_some(rounded as i32)
    };
    let by = (whole(to.0 - from.0)?, whole(to.1 - from.1)?);
    (by != (0, 0)).then_some(by)
}

/// The rectangles in whole blocks, those united that cost less together.
fn gathered(rects: impl Iterator<Item = Rect>, size: Size) -> Vec<Rect> {
    let mut damage = Damage::none();
    for rect in rects.filter(|rect| !rect.is_empty()) {
        damage.add(in_blocks(rect, size));
    }
    let mut rects = damage.as_slice().to_vec();
    while let Some((a, b)) = cheapest_union(&rects) {
        let union = rects[a].union(rects[b]);
        rects.swap_remove(b);
        rects[a] = union;
    }
    // A rectangle inside another has been united with it.
    debug_assert!(
        rects
            .iter()
            .enumerate()
            .all(|(n, a)| rects.iter().skip(n + 1).all(|b| !holds(*a, *b)))
    );
    rects
}

/// The pair of rectangles to unite next: one that costs nothing to unite, or any if there are too
/// many.
fn cheapest_union(rects: &[Rect]) -> Option<(usize, usize)> {
    let pairs = (0..rects.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
    let growth = |&(a, b): &(usize, usize)| {
        let apart = area(rects[a]) + area(rects[b]);
        area(rects[a].union(rects[b])) as i64 - apart as i64
    };
    // A pass over the drawing costs about as much as some thousand pixels.
    const PASS_PIXELS: i64 = 4096;
    pairs
        .min_by_key(growth)
        .filter(|pair| growth(pair) <= PASS_PIXELS || rects.len() > RECTS_MAX)
}

fn in_blocks(rect: Rect, size: Size) -> Rect {
    let (left, top) = (rect.x / BLOCK * BLOCK, rect.y / BLOCK * BLOCK);
    let right = rect.right().next_multiple_of(BLOCK).min(size.width);
    let bottom = rect.bottom().next_multiple_of(BLOCK).min(size.height);
    Rect::new(left, top, right - left, bottom - top)
}

fn painted(rects: &[Rect]) -> u64 {
    rects.iter().map(|&rect| area(rect)).sum()
}
