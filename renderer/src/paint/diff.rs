//! Which pixels two drawings may paint differently.
//!
//! Commands of the two drawings are paired in order: each pair looks the same at the same place. A
//! pixel that only paired commands touch is painted by the same sequence in both, so it is equal.

use crate::paint::list::Item;
use crate::paint::pixels::{holds, moved};
use protocol::geometry::Rect;
use shm::Shift;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Fractions of a pixel that count as equal after a move; exact arithmetic would tell apart what
/// differs by rounding alone.
const PLACE_STEPS: f64 = 65536.0;

/// The commands without a partner, by index.
#[derive(Debug, Default)]
pub(crate) struct Unpaired {
    pub(crate) old: Vec<usize>,
    pub(crate) new: Vec<usize>,
}

/// What a command must share with its partner. Without a shift, the place is compared exactly.
fn key(item: &Item, shift: Option<Shift>, is_old: bool) -> u64 {
    let mut hash = DefaultHasher::new();
    let Some(Shift { area, by }) = shift else {
        (item.look, item.place.0.to_bits(), item.place.1.to_bits()).hash(&mut hash);
        return hash.finish();
    };
    if holds(item.even, area) {
        return item.even_look;
    }
    let (dx, dy) = if is_old { by } else { (0, 0) };
    let step = |place: f64, by: i32| ((place + f64::from(by)) * PLACE_STEPS).round() as i64;
    (item.look, step(item.place.0, dx), step(item.place.1, dy)).hash(&mut hash);
    hash.finish()
}

/// The keys and indices of the commands that matter: all, or with a shift those that can be seen in
/// its area.
fn keys(items: &[Item], shift: Option<Shift>, is_old: bool) -> Vec<(u64, usize)> {
    let hides_all = |item: &Item, area| item.is_opaque && holds(item.even, area);
    let first =
        shift.and_then(|Shift { area, .. }| items.iter().rposition(|item| hides_all(item, area)));
    let is_meant =
        |item: &Item| shift.is_none_or(|shift| !item.bounds.intersect(shift.area).is_empty());
    let all = items.iter().enumerate().skip(first.unwrap_or(0));
    all.filter(|(_, item)| is_meant(item))
        .map(|(index, item)| (key(item, shift, is_old), index))
        .collect()
}

/// Pairs the commands of two drawings as far as they agree; with a shift, those that touch its
/// area, as if the old ones had moved.
pub(crate) fn unpaired(old: &[Item], new: &[Item], shift: Option<Shift>) -> Unpaired {
    let (old, new) = (keys(old, shift, true), keys(new, shift, false));
    let same = |((a, _), (b, _)): &(&(u64, usize), &(u64, usize))| a == b;
    let head = old.iter().zip(&new).take_while(same).count();
    let (old, new) = (&old[head..], &new[head..]);
    let tail = old.iter().rev().zip(new.iter().rev());
    let tail = tail.take_while(same).count();
    let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
    let mut result = Unpaired::default();
    let pairs = pairs(old, new);
    let mut partners = pairs.iter().peekable();
    for (at, (_, index)) in new.iter().enumerate() {
        if partners.next_if(|pair| pair.1 == at).is_none() {
            result.new.push(*index);
        }
    }
    let mut partners = pairs.iter().peekable();
    for (at, (_, index)) in old.iter().enumerate() {
        if partners.next_if(|pair| pair.0 == at).is_none() {
            result.old.push(*index);
        }
    }
    result
}

/// Positions of equal keys in both, rising in both: the n-th of a key with the n-th, and of those
/// pairs the longest run that is in order.
fn pairs(old: &[(u64, usize)], new: &[(u64, usize)]) -> Vec<(usize, usize)> {
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, (key, _)) in old.iter().enumerate().rev() {
        places.entry(*key).or_default().push(at);
    }
    let candidates: Vec<(usize, usize)> = new
        .iter()
        .enumerate()
        .filter_map(|(at, (key, _))| Some((places.get_mut(key)?.pop()?, at)))
        .collect();
    longest_rising(&candidates)
}

/// The longest selection whose first numbers rise; the second ones do already.
fn longest_rising(candidates: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The end of the best selection of each length, and what stands before each in its selection.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(candidates.len());
    for (index, (value, _)) in candidates.iter().enumerate() {
        let length = ends.partition_point(|&end| candidates[end].0 < *value);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(index);
        } else {
            ends[length] = index;
        }
    }
    let mut selected = Vec::with_capacity(ends.len());
    let mut at = ends.last().copied();
    while let Some(index) = at {
        selected.push(candidates[index]);
        at = before[index];
    }
    selected.reverse();
    selected
}

/// The pixels that the commands without a partner may touch; with a shift, those of its area.
pub(crate) fn touched<'a>(
    unpaired: &'a Unpaired,
    old: &'a [Item],
    new: &'a [Item],
    shift: Option<Shift>,
) -> impl Iterator<Item = Rect> + 'a {
    let new = unpaired.new.iter().map(|&index| new[index].bounds);
    let new = new.map(move |rect| shift.map_or(rect, |shift| rect.intersect(shift.area)));
    let old = unpaired.old.iter().map(|&index| old[index].bounds);
    let old = old.map(move |rect| match shift {
        Some(Shift { area, by }) => moved(rect.intersect(area), by, area),
        None => rect,
    });
    new.chain(old).filter(|rect| !rect.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_run_in_order_is_kept() {
        let candidates: Vec<(usize, usize)> = [4, 0, 5, 1, 2, 6, 3]
            .into_iter()
            .enumerate()
            .map(|(at, value)| (value, at))
            .collect();
        let kept: Vec<usize> = longest_rising(&candidates).iter().map(|p| p.0).collect();
        assert_eq!(kept, [0, 1, 2, 3]);
        assert!(longest_rising(&[]).is_empty());
    }
}
