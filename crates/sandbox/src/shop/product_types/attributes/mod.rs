//! The attributes of the product types, by their groups.

mod details;
mod identity;
mod images;
mod offer;
mod safety;
mod shipping;
mod variations;

pub(super) use details::{every, long, pick};
pub(super) use images::OTHERS as PICTURES;
pub(super) use variations::THEMES;

use super::Group;
use super::attribute::{Attribute, Choices, Kind, List, Member, Number, attribute, list, member, one_of};
use super::words::{Words, words};

/// How many values the lists of kinds and of categories have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lists {
    pub(super) kinds: usize,
    pub(super) first_node: u32,
    pub(super) nodes: u32,
}

/// The attributes that all product types share. Each type adds its details.
pub(super) fn common(lists: Lists) -> Vec<Attribute> {
    [
        grouped(Group::Offer, offer::all()),
        grouped(Group::ProductIdentity, identity::all(lists)),
        grouped(Group::Images, images::all()),
        grouped(Group::Shipping, shipping::all()),
        grouped(Group::Variations, variations::all()),
        grouped(Group::SafetyAndCompliance, safety::all()),
        grouped(Group::ProductDetails, details::common()),
    ]
    .concat()
}

/// The attributes of offers alone.
pub(super) fn for_offers(lists: Lists) -> Vec<Attribute> {
    let is_for_offers = |attribute: &Attribute| attribute.group == Group::Offer || attribute.is_for_offers;
    common(lists).into_iter().filter(is_for_offers).collect()
}

fn grouped(group: Group, mut attributes: Vec<Attribute>) -> Vec<Attribute> {
    attributes.iter_mut().for_each(|attribute| attribute.group = group);
    attributes
}

/// The members of a quantity: its number and its unit.
fn measured(number: Number, units: Choices) -> Vec<Member> {
    let (value, unit) = (words("Number", "Zahl", "Nombre", "数値"), words("Unit", "Einheit", "Unité", "単位"));
    vec![
        member("value", &value, Kind::Number(number)).required(),
        member("unit", &unit, Kind::Text(one_of(units))).required(),
    ]
}

/// An attribute that is a quantity.
fn measure(name: &'static str, title: Words, number: Number, units: Choices) -> Attribute {
    attribute(name, title, measured(number, units))
}

/// A list of which each entry has other values in these members.
fn keyed(title: &Words, members: Vec<Member>, selectors: Vec<&'static str>) -> List {
    let mut list = list(title, members);
    (list.min_unique, list.max_unique) = (Some(1), Some(1));
    list.selectors = selectors;
    list
}
