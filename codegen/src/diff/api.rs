//! Reads the public API of a generated module from its syntax tree, and compares two of them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};

use super::level::Effect;
use crate::escape::code;

/// The path of an item: `v0`, `types`, `Order`, and its member.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    pub module: String,
    /// `types`, `operations` or `meta`; empty for the module itself.
    pub area: &'static str,
    /// The struct, enum or static; empty for the module.
    pub owner: String,
    /// A field, method or variant.
    pub member: Option<Member>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    Field(String),
    Function(String),
    Variant(String),
}

impl Member {
    pub fn name(&self) -> &str {
        match self {
            Self::Field(name) | Self::Function(name) | Self::Variant(name) => name,
        }
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.module)?;
        for part in [self.area, &self.owner].into_iter().filter(|part| !part.is_empty()) {
            write!(f, "::{part}")?;
        }
        match &self.member {
            None => Ok(()),
            Some(Member::Field(name)) => write!(f, ".{name}"),
            Some(Member::Function(name)) => write!(f, "::{name}()"),
            Some(Member::Variant(name)) => write!(f, "::{name}"),
        }
    }
}

/// The facts about an item: what a caller compiles against, and what the item does.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Item {
    /// A change of this fact breaks callers.
    contract: String,
    /// A change of this fact does not break callers: a name on the wire, core's facts about an operation, a
    /// deprecation.
    behaviour: String,
}

/// The items of a module.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Api {
    items: BTreeMap<Path, Item>,
}

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub path: Path,
    pub effect: Effect,
    pub old: Option<String>,
    pub new: Option<String>,
}

impl Difference {
    /// What changed, in a few words.
    pub fn text(&self) -> String {
        match (&self.old, &self.new) {
            (None, _) => format!("{} is new", code(&self.path.to_string())),
            (_, None) => format!("{} is gone", code(&self.path.to_string())),
            (Some(old), Some(new)) => format!("{}: {} becomes {}", code(&self.path.to_string()), code(old), code(new)),
        }
    }
}

impl Api {
    /// A module of which only the name is known so far.
    pub fn module(name: &str) -> Self {
        let mut api = Self::default();
        api.add(path(name, "", "", None), "module", "");
        api
    }

    /// Adds the public items of a file of the module.
    pub fn read(&mut self, module: &str, area: &'static str, text: &str) -> Result<()> {
        let file = syn::parse_file(text).with_context(|| format!("{module}/{area} is not Rust"))?;
        for item in &file.items {
            self.item(module, area, item)?;
        }
        Ok(())
    }

    fn add(&mut self, path: Path, contract: impl Into<String>, behaviour: impl Into<String>) {
        self.items.insert(path, Item { contract: contract.into(), behaviour: behaviour.into() });
    }

