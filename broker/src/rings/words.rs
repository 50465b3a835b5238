//! The words for the names in records.

use flight::Name;
use ipc::catalogue;

/// The words for a name, which may be any number.
pub fn words_of(name: Name) -> String {
    if let Some(step) = name.as_step() {
        return step.word().to_owned();
    }
    let known = name.as_message().and_then(|(kind, variant)| {
        let (of, variant) = catalogue::names_of(kind, variant)?;
        let (_, direction) = of.split_once("::")?;
        Some(format!("{direction}::{}", variant?))
    });
    known.unwrap_or_else(|| format!("no message has the number {}", name.0))
}

/// The name of that variant of a message type.
pub fn name_of<T: protocol::Message>(variant: &str) -> Option<Name> {
    let kind = catalogue::number_of::<T>();
    let mut variants = catalogue::ENTRIES.get(usize::from(kind))?.variants().iter();
    let variant = u8::try_from(variants.position(|it| *it == variant)?).ok()?;
    Some(Name::message(kind, variant))
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::renderer::ToRenderer;

    #[test]
    fn a_name_and_its_words_are_one() {
        let name = name_of::<ToRenderer>("Input").expect("it is a variant");
        assert_eq!(words_of(name), "ToRenderer::Input");
        assert_eq!(name_of::<ToRenderer>("NoSuchMessage"), None);
        assert_eq!(words_of(Name(0xfd00)), "no message has the number 64768");
    }
}
