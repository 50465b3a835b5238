//! Registers the bundled fonts, and those that the broker hands out, without a copy.
//!
//! Owns: the mapping of the region, until the process ends. Trusts: the region's seals; a file in
//! it that is no font is skipped. Never: searches for fonts.

pub(crate) mod aliases;
mod bundled;
mod scripts;

use blitz_dom::BULLET_FONT;
use bundled::BUNDLED;
use parley::FontContext;
use parley::fontique::{
    Blob, Collection, CollectionOptions, FallbackKey, FamilyId, FontInfoOverride, GenericFamily,
    Script, ScriptExt, SourceCache,
};
use protocol::bootstrap::{FontEntry, FontFamily};
use shm::{ReadOnlyMap, ShmError};
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::sync::{Arc, OnceLock};
use usvg::fontdb::{Database, Source};

/// Every character is a bullet: the user-agent style gives it to passwords.
const MASK_FONT: &[u8] = include_bytes!("../../assets/mask.ttf");

/// The bundled fonts, for the text of SVG pictures: Blitz's parser of them has none.
static FOR_SVG: OnceLock<Arc<Database>> = OnceLock::new();

/// The fonts for the text of SVG pictures, once this process has its fonts.
pub(crate) fn for_svg() -> Option<Arc<Database>> {
    FOR_SVG.get().cloned()
}

/// One font file inside the mapping.
struct FontFile {
    map: Arc<ReadOnlyMap>,
    range: Range<usize>,
}

impl FontFile {
    /// `None`: the entry reaches beyond the region.
    fn of(entry: &FontEntry, map: &Arc<ReadOnlyMap>) -> Option<FontFile> {
        let start = usize::try_from(entry.offset).ok()?;
        let end = start.checked_add(usize::try_from(entry.bytes).ok()?)?;
        (end <= map.len()).then(|| FontFile {
            map: map.clone(),
            range: start..end,
        })
    }
}

impl AsRef<[u8]> for FontFile {
    fn as_ref(&self) -> &[u8] {
        &self.map[self.range.clone()]
    }
}

/// The bundled fonts alone.
pub(crate) fn bundled() -> FontContext {
    context(bundled_files())
}

/// Maps the region and registers the fonts that `entries` name in it, and the bundled ones.
pub(crate) fn from_region(
    region: Option<OwnedFd>,
    entries: &[FontEntry],
) -> Result<FontContext, ShmError> {
    let Some(region) = region else {
        return Ok(bundled());
    };
    let ends = entries.iter().map(|e| e.offset.saturating_add(e.bytes));
    let bytes = ends.max().unwrap_or(0);
    let map = Arc::new(shm::map_read_only(region, bytes as usize)?);
    let files = entries.iter().filter_map(|entry| {
        let file = FontFile::of(entry, &map)?;
        Some((entry.family, entry.blocks, Blob::new(Arc::new(file))))
    });
    Ok(context(files.chain(bundled_files())))
}

fn bundled_files() -> impl Iterator<Item = (FontFamily, [u32; 4], Blob<u8>)> {
    FOR_SVG.get_or_init(|| Arc::new(svg_database()));
    BUNDLED
        .iter()
        .map(|&(family, bytes)| (family, [0; 4], Blob::new(Arc::new(bytes))))
}

fn svg_database() -> Database {
    let mut database = Database::new();
    for (_, bytes) in BUNDLED {
        database.load_font_source(Source::Binary(Arc::new(bytes)));
    }
    database.set_serif_family("Liberation Serif");
    database.set_sans_serif_family("Liberation Sans");
    database.set_cursive_family("Liberation Sans");
    database.set_fantasy_family("Liberation Sans");
    database.set_monospace_family("Liberation Mono");
    database
}

/// A context of these fonts and no others: what each is for, its blocks, its bytes.
pub(crate) fn context(
    files: impl Iterator<Item = (FontFamily, [u32; 4], Blob<u8>)>,
) -> FontContext {
    let mut collection = Collection::new(CollectionOptions {
        shared: false,
        system_fonts: false,
    });
    collection.register_fonts(Blob::new(Arc::new(BULLET_FONT)), None);
    collection.register_fonts(Blob::new(Arc::new(MASK_FONT)), None);
    let mut families = Families::default();
    for (family, blocks, blob) in files {
        let registered = collection.register_fonts(blob.clone(), None);
        for (id, _) in registered {
            let name = collection.family_name(id).unwrap_or_default().to_owned();
            for alias in aliases::aliases(&name) {
                let named = FontInfoOverride {
                    family_name: Some(alias),
                    ..FontInfoOverride::default()
                };
                collection.register_fonts(blob.clone(), Some(named));
            }
            families.add(family, Family { id, name, blocks });
        }
    }
    families.apply(&mut collection);
    FontContext {
        collection,
        source_cache: SourceCache::new_shared(),
    }
}

/// A family of fonts.
#[derive(Clone)]
struct Family {
    id: FamilyId,
    name: String,
    blocks: [u32; 4],
}

impl Family {
    fn covers(&self, block: usize) -> bool {
        self.blocks[block / 32] & 1 << (block % 32) != 0
    }
}

#[derive(Default)]
struct Families {
    sans: Vec<Family>,
    serif: Vec<Family>,
    mono: Vec<Family>,
    emoji: Vec<Family>,
    system: Vec<Family>,
}

impl Families {
    fn add(&mut self, of: FontFamily, family: Family) {
        let list = match of {
            FontFamily::SansSerif => &mut self.sans,
            FontFamily::Serif => &mut self.serif,
            FontFamily::Monospace => &mut self.mono,
            FontFamily::Emoji => &mut self.emoji,
            FontFamily::System => &mut self.system,
        };
        // The files of one family need not follow each other.
        if list.iter().all(|known| known.id != family.id) {
            list.push(family);
        }
    }

    fn apply(&self, collection: &mut Collection) {
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
            collection.set_generic_families(generic, found.into_iter().flatten().map(|f| f.id));
        }
        collection.set_generic_families(GenericFamily::Emoji, self.emoji.iter().map(|f| f.id));
        for (script, _) in Script::all_samples() {
            if !scripts::has_own_order(*script) {
                continue;
            }
            let key = FallbackKey::new(*script, None);
            let order = self.fallbacks(*script, None);
            collection.set_fallbacks(key, order.into_iter());
            for language in scripts::languages_of(*script) {
                let order = self.fallbacks(*script, Some(language));
                collection.set_fallbacks((*script, *language), order.into_iter());
            }
        }
    }

    /// The families that are asked for a character of the script that no font of the page has. The
    /// first of them is also the font of a page that names only fonts which are not there.
    fn fallbacks(&self, script: Script, language: Option<&str>) -> Vec<FamilyId> {
        let block = scripts::block_of(script);
        let covers = |family: &&Family| block.is_some_and(|block| family.covers(block));
        let region = scripts::region_of(script, language);
        let is_regional =
            |family: &&Family| region.is_some_and(|region| family.name.ends_with(region));
        let (made_for, others): (Vec<_>, Vec<_>) = self.system.iter().partition(covers);
        let (regional, general): (Vec<_>, Vec<_>) = made_for.into_iter().partition(is_regional);
        let text = self.serif.iter().chain(&self.sans);
        let ordered = text.chain(regional).chain(general);
        ordered
            .chain(&self.emoji)
            .chain(others)
            .chain(&self.mono)
            .map(|family| family.id)
            .collect()
    }
}