    fn item(&mut self, module: &str, area: &'static str, item: &syn::Item) -> Result<()> {
        match item {
            syn::Item::Struct(item) if is_public(&item.vis) => {
                let owner = item.ident.to_string();
                let contract = format!("struct{}{}", item.generics.to_token_stream(), attributes(&item.attrs));
                self.add(path(module, area, &owner, None), contract, deprecation(&item.attrs));
                for (index, field) in item.fields.iter().enumerate().filter(|(_, field)| is_public(&field.vis)) {
                    let name = field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
                    let member = Member::Field(name);
                    self.add(path(module, area, &owner, Some(member)), spelt(&field.ty), serde_words(&field.attrs));
                }
            }
            syn::Item::Enum(item) if is_public(&item.vis) => {
                let owner = item.ident.to_string();
                let contract = format!("enum{}{}", item.generics.to_token_stream(), attributes(&item.attrs));
                self.add(path(module, area, &owner, None), contract, "");
                for variant in &item.variants {
                    let member = Member::Variant(variant.ident.to_string());
                    self.add(path(module, area, &owner, Some(member)), spelt(&variant.fields), "");
                }
            }
            syn::Item::Macro(item) if item.mac.path.segments.last().is_some_and(|last| last.ident == "open_enum") => {
                let open: OpenEnum = item.mac.parse_body().context("cannot parse an open enum")?;
                let owner = open.name.to_string();
                self.add(path(module, area, &owner, None), "open enum", "");
                for (variant, wire) in open.variants {
                    let member = Member::Variant(variant.to_string());
                    self.add(path(module, area, &owner, Some(member)), "", wire.value());
                }
            }
            syn::Item::Impl(block) => {
                let owner = spelt(&block.self_ty);
                if let Some((_, name, _)) = &block.trait_ {
                    let member = Member::Function(format!("impl {}", spelt(name)));
                    self.add(path(module, area, &owner, Some(member)), "impl", "");
                    return Ok(());
                }
                for item in &block.items {
                    let syn::ImplItem::Fn(function) = item else { continue };
                    if is_public(&function.vis) {
                        let member = Member::Function(function.sig.ident.to_string());
                        let path = path(module, area, &owner, Some(member));
                        self.add(path, spelt(&function.sig), deprecation(&function.attrs));
                    }
                }
            }
            syn::Item::Static(item) if is_public(&item.vis) => {
                let owner = item.ident.to_string();
                self.add(path(module, area, &owner, None), format!("static {}", spelt(&item.ty)), "");
                // Each of core's facts about an operation is an entry of its own.
                let mut expression = &*item.expr;
                while let syn::Expr::MethodCall(call) = expression {
                    let member = Member::Function(call.method.to_string());
                    self.add(path(module, area, &owner, Some(member)), "", spelt(&call.args));
                    expression = &call.receiver;
                }
                let member = Member::Function("new".to_owned());
                self.add(path(module, area, &owner, Some(member)), "", spelt(expression));
            }
            syn::Item::Const(item) if is_public(&item.vis) => {
                let path = path(module, area, &item.ident.to_string(), None);
                self.add(path, format!("const {}", spelt(&item.ty)), spelt(&item.expr));
            }
            syn::Item::Fn(item) if is_public(&item.vis) => {
                let path = path(module, area, &item.sig.ident.to_string(), None);
                self.add(path, spelt(&item.sig), deprecation(&item.attrs));
            }
            syn::Item::Type(item) if is_public(&item.vis) => {
                let path = path(module, area, &item.ident.to_string(), None);
                self.add(path, format!("type {}", spelt(&item.ty)), "");
            }
            // Core's macros implement a trait for a type of the module.
            syn::Item::Macro(item) if implemented_trait(&item.mac).is_some() => {
                let name = implemented_trait(&item.mac).unwrap_or_default();
                let made: Implementation = item
                    .mac
                    .parse_body()
                    .with_context(|| format!("cannot parse the arguments of {}", spelt(&item.mac.path)))?;
                let path = path(module, area, &spelt(&made.owner), Some(Member::Function(format!("impl {name}"))));
                // The type of a payload is a part of the trait; the fields with points are not.
                match name {
                    "HasPayload" => self.add(path, spelt(&made.from), ""),
                    _ => self.add(path, "impl", spelt(&made.from)),
                }
            }
            syn::Item::Mod(_) | syn::Item::Use(_) => {}
            other if is_private(other) => {}
            other => anyhow::bail!("a public item that the comparison does not know: {}", spelt(other)),
        }
        Ok(())
    }

