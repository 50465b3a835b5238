//! What the flight rings and the kernel say of what a stop has done, in words.

use crate::rings::history::{Entry, Party};
use crate::tour::guide::Halt;
use crate::tour::stage::Stage;
use flight::Kind;

impl Stage<'_> {
    /// What all rings hold since the stop began.
    pub fn history(&self) -> Vec<Entry> {
        self.browser.children.rings.history(self.since_ns)
    }

    /// Looks until the rings hold a message of that name between these two, sent and received, the
    /// last one first.
    pub fn message(&mut self, name: &str, from: Party, to: Party) -> Result<Option<Entry>, Halt> {
        self.look(|stage| {
            let mut entries = stage.history().into_iter().rev();
            entries.find(|it| {
                let is_sent = it.kind == Kind::Sent && it.way_ns.is_some();
                is_sent && it.name == name && it.by == from && it.with == Some(to)
            })
        })
    }

    /// Role and process id.
    pub fn name_of(&self, party: Party) -> String {
        if party == Party::BROKER {
            return "broker".to_owned();
        }
        let mut children = self.browser.children.values();
        let child = children.find(|child| u32::try_from(child.pid) == Ok(party.0));
        child.map_or_else(
            || format!("process {}", party.0),
            |child| format!("{} {}", child.role, child.pid),
        )
    }

    /// A message as evidence.
    pub fn told(&self, entry: &Entry) -> String {
        let by = self.name_of(entry.by);
        let with = entry.with.map(|with| self.name_of(with));
        let way = entry
            .way_ns
            .map(|ns| format!(", {} on the way", micros(ns)));
        format!(
            "{by} → {}: {}, {}, {}{}",
            with.unwrap_or_else(|| "nobody".to_owned()),
            entry.name,
            counted(u64::from(entry.bytes), "byte"),
            counted(u64::from(entry.handles), "descriptor"),
            way.unwrap_or_default()
        )
    }

    /// The messages of these names between these two, as one claim: each was sent and received, in
    /// that order.
    pub fn claim_messages(
        &mut self,
        text: &str,
        wanted: &[(&str, Party, Party)],
    ) -> Result<(), Halt> {
        if !flight::ENABLED {
            return Ok(());
        }
        let (mut evidence, mut holds, mut last) = (Vec::new(), true, 0);
        for (name, from, to) in wanted {
            match self.message(name, *from, *to)? {
                Some(entry) => {
                    holds &= entry.time_ns >= last;
                    last = entry.time_ns;
                    evidence.push(self.told(&entry));
                }
                None => {
                    holds = false;
                    let (from, to) = (self.name_of(*from), self.name_of(*to));
                    evidence.push(format!("no record of {name} from {from} to {to}"));
                }
            }
        }
        self.claim(text, holds, evidence);
        Ok(())
    }
}

/// Nanoseconds for people.
pub fn micros(ns: u64) -> String {
    if ns < 10_000_000 {
        format!("{} µs", ns.div_ceil(1_000))
    } else {
        format!("{} ms", ns / 1_000_000)
    }
}

/// `1 byte`, `2 bytes`.
pub fn counted(count: u64, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_for_people() {
        assert_eq!(micros(1), "1 µs");
        assert_eq!(micros(9_999_001), "10000 µs");
        assert_eq!(micros(12_000_000), "12 ms");
        assert_eq!(counted(1, "byte"), "1 byte");
        assert_eq!(counted(0, "byte"), "0 bytes");
    }
}
