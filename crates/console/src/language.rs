//! The languages of the pages, and their texts.

use crate::guard::cookie;
use axum::http::{HeaderMap, header};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::collections::HashMap;
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    Ja,
    En,
    De,
}

/// The cookie that keeps the choice of a language.
pub const COOKIE: &str = "spapi_language";

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<HashMap<Language, Bundle>> = LazyLock::new(|| {
    let bundle = |language: Language| {
        let name: LanguageIdentifier = language.code().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![name]);
        // The marks around inserted texts would be copied along with ids and names.
        bundle.set_use_isolating(false);
        for text in language.sources() {
            // A test reads all sources; a line that cannot be read is left out.
            let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
            bundle.add_resource_overriding(resource);
        }
        (language, bundle)
    };
    Language::ALL.map(bundle).into()
});

impl Language {
    /// All, in the order in which the switch shows them.
    pub const ALL: [Self; 3] = [Self::Ja, Self::En, Self::De];

    /// Its code in HTML.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// Its own name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ja => "日本語",
            Self::En => "English",
            Self::De => "Deutsch",
        }
    }

    fn sources(self) -> [&'static str; 2] {
        match self {
            Self::Ja => [include_str!("../texts/ja.ftl"), include_str!("../texts/streams.ja.ftl")],
            Self::En => [include_str!("../texts/en.ftl"), ""],
            Self::De => [include_str!("../texts/de.ftl"), include_str!("../texts/streams.de.ftl")],
        }
    }

    /// The language of a code.
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// The language of a request: that of the cookie, else the first that the browser asks for and there is, else English.
    pub fn of(headers: &HeaderMap) -> Self {
        if let Some(chosen) = cookie(headers, COOKIE).and_then(Self::find) {
            return chosen;
        }
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut ranges: Vec<(f32, &str)> = asked.split(',').filter_map(range).collect();
        // The sort is stable: of two with one weight the first counts.
        ranges.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        ranges.iter().find_map(|(_, range)| Self::find(range)).unwrap_or(Self::En)
    }

    /// The text of a key. A key that does not exist is shown itself.
    pub fn say(self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// The text of a key with values in it.
    pub fn say_with(self, key: &str, values: &[(&'static str, FluentValue<'_>)]) -> String {
        self.find_text(key, values).unwrap_or_else(|| key.to_owned())
    }

    /// The text of a key, if it exists.
    pub fn find_text(self, key: &str, values: &[(&'static str, FluentValue<'_>)]) -> Option<String> {
        let bundle = BUNDLES.get(&self)?;
        let pattern = bundle.get_message(key)?.value()?;
        let args: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
        let mut errors = Vec::new();
        Some(bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned())
    }
}

/// A range of `Accept-Language` with its weight, without the country.
fn range(text: &str) -> Option<(f32, &str)> {
    let mut parts = text.split(';');
    let code = parts.next()?.trim().split('-').next()?;
    let weight = parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(Some(1.0), |weight| weight.parse().ok());
    weight.filter(|weight| *weight > 0.0).map(|weight| (weight, code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    fn keys(text: &str) -> BTreeSet<String> {
        let resource = FluentResource::try_new(text.to_owned());
        assert!(resource.is_ok(), "{:?}", resource.err().map(|(_, errors)| errors));
        let is_key = |line: &&str| line.starts_with(|first: char| first.is_ascii_alphabetic());
        let lines = text.lines().filter(is_key).filter_map(|line| line.split_once(" ="));
        let mut keys = BTreeSet::new();
        for (key, _) in lines {
            assert!(keys.insert(key.to_owned()), "{key} is there twice");
        }
        keys
    }

    fn sources(folder: &Path, text: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => sources(&path, text),
                false => text.push_str(&std::fs::read_to_string(path).unwrap()),
            }
        }
    }

    #[test]
    fn every_language_has_the_same_keys_and_the_pages_use_them_all() {
        let all = keys(Language::Ja.sources()[0]);
        for language in [Language::En, Language::De] {
            let own = keys(language.sources()[0]);
            let differing: Vec<_> = all.symmetric_difference(&own).collect();
            assert!(differing.is_empty(), "{language:?}: {differing:?}");
        }
        let mut code = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut code);
        let unused: Vec<_> = all.iter().filter(|key| !code.contains(&format!("\"{key}\""))).collect();
        assert!(unused.is_empty(), "no page uses {unused:?}");
        for begin in ["say(\"", "say_with(\"", "say_with(\n            \"", "say_with(\n                \""] {
            for used in code.split(begin).skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(all.contains(used) || used.is_empty(), "the texts lack {used}");
            }
        }
    }

    #[test]
    fn the_values_of_a_text_are_the_same_in_every_language() {
        let names = |text: &str| -> HashMap<String, BTreeSet<String>> {
            let mut found: HashMap<String, BTreeSet<String>> = HashMap::new();
            let mut key = String::new();
            for line in text.lines() {
                if line.starts_with(|first: char| first.is_ascii_alphabetic()) {
                    key = line.split_once(" =").map(|(key, _)| key.to_owned()).unwrap_or_default();
                }
                let names = line.split('$').skip(1).map(|rest| {
                    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>()
                });
                found.entry(key.clone()).or_default().extend(names);
            }
            found
        };
        let all = names(Language::Ja.sources()[0]);
        for language in [Language::En, Language::De] {
            for (key, own) in names(language.sources()[0]) {
                // A number that only chooses between singular and plural has no part in Japanese.
                let without = |names: &BTreeSet<String>| -> BTreeSet<String> {
                    names.iter().filter(|name| *name != "count").cloned().collect()
                };
                assert_eq!(without(&own), without(&all[&key]), "{language:?} {key}");
            }
        }
    }

    #[test]
    fn the_language_is_that_of_the_cookie_or_the_best_of_the_browser() {
        let of = |accept: &str, cookie: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
            headers.insert(header::COOKIE, cookie.parse().unwrap());
            Language::of(&headers)
        };
        assert_eq!(of("ja-JP,ja;q=0.9,en;q=0.8", ""), Language::Ja);
        assert_eq!(of("fr, de;q=0.5, ja;q=0.7", ""), Language::Ja);
        assert_eq!(of("fr", "a=b; spapi_language=de"), Language::De);
        assert_eq!(of("ja;q=0, de;q=x, ;;;", "spapi_language=xx"), Language::En);
    }
}