    /// The differences from this module to `new`. The contents of a new or removed item are not listed one by one.
    pub fn differences(&self, new: &Self) -> Vec<Difference> {
        let mut found = Vec::new();
        let paths: BTreeSet<&Path> = self.items.keys().chain(new.items.keys()).collect();
        for path in paths {
            let (before, after) = (self.items.get(path), new.items.get(path));
            let has_holder =
                |items: &BTreeMap<Path, Item>| holder(path).is_none_or(|holder| items.contains_key(&holder));
            if path.area == "meta" && path.member.is_some() {
                let text = |item: Option<&Item>| item.map(|item| item.behaviour.clone()).unwrap_or_default();
                let (before, after) = (text(before), text(after));
                if before != after && has_holder(&self.items) && has_holder(&new.items) {
                    // A call without a newly required argument fails before it is sent.
                    let effect = match path.member.as_ref().is_some_and(|member| member.name() == "required") {
                        true if !names(&after).is_subset(&names(&before)) => Effect::Breaking,
                        _ => Effect::Behaviour,
                    };
                    found.push(difference(path, effect, Some(&before), Some(&after)));
                }
                continue;
            }
            match (before, after) {
                (Some(old), None) if has_holder(&new.items) => {
                    found.push(difference(path, Effect::Breaking, Some(&old.contract), None));
                }
                (None, Some(item)) if has_holder(&self.items) => {
                    // New members of a struct or an enum that is not open break callers.
                    let closed = |holder: Path| {
                        let grows = matches!(path.member, Some(Member::Field(_) | Member::Variant(_)));
                        let open =
                            |item: &Item| item.contract == "open enum" || item.contract.contains("non_exhaustive");
                        grows && self.items.get(&holder).is_some_and(|item| !open(item))
                    };
                    let effect = if holder(path).is_some_and(closed) { Effect::Breaking } else { Effect::Additive };
                    found.push(difference(path, effect, None, Some(&item.contract)));
                }
                (Some(old), Some(new)) if old.contract != new.contract => {
                    found.push(difference(path, Effect::Breaking, Some(&old.contract), Some(&new.contract)));
                }
                (Some(old), Some(new)) if old.behaviour != new.behaviour => {
                    // A deprecation warns callers, so it counts as much as an addition.
                    let effect = if new.behaviour == "deprecated" { Effect::Additive } else { Effect::Behaviour };
                    found.push(difference(path, effect, Some(&old.behaviour), Some(&new.behaviour)));
                }
                _ => {}
            }
        }
        found
    }
}

fn path(module: &str, area: &'static str, owner: &str, member: Option<Member>) -> Path {
    Path { module: module.to_owned(), area, owner: owner.to_owned(), member }
}

/// The parent of an item: for a member its struct or enum, otherwise the module.
fn holder(path: &Path) -> Option<Path> {
    match (&path.member, path.owner.is_empty()) {
        (Some(_), _) => Some(Path { member: None, ..path.clone() }),
        (None, false) => Some(self::path(&path.module, "", "", None)),
        (None, true) => None,
    }
}

fn difference(path: &Path, effect: Effect, old: Option<&str>, new: Option<&str>) -> Difference {
    Difference { path: path.clone(), effect, old: old.map(str::to_owned), new: new.map(str::to_owned) }
}

/// The names in a list such as `&["a", "b"]`.
fn names(list: &str) -> BTreeSet<&str> {
    list.split('"').skip(1).step_by(2).collect()
}

fn is_public(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Public(_))
}

fn is_private(item: &syn::Item) -> bool {
    match item {
        syn::Item::Trait(item) => !is_public(&item.vis),
        syn::Item::Union(item) => !is_public(&item.vis),
        syn::Item::Struct(_) | syn::Item::Enum(_) | syn::Item::Static(_) => true,
        syn::Item::Const(_) | syn::Item::Fn(_) | syn::Item::Type(_) => true,
        _ => false,
    }
}

/// The attributes that belong to the contract: derives and `non_exhaustive`.
fn attributes(attributes: &[syn::Attribute]) -> String {
    let kept = attributes
        .iter()
        .filter(|attribute| ["derive", "non_exhaustive"].iter().any(|name| attribute.path().is_ident(name)));
    kept.map(|attribute| format!(" {}", spelt(attribute))).collect()
}

fn deprecation(attributes: &[syn::Attribute]) -> String {
    let is = |attribute: &&syn::Attribute| attribute.path().is_ident("deprecated");
    attributes.iter().filter(is).map(|_| "deprecated").collect()
}

