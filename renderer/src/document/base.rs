//! What the URLs of a document are resolved against, and which of them Blitz may see: it panics on
//! one that does not resolve, and knows no `<base>`.

use html5ever::Attribute;
use html5ever::tendril::StrTendril;
use url::Url;

/// What relative URLs of the document are resolved against.
pub(crate) struct Base {
    url: Url,
    /// Whether a `<base>` element says so, which Blitz does not know about.
    is_declared: bool,
}

/// Attributes whose value is one URL that Blitz resolves, and panics where it cannot.
pub(crate) const URL_ATTRIBUTES: [&str; 8] = [
    "action",
    "background",
    "cite",
    "data",
    "formaction",
    "href",
    "poster",
    "src",
];

impl Base {
    /// That of a document without a `<base>`.
    pub(crate) fn of_document(url: Url) -> Base {
        Base {
            url,
            is_declared: false,
        }
    }

    /// Takes what a `<base>` element says; only the first one counts.
    pub(crate) fn declare(&mut self, attributes: &[Attribute]) {
        let href = attributes.iter().find(|a| &*a.name.local == "href");
        if !self.is_declared
            && let Some(url) = href.and_then(|href| self.url.join(&href.value).ok())
        {
            *self = Base {
                url,
                is_declared: true,
            };
        }
    }

    /// The attribute as Blitz may see it; `None` when its URL is none.
    pub(crate) fn clean(&self, mut attribute: Attribute) -> Option<Attribute> {
        if !URL_ATTRIBUTES.contains(&&*attribute.name.local) {
            return Some(attribute);
        }
        let resolved = self.url.join(&attribute.value).ok()?;
        if self.is_declared {
            attribute.value = StrTendril::from(resolved.as_str());
        }
        Some(attribute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use html5ever::QualName;

    fn base(url: &str) -> Base {
        Base::of_document(Url::parse(url).expect("test URL"))
    }

    fn attribute(name: &str, value: &str) -> Attribute {
        let name = QualName::new(None, html5ever::ns!(), name.into());
        Attribute {
            name,
            value: value.into(),
        }
    }

    #[test]
    fn a_url_that_cannot_be_resolved_never_reaches_blitz() {
        let base = base("https://example.org/");
        assert!(base.clean(attribute("src", "http://[")).is_none());
        assert!(base.clean(attribute("alt", "http://[")).is_some());
        let kept = base.clean(attribute("src", "a.png")).expect("fine");
        assert_eq!(&*kept.value, "a.png");
    }

    #[test]
    fn a_declared_base_makes_urls_absolute_and_the_first_one_counts() {
        let mut base = base("https://example.org/");
        base.declare(&[attribute("href", "http://[")]);
        base.declare(&[attribute("target", "x")]);
        base.declare(&[attribute("href", "deep/")]);
        base.declare(&[attribute("href", "deeper/")]);
        let kept = base.clean(attribute("href", "../x")).expect("fine");
        assert_eq!(&*kept.value, "https://example.org/x");
    }
}
