//! What an attribute looks like, as data: the schema of a product type and the checks of the service both follow from it.

use super::words::{Words, same};
use super::{Group, Language};
use spapi_types::Marketplace;
use std::borrow::Cow;

/// An attribute of a product type. Its value is a list of instances.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub(super) name: Cow<'static, str>,
    pub(super) title: Words,
    pub(super) group: Group,
    pub(super) list: List,
    pub(super) need: Need,
    /// Whether the requirements LISTING_OFFER_ONLY hold it although it is not part of the offer.
    pub(super) is_for_offers: bool,
    /// Whether the requirements LISTING_OFFER_ONLY need it.
    pub(super) is_needed_by_offers: bool,
    /// The marketplaces that have it; all of them if the list is empty.
    pub(super) only_in: &'static [Marketplace],
    /// Whether only the next version of the definition has it.
    pub(super) is_next: bool,
}

/// How much a listing needs an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    Required,
    /// The service accepts a listing without it, with a warning.
    Recommended,
    Optional,
}

/// A list of values.
#[derive(Clone, Debug)]
pub(super) struct List {
    pub(super) item: Box<Node>,
    pub(super) min: Option<u32>,
    pub(super) max: Option<u32>,
    /// The most instances with the same selectors.
    pub(super) max_unique: Option<u32>,
    pub(super) min_unique: Option<u32>,
    pub(super) selectors: Vec<&'static str>,
    /// Whether it can have values only if the definition was requested with a seller id.
    pub(super) needs_seller: bool,
}

/// A value within an attribute.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) title: Words,
    pub(super) kind: Kind,
    pub(super) is_fixed: bool,
    pub(super) is_hidden: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Text(Text),
    Number(Number),
    Flag,
    /// A date, or a date with a time.
    Moment,
    Object(Vec<Member>),
    List(List),
    MarketplaceId,
    LanguageTag,
    /// The currency of the marketplace.
    Currency,
    /// Who may buy at the price: everyone, or companies too if the definition was requested with a seller id.
    Audience,
}

#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) is_required: bool,
    pub(super) node: Node,
    /// The marketplaces that have it; all of them if the list is empty.
    pub(super) only_in: &'static [Marketplace],
}

#[derive(Clone, Debug, Default)]
pub(super) struct Text {
    /// Lengths in characters.
    pub(super) min: Option<u32>,
    pub(super) max: Option<u32>,
    /// Lengths in bytes of UTF-8.
    pub(super) min_bytes: Option<u32>,
    pub(super) max_bytes: Option<u32>,
    /// Whether it is the address of a picture.
    pub(super) is_picture: bool,
    /// Whether it is the address of a document.
    pub(super) is_uri: bool,
    pub(super) choices: Option<Choices>,
}

/// The values that a text can have.
#[derive(Clone, Debug)]
pub(super) struct Choices {
    pub(super) values: Vec<Choice>,
    pub(super) how: Chosen,
    /// Whether the values themselves, and not only their labels, are in the language of the definition.
    pub(super) follows_language: bool,
    /// Values that the service still takes, but no longer for long.
    pub(super) deprecated: Vec<&'static str>,
    /// Whether the schema repeats its first value at the end, as some of Amazon's do.
    pub(super) repeats: bool,
}

/// Which values count besides those of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chosen {
    /// None.
    Closed,
    /// Any text.
    Open,
    /// Any text by the schema, but none by the service.
    OpenInSchema,
}

#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) value: Cow<'static, str>,
    pub(super) label: Words,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Number {
    pub(super) is_whole: bool,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    /// The number that it must exceed.
    pub(super) above: Option<f64>,
    pub(super) step: Option<f64>,
    /// A limit that does not apply to numbers, which some of Amazon's schemas have nevertheless.
    pub(super) max_length: Option<u32>,
}

impl Choice {
    /// The value in definitions of this language.
    pub(super) fn value(&self, of: &Choices, language: Language) -> &str {
        if of.follows_language { self.label.of(language) } else { &self.value }
    }
}

impl Choices {
    pub(super) fn holds(&self, value: &str, language: Language) -> bool {
        self.values.iter().any(|choice| choice.value(self, language) == value)
    }
}

/// A choice with its label.
pub(super) fn choice(value: impl Into<Cow<'static, str>>, label: Words) -> Choice {
    Choice { value: value.into(), label }
}

/// A closed list of choices.
pub(super) fn closed(values: impl IntoIterator<Item = Choice>) -> Choices {
    Choices {
        values: values.into_iter().collect(),
        how: Chosen::Closed,
        follows_language: false,
        deprecated: Vec::new(),
        repeats: false,
    }
}

/// A text of so many characters at most.
pub(super) fn text(max: u32) -> Text {
    Text { max: Some(max), ..Text::default() }
}