fn serde_words(attributes: &[syn::Attribute]) -> String {
    attributes.iter().filter(|attribute| attribute.path().is_ident("serde")).map(spelt).collect::<Vec<_>>().join(" ")
}

/// Writes tokens almost as people write them.
fn spelt(tokens: impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (from, to) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" ::", "::"),
        (" < ", "<"),
        (" > ", "> "),
        (" >", ">"),
        ("& ", "&"),
        (" , ", ", "),
        (" ,", ","),
        ("( ", "("),
        (" )", ")"),
        (" (", "("),
        ("[ ", "["),
        (" ]", "]"),
        (" : ", ": "),
        (" . ", "."),
        ("# [", "#["),
    ] {
        text = text.replace(from, to);
    }
    text
}

/// The trait that a macro of core implements.
fn implemented_trait(mac: &syn::Macro) -> Option<&'static str> {
    let name = &mac.path.segments.last()?.ident;
    [("payload", "HasPayload"), ("has_points", "HasPoints")]
        .into_iter()
        .find_map(|(known, implemented)| (name == known).then_some(implemented))
}

/// The input of `spapi_core::payload!` and `spapi_core::has_points!`.
struct Implementation {
    owner: syn::Type,
    /// What the implementation uses: fields, or the type of the payload.
    from: proc_macro2::TokenStream,
}

impl Parse for Implementation {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let owner = input.parse()?;
        match input.peek(syn::Token![:]) {
            true => drop(input.parse::<syn::Token![:]>()?),
            false => drop(input.parse::<syn::Token![,]>()?),
        }
        Ok(Self { owner, from: input.parse()? })
    }
}

/// The input of `spapi_core::open_enum!`.
struct OpenEnum {
    name: syn::Ident,
    variants: Vec<(syn::Ident, syn::LitStr)>,
}

impl Parse for OpenEnum {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        input.call(syn::Attribute::parse_outer)?;
        input.parse::<syn::Visibility>()?;
        input.parse::<syn::Token![enum]>()?;
        let name = input.parse()?;
        let body;
        syn::braced!(body in input);
        let mut variants = Vec::new();
        while !body.is_empty() {
            body.call(syn::Attribute::parse_outer)?;
            let variant = body.parse()?;
            body.parse::<syn::Token![=]>()?;
            variants.push((variant, body.parse()?));
            if !body.is_empty() {
                body.parse::<syn::Token![,]>()?;
            }
        }
        Ok(Self { name, variants })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(text: &str) -> Api {
        let mut api = Api::module("v0");
        api.read("v0", "types", text).unwrap();
        api
    }

    fn shown(old: &str, new: &str) -> Vec<String> {
        let found = api(old).differences(&api(new));
        found.iter().map(|found| format!("{}: {}", found.effect.word(), found.text())).collect()
    }

    #[test]
    fn structs_fields_and_functions_are_compared() {
        let old = "#[non_exhaustive] pub struct A { pub a: String, pub b: Option<i64>, hidden: u8 }
            impl A { pub fn new(a: String) -> Self { todo!() } fn own(&self) {} }";
        assert_eq!(shown(old, old), Vec::<String>::new());
        let new = "#[non_exhaustive] pub struct A { pub a: Vec<String>, pub c: bool, hidden: u16 }
            impl A { pub fn new(a: String, c: bool) -> Self { todo!() } } pub struct B;";
        assert_eq!(
            shown(old, new),
            [
                "breaking: `v0::types::A.a`: `String` becomes `Vec<String>`",
                "breaking: `v0::types::A.b` is gone",
                "additive: `v0::types::A.c` is new",
                "breaking: `v0::types::A::new()`: `fn new(a: String) -> Self` becomes `fn new(a: String, c: bool) -> Self`",
                "additive: `v0::types::B` is new",
            ]
        );
        assert_eq!(
            shown("pub struct A { pub a: u8 }", "pub struct A { pub a: u8, pub b: u8 }"),
            ["breaking: `v0::types::A.b` is new"]
        );
        assert_eq!(
            shown("#[derive(Clone, Debug)] pub struct A;", "#[derive(Clone)] pub struct A;"),
            ["breaking: `v0::types::A`: `struct #[derive(Clone, Debug)]` becomes `struct #[derive(Clone)]`"]
        );
    }

