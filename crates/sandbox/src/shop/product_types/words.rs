//! Texts in the languages of the marketplaces.

use spapi_types::Marketplace;
use std::borrow::Cow;

/// A language that definitions and the catalog speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Language {
    English,
    German,
    French,
    Japanese,
}

impl Language {
    /// The language of a locale such as `de_DE` or `de`, if it is one of these.
    pub(crate) fn of(locale: &str) -> Option<Self> {
        match locale.split('_').next() {
            Some("en") => Some(Self::English),
            Some("de") => Some(Self::German),
            Some("fr") => Some(Self::French),
            Some("ja") => Some(Self::Japanese),
            _ => None,
        }
    }

    /// The language of a marketplace.
    pub(crate) fn of_marketplace(marketplace: Marketplace) -> Self {
        Self::of(marketplace.default_locale()).unwrap_or(Self::English)
    }
}

/// A text in each language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    en: Cow<'static, str>,
    de: Cow<'static, str>,
    fr: Cow<'static, str>,
    ja: Cow<'static, str>,
}

/// A text in English, German, French and Japanese.
pub(crate) const fn words(en: &'static str, de: &'static str, fr: &'static str, ja: &'static str) -> Words {
    Words { en: Cow::Borrowed(en), de: Cow::Borrowed(de), fr: Cow::Borrowed(fr), ja: Cow::Borrowed(ja) }
}

/// A text that is the same in each language.
pub(crate) fn same(text: impl Into<Cow<'static, str>>) -> Words {
    let text = text.into();
    Words { en: text.clone(), de: text.clone(), fr: text.clone(), ja: text }
}

impl Words {
    pub(crate) fn of(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::German => &self.de,
            Language::French => &self.fr,
            Language::Japanese => &self.ja,
        }
    }

    /// The text, a space, and a number.
    pub(crate) fn numbered(&self, number: usize) -> Self {
        self.map(|text| format!("{text} {number}"))
    }

    /// This text and the other one, with `between` between them.
    pub(crate) fn and(&self, other: &Self, between: &str) -> Self {
        Self {
            en: format!("{}{between}{}", self.en, other.en).into(),
            de: format!("{}{between}{}", self.de, other.de).into(),
            fr: format!("{}{between}{}", self.fr, other.fr).into(),
            ja: format!("{}{between}{}", self.ja, other.ja).into(),
        }
    }

    fn map(&self, change: impl Fn(&str) -> String) -> Self {
        Self {
            en: change(&self.en).into(),
            de: change(&self.de).into(),
            fr: change(&self.fr).into(),
            ja: change(&self.ja).into(),
        }
    }
}