/// A text that is one of the choices.
pub(super) fn one_of(choices: Choices) -> Text {
    Text { choices: Some(choices), ..Text::default() }
}

/// A whole number in this range.
pub(super) fn whole(min: f64, max: f64) -> Number {
    Number { is_whole: true, min: Some(min), max: Some(max), ..Number::default() }
}

/// A number above zero.
pub(super) fn positive() -> Number {
    Number { above: Some(0.0), ..Number::default() }
}

/// A member that an object may have.
pub(super) fn member(name: &'static str, title: &Words, kind: Kind) -> Member {
    let node = Node { title: title.clone(), kind, is_fixed: false, is_hidden: false };
    Member { name, is_required: false, node, only_in: &[] }
}

impl Member {
    /// The member, which an object must have.
    pub(super) fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// The member, which keeps its first value.
    pub(super) fn fixed(mut self) -> Self {
        self.node.is_fixed = true;
        self
    }

    /// The member, which only some marketplaces have.
    pub(super) fn only_in(mut self, marketplaces: &'static [Marketplace]) -> Self {
        self.only_in = marketplaces;
        self
    }
}

impl Kind {
    /// A list of objects without selectors.
    pub(super) fn list(title: &Words, members: Vec<Member>) -> Self {
        Self::List(list(title, members))
    }
}

/// A list of objects without selectors, which holds one at least.
pub(super) fn list(title: &Words, members: Vec<Member>) -> List {
    let item = Node { title: title.clone(), kind: Kind::Object(members), is_fixed: false, is_hidden: false };
    List {
        item: Box::new(item),
        min: Some(1),
        max: None,
        max_unique: None,
        min_unique: None,
        selectors: Vec::new(),
        needs_seller: false,
    }
}

/// The member that names the marketplace of an instance.
pub(super) fn marketplace_id() -> Member {
    member("marketplace_id", &same("marketplace_id"), Kind::MarketplaceId)
}

/// The member that names the language of an instance.
pub(super) fn language_tag() -> Member {
    member("language_tag", &same("language_tag"), Kind::LanguageTag).required()
}

/// An attribute whose instances have these members and one marketplace each.
pub(super) fn attribute(name: impl Into<Cow<'static, str>>, title: Words, mut members: Vec<Member>) -> Attribute {
    members.push(marketplace_id());
    let mut list = list(&title, members);
    list.selectors = vec!["marketplace_id"];
    (list.min_unique, list.max_unique) = (Some(1), Some(1));
    Attribute {
        name: name.into(),
        title,
        group: Group::ProductDetails,
        list,
        need: Need::Optional,
        is_for_offers: false,
        is_needed_by_offers: false,
        only_in: &[],
        is_next: false,
    }
}

/// An attribute with one value for each marketplace.
pub(super) fn valued(name: impl Into<Cow<'static, str>>, title: Words, kind: Kind) -> Attribute {
    let value = member("value", &title, kind).required();
    attribute(name, title, vec![value])
}

/// An attribute with one text for each marketplace and language.
pub(super) fn spoken(name: impl Into<Cow<'static, str>>, title: Words, value: Text) -> Attribute {
    let value = member("value", &title, Kind::Text(value)).required();
    let mut attribute = attribute(name, title, vec![value, language_tag()]);
    attribute.list.selectors.push("language_tag");
    attribute
}

/// An attribute with one choice for each marketplace.
pub(super) fn chosen(name: impl Into<Cow<'static, str>>, title: Words, choices: Choices) -> Attribute {
    valued(name, title, Kind::Text(one_of(choices)))
}

impl Attribute {
    pub(super) fn needed(mut self, need: Need) -> Self {
        self.need = need;
        self
    }

    /// The attribute, whose values cannot be changed later.
    pub(super) fn fixed(mut self) -> Self {
        if let Kind::Object(members) = &mut self.list.item.kind {
            members.iter_mut().filter(|member| member.name == "value").for_each(|member| member.node.is_fixed = true);
        }
        self
    }

    /// The attribute, which a user interface does not show.
    pub(super) fn hidden(mut self) -> Self {
        if let Kind::Object(members) = &mut self.list.item.kind {
            members.iter_mut().for_each(|member| member.node.is_hidden = true);
        }
        self
    }

    /// The attribute with so many instances for the same selectors.
    pub(super) fn up_to(mut self, most: u32) -> Self {
        self.list.max_unique = Some(most);
        self
    }

    /// The attribute, which only some marketplaces have.
    pub(super) fn only_in(mut self, marketplaces: &'static [Marketplace]) -> Self {
        self.only_in = marketplaces;
        self
    }

    /// The attribute, which the requirements for offers hold too.
    pub(super) fn for_offers(mut self, is_needed: bool) -> Self {
        self.is_for_offers = true;
        self.is_needed_by_offers = is_needed;
        self
    }
}