    #[test]
    fn a_new_variant_is_additive_and_a_changed_name_on_the_wire_is_behaviour() {
        let open = |variants: &str| format!("spapi_core::open_enum! {{ /// Doc.\n pub enum S {{ {variants} }} }}");
        assert_eq!(shown(&open("A = \"A\""), &open("A = \"A\", B = \"B\",")), ["additive: `v0::types::S::B` is new"]);
        assert_eq!(shown(&open("A = \"A\""), &open("")), ["breaking: `v0::types::S::A` is gone"]);
        assert_eq!(shown(&open("A = \"A\""), &open("A = \"a\"")), ["behaviour: `v0::types::S::A`: `A` becomes `a`"]);
        let field = |attribute: &str| format!("#[non_exhaustive] pub struct A {{ {attribute} pub a: u8 }}");
        let found = shown(&field("#[serde(rename = \"a\")]"), &field("#[serde(rename = \"A\")]"));
        assert!(matches!(found.as_slice(), [one] if one.starts_with("behaviour: `v0::types::A.a`")), "{found:?}");
    }

    #[test]
    fn a_changed_operation_breaks_only_if_it_requires_more() {
        let meta = |words: &str| {
            let mut api = Api::module("v0");
            api.read("v0", "meta", &format!("pub static X: Operation = Operation::new(\"x\"){words};")).unwrap();
            api
        };
        let effect = |old: &str, new: &str| meta(old).differences(&meta(new))[0].effect;
        assert_eq!(effect(".rate(1.0, 2)", ".rate(2.0, 2)"), Effect::Behaviour);
        assert_eq!(effect(".required(&[\"a\"])", ".required(&[\"a\", \"b\"])"), Effect::Breaking);
        assert_eq!(effect("", ".required(&[\"a\"])"), Effect::Breaking);
        assert_eq!(effect(".required(&[\"a\"])", ""), Effect::Behaviour);
    }

    #[test]
    fn traits_that_macros_implement_are_compared() {
        let with = |macros: &str| format!("#[non_exhaustive] pub struct A {{ pub a: u8 }} {macros}");
        let points = with("spapi_core::has_points!(A, in a);");
        assert_eq!(shown(&points, &points), Vec::<String>::new());
        assert_eq!(shown(&points, &with("")), ["breaking: `v0::types::A::impl HasPoints()` is gone"]);
        assert_eq!(shown(&with(""), &points), ["additive: `v0::types::A::impl HasPoints()` is new"]);
        let number = with("spapi_types::has_points!(A: number, money);");
        let becomes = "`v0::types::A::impl HasPoints()`: `in a` becomes `number, money`";
        assert_eq!(shown(&points, &number), [format!("behaviour: {becomes}")]);
        let payload = |of: &str| with(&format!("spapi_core::payload!(A, {of});"));
        let becomes = "`v0::types::A::impl HasPayload()`: `Vec<B>` becomes `C`";
        assert_eq!(shown(&payload("Vec<B>"), &payload("C")), [format!("breaking: {becomes}")]);
    }

    #[test]
    fn the_parts_of_an_added_or_removed_item_are_not_reported_separately() {
        let one = "pub struct A { pub a: u8 } impl A { pub fn a(&self) {} }";
        assert_eq!(shown(one, ""), ["breaking: `v0::types::A` is gone"]);
        assert_eq!(shown("", one), ["additive: `v0::types::A` is new"]);
        assert_eq!(Api::default().differences(&api(one)).len(), 1);
    }
}
