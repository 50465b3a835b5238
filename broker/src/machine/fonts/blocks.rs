//! The scripts and blocks that fonts are chosen for, with characters that a font for each has.
//!
//! Source: the OpenType specification, `ulUnicodeRange` of the `OS/2` table, for the numbers.

/// The block of Latin letters that a font for text of Europe has.
pub const LATIN_EXTENDED_A: usize = 2;
/// Characters of that block.
pub const LATIN_SAMPLE: &str = "āőşž";

/// A set of blocks by their numbers in `ulUnicodeRange`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Blocks(pub [u32; 4]);

impl Blocks {
    /// Whether the block of that number (below 128) is in it.
    pub fn contains(&self, block: usize) -> bool {
        self.0[block / 32] & 1 << (block % 32) != 0
    }
}

impl FromIterator<usize> for Blocks {
    fn from_iter<I: IntoIterator<Item = usize>>(blocks: I) -> Blocks {
        let mut set = Blocks::default();
        for block in blocks {
            set.0[block / 32] |= 1 << (block % 32);
        }
        set
    }
}

/// Blocks that the bundled fonts lack, each with common characters of it: scripts by how many
/// people read them, then symbols.
pub const SAMPLES: &[(usize, &str)] = &[
    (59, "的一是不人中"),
    (49, "のにはをた"),
    (50, "アイウカス"),
    (56, "가나다한글"),
    (51, "ㄅㄆㄇㄈ"),
    (15, "कनमरसहि"),
    (13, "ابتجدرسمن"),
    (16, "কনমরসহ"),
    (21, "కనమరసహ"),
    (20, "கநமரசவ"),
    (18, "કનમરસહ"),
    (22, "ಕನಮರಸಹ"),
    (23, "കനമരസഹ"),
    (19, "କନମରସହ"),
    (17, "ਕਨਮਰਸਹ"),
    (24, "กขคงนมรส"),
    (74, "ကခဂငနမ"),
    (75, "ሀለሐመሠረ"),
    (73, "කනමරසහ"),
    (80, "កខគងនម"),
    (25, "ກຂຄງນມ"),
    (11, "אבגדהו"),
    (70, "ཀཁགངན"),
    (26, "აბგდევ"),
    (10, "ԱԲԳԴԵ"),
    (72, "ހށނރބ"),
    (71, "ܐܒܓܕܗ"),
    (76, "ᎠᎡᎢᎣᎤ"),
    (77, "ᐁᐂᐃᐄᐅ"),
    (81, "ᠠᠡᠢᠣᠤ"),
    (83, "ꀀꀁꀂꀃ"),
    (14, "ߊߋߌߍ"),
    (12, "ꔀꔁꔂꔃ"),
    (97, "ⴰⴱⴲⴳ"),
    (8, "ⲀⲁⲂⲃ"),
    (79, "ᚠᚢᚦᚨ"),
    (78, "ᚁᚂᚃᚄ"),
    (27, "ᬅᬆᬇᬈ"),
    (86, "𐌰𐌱𐌲𐌳"),
    (38, "∀∃∈∇∫"),
    (37, "←↑→↓⇒"),
    (39, "⌘⌥⌨"),
    (42, "①②③"),
    (45, "▲▼◆"),
    (46, "☀☎☂♥"),
    (47, "✂✈✓✗"),
    (82, "⠁⠃⠇⠿"),
    (89, "𝐀𝐁𝔸𝕏"),
    (48, "、。「」"),
    (68, "！？Ａ"),
];
