//! Finds the change of a model that causes a difference of the generated API.

use std::collections::{BTreeMap, BTreeSet};

use super::api::{Difference, Member, Path};
use super::schema::{Found, Node};
use crate::naming;

/// The definitions that each definition and operation of a model refers to, before or after.
pub type Graph = BTreeMap<Node, BTreeSet<String>>;

/// The changes that explain a difference, by their index; empty if no change explains it.
///
/// A change at the same place comes first. Otherwise a type that is new, removed or built differently is explained by
/// the changes that added or removed references to it, and a signature by the definitions in it.
pub fn of(difference: &Difference, changes: &[Found], graph: &Graph) -> Vec<usize> {
    let indices = |test: &dyn Fn(&Found) -> bool| -> Vec<usize> {
        changes.iter().enumerate().filter(|(_, change)| test(change)).map(|(index, _)| index).collect()
    };
    let path = &difference.path;
    let nodes = nodes(path, graph);
    let direct = |change: &Found| {
        let later = change.new.clone().filter(|_| change.kind.ends_with("-renamed"));
        let later = later.and_then(|name| match &change.node {
            Node::Definition(_) => Some(Node::Definition(name)),
            Node::Operation(_) => Some(Node::Operation(name)),
            Node::File => None,
        });
        nodes.contains(&change.node) || later.is_some_and(|later| nodes.contains(&later))
    };
    let at_member = indices(&|change| direct(change) && is_about(change, path));
    if !at_member.is_empty() {
        return at_member;
    }
    // A type that is composed of other definitions gains and loses their members.
    let composed = indices(&|change| direct(change) && change.kind == "type-changed" && change.member.is_none());
    if path.member.is_some() && !composed.is_empty() {
        return composed;
    }
    let own: BTreeSet<&str> = nodes.iter().filter_map(definition).collect();
    let newly_referred = || {
        indices(&|change| {
            let reached = closure(&change.references, graph);
            alters_references(change) && own.iter().any(|name| reached.contains(*name))
        })
    };
    let made_of = || {
        let start = nodes.iter().flat_map(|node| graph.get(node).into_iter().flatten().cloned()).collect();
        let parts = closure(&start, graph);
        let of_parts = |change: &Found| definition(&change.node).is_some_and(|name| parts.contains(name));
        let named = indices(&|change| of_parts(change) && alters_type(change) && is_about(change, path));
        if path.area == "types" && path.member.is_some() && !named.is_empty() {
            return named;
        }
        indices(&|change| alters_type(change) && of_parts(change))
    };
    let anything = || indices(&|change| direct(change) && alters_type(change));
    let is_field = matches!(path.member, Some(Member::Field(_)));
    let exists_on_one_side = !is_field && (difference.old.is_none() || difference.new.is_none());
    let orders: [&dyn Fn() -> Vec<usize>; 3] = match exists_on_one_side {
        true => [&newly_referred, &made_of, &anything],
        false => [&made_of, &newly_referred, &anything],
    };
    let found = orders.into_iter().map(|order| order()).find(|found| !found.is_empty()).unwrap_or_default();
    if found.is_empty() {
        // A module's name follows the version in the file.
        return indices(&|change| change.node == Node::File && change.pointers[1].as_deref() == Some("/info/version"));
    }
    found
}

fn definition(node: &Node) -> Option<&str> {
    match node {
        Node::Definition(name) => Some(name),
        _ => None,
    }
}

/// The definitions and operations that an item is generated from. An inline object or enum becomes a type whose name
/// starts with the name of its parent.
fn nodes(path: &Path, graph: &Graph) -> Vec<Node> {
    let named = |test: &dyn Fn(&Node) -> bool| graph.keys().filter(|node| test(node)).cloned().collect::<Vec<_>>();
    let operation = |test: &dyn Fn(&str) -> bool| named(&|node| matches!(node, Node::Operation(id) if test(id)));
    match path.area {
        "types" => {
            let exact = named(&|node| matches!(node, Node::Definition(name) if naming::type_name(name) == path.owner));
            if !exact.is_empty() {
                return exact;
            }
            let holds = |name: &str| path.owner.starts_with(&naming::type_name(name));
            let holders = named(&|node| match node {
                Node::Definition(name) | Node::Operation(name) => holds(name),
                Node::File => false,
            });
            let length = |node: &Node| match node {
                Node::Definition(name) | Node::Operation(name) => naming::type_name(name).len(),
                Node::File => 0,
            };
            let longest = holders.iter().map(length).max().unwrap_or_default();
            holders.into_iter().filter(|node| length(node) == longest).collect()
        }
        "operations" => operation(&|id| {
            let builder = naming::builder_name(id);
            path.owner == builder || path.owner == format!("{builder}Answer")
        }),
        "meta" => operation(&|id| naming::constant_name(id) == path.owner),
        _ => match &path.member {
            Some(member) => operation(&|id| naming::value_name(id) == member.name()),
            None => Vec::new(),
        },
    }
}

/// Whether a change concerns exactly this item: its member, or the item itself if it has no member.
fn is_about(change: &Found, path: &Path) -> bool {
    let kind = |words: &[&str]| words.iter().any(|word| change.kind.starts_with(word));
    let Some(member) = &path.member else {
        let whole = [
            "definition-added",
            "definition-removed",
            "definition-renamed",
            "operation-added",
            "operation-removed",
            "operation-renamed",
        ];
        return whole.contains(&change.kind) || (change.kind == "type-changed" && change.member.is_none());
    };
    let plain =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let names = [change.member.as_deref(), change.new.as_deref().filter(|_| change.kind.ends_with("-renamed"))];
    let same_name = names.into_iter().flatten().any(|name| plain(name) == plain(member.name()));
    match (path.area, member) {
        ("meta", Member::Function(name)) => match name.as_str() {
            "rate" => kind(&["rate-"]),
            "required" => kind(&["required-", "parameter-"]),
            "paging" => kind(&["paging-"]),
            _ => kind(&["operation-"]),
        },
        ("operations", Member::Function(name)) if ["pages", "items"].contains(&name.as_str()) => kind(&["paging-"]),
        ("operations", Member::Function(name)) if name == "send" => kind(&["response-"]),
        // The constructor takes the required fields.
        ("types", Member::Function(name)) if name == "new" => {
            kind(&["required-"])
                || (kind(&["property-", "type-"])
                    && [&change.old, &change.new].into_iter().flatten().any(|text| text.ends_with("required")))
        }
        ("types", Member::Variant(_)) => kind(&["enum-value-"]) && same_name,
        ("", Member::Function(_)) => {
            kind(&["operation-", "deprecation-"])
                || (kind(&["parameter-", "required-", "type-"]) && change.member.is_some())
        }
        _ => same_name && !kind(&["enum-value-", "constraint-"]),
    }
}

/// Whether a change adds or removes references to definitions.
fn alters_references(change: &Found) -> bool {
    !change.references.is_empty() && !["constraint-changed", "other-changed"].contains(&change.kind)
}

/// Whether a change makes a definition a different type in Rust.
fn alters_type(change: &Found) -> bool {
    !["rate-", "constraint-", "deprecation-"].iter().any(|kind| change.kind.starts_with(kind))
}

fn closure(start: &BTreeSet<String>, graph: &Graph) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<String> = start.iter().cloned().collect();
    while let Some(name) = open.pop() {
        if found.insert(name.clone()) {
            open.extend(graph.get(&Node::Definition(name)).into_iter().flatten().cloned());
        }
    }
    found
}
