//! Registers the fonts that the broker hands out, without a copy.
//!
//! Owns: the mapping of the region, until the process ends. Trusts: the region's seals; a file in
//! it that is no font is skipped. Never: searches for fonts.

use blitz_dom::BULLET_FONT;
use parley::FontContext;
use parley::fontique::{
    Blob, Collection, CollectionOptions, FallbackKey, FamilyId, GenericFamily, Script, ScriptExt,
    SourceCache,
};
use protocol::bootstrap::{FontEntry, FontFamily};
use shm::{ReadOnlyMap, ShmError};
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::sync::Arc;

/// Every character is a bullet: the user-agent style gives it to passwords.
const MASK_FONT: &[u8] = include_bytes!("../../assets/mask.ttf");

/// One font file inside the mapping.
struct FontFile {
    map: Arc<ReadOnlyMap>,
    range: Range<usize>,
}

impl AsRef<[u8]> for FontFile {
    fn as_ref(&self) -> &[u8] {
        &self.map[self.range.clone()]
    }
}

/// Maps the region and registers the fonts that `entries` name in it.
pub(crate) fn from_region(region: OwnedFd, entries: &[FontEntry]) -> Result<FontContext, ShmError> {
    let bytes = entries
        .iter()
        .map(|e| e.offset.saturating_add(e.bytes))
        .max()
        .unwrap_or(0);
    let map = Arc::new(shm::map_read_only(region, bytes as usize)?);
    Ok(context(entries.iter().filter_map(|entry| {
        let start = usize::try_from(entry.offset).ok()?;
        let end = start.checked_add(usize::try_from(entry.bytes).ok()?)?;
        (end <= map.len()).then(|| {
            let file = FontFile {
                map: map.clone(),
                range: start..end,
            };
            (entry.family, Blob::new(Arc::new(file)))
        })
    })))
}

/// A context of these fonts and no others.
pub(crate) fn context(files: impl Iterator<Item = (FontFamily, Blob<u8>)>) -> FontContext {
    let mut collection = Collection::new(CollectionOptions {
        shared: false,
        system_fonts: false,
    });
    collection.register_fonts(Blob::new(Arc::new(BULLET_FONT)), None);
    collection.register_fonts(Blob::new(Arc::new(MASK_FONT)), None);
    let mut families = Families::default();
    for (family, blob) in files {
        let registered: Vec<FamilyId> = collection
            .register_fonts(blob, None)
            .into_iter()
            .map(|(id, _)| id)
            .collect();
        families.list_mut(family).extend(registered);
    }
    families.apply(&mut collection);
    FontContext {
        collection,
        source_cache: SourceCache::new_shared(),
    }
}

#[derive(Default)]
struct Families {
    sans: Vec<FamilyId>,
    serif: Vec<FamilyId>,
    mono: Vec<FamilyId>,
    system: Vec<FamilyId>,
}

impl Families {
    fn list_mut(&mut self, family: FontFamily) -> &mut Vec<FamilyId> {
        match family {
            FontFamily::SansSerif => &mut self.sans,
            FontFamily::Serif => &mut self.serif,
            FontFamily::Monospace => &mut self.mono,
            FontFamily::System => &mut self.system,
        }
    }

    fn apply(mut self, collection: &mut Collection) {
        for list in [
            &mut self.sans,
            &mut self.serif,
            &mut self.mono,
            &mut self.system,
        ] {
            list.dedup();
        }
        for (generic, list) in [
            (GenericFamily::SansSerif, &self.sans),
            (GenericFamily::SystemUi, &self.sans),
            (GenericFamily::UiSansSerif, &self.sans),
            (GenericFamily::UiRounded, &self.sans),
            (GenericFamily::Cursive, &self.sans),
            (GenericFamily::Fantasy, &self.sans),
            (GenericFamily::Serif, &self.serif),
            (GenericFamily::UiSerif, &self.serif),
            (GenericFamily::Math, &self.serif),
            (GenericFamily::Monospace, &self.mono),
            (GenericFamily::UiMonospace, &self.mono),
        ] {
            let rest = [&self.sans, &self.serif, &self.mono];
            let found = std::iter::once(list)
                .chain(rest)
                .find(|list| !list.is_empty());
            collection.set_generic_families(generic, found.into_iter().flatten().copied());
        }
        let fallbacks: Vec<FamilyId> = [&self.sans, &self.serif, &self.mono, &self.system]
            .into_iter()
            .flatten()
            .copied()
            .collect();
        for (script, _) in Script::all_samples() {
            collection.append_fallbacks(FallbackKey::new(*script, None), fallbacks.iter().copied());
        }
    }
}
