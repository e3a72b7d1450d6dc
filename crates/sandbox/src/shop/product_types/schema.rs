//! The JSON Schema of a product type, generated from its attributes.

use super::attribute::{Attribute, Choices, Chosen, Kind, List, Member, Node, Number, Text};
use super::rule::Settled;
use super::words::{Words, words};
use super::{Edition, Language, META_SCHEMA, Parentage, ProductType, Requirements};
use serde_json::{Map, Value, json};

/// The addresses that pictures can have.
const PICTURE: &str = "^(https?|s3)://";

impl ProductType {
    /// The schema of an edition.
    pub(crate) fn schema(&self, edition: &Edition) -> Value {
        let names: Vec<&str> = self.attributes_of(edition).map(|attribute| &*attribute.name).collect();
        let properties: Map<String, Value> = self
            .attributes_of(edition)
            .map(|attribute| (attribute.name.clone().into_owned(), attribute.schema(edition)))
            .collect();
        let settled = Settled {
            has: &|name| names.contains(&name),
            parentage: edition.parentage.map(|level| match level {
                Parentage::None => "",
                Parentage::Child => "child",
                Parentage::Parent => "parent",
            }),
            is_enforced: edition.is_enforced,
        };
        let rules: Vec<Value> = self.rules.iter().filter_map(|rule| rule.schema(&settled)).collect();
        let mut schema = json!({
            "$schema": META_SCHEMA,
            "$id": format!("https://schemas.amazon.com/selling-partners/definitions/product-types/schema/v1/{}", self.name),
            "$comment": "Made for the sandbox.",
            "type": "object",
            "required": self.required(edition),
            "properties": properties,
            "additionalProperties": false,
            "$defs": definitions(edition),
        });
        if !rules.is_empty() {
            schema["allOf"] = rules.into();
        }
        schema
    }

    /// The attributes that each listing needs.
    fn required(&self, edition: &Edition) -> Vec<&str> {
        if !edition.is_enforced {
            return Vec::new();
        }
        let is_needed = |attribute: &&Attribute| match edition.parentage {
            Some(Parentage::Child) if attribute.name == "child_parent_sku_relationship" => {
                edition.requirements != Requirements::OfferOnly
            }
            Some(Parentage::Parent) if attribute.name == "variation_theme" => true,
            _ => attribute.is_needed(edition.requirements),
        };
        self.attributes_of(edition).filter(is_needed).map(|attribute| &*attribute.name).collect()
    }
}

/// The definitions that instances refer to.
fn definitions(edition: &Edition) -> Value {
    let own = edition.marketplace;
    let definition = |title: Words, value: &str, name: &str| {
        let mut schema = open("string", &[value.into()], &[name.into()]);
        schema["title"] = title.of(edition.language).into();
        schema["default"] = value.into();
        schema["editable"] = false.into();
        schema["hidden"] = true.into();
        schema
    };
    let marketplace = words("Marketplace", "Marktplatz", "Place de marché", "マーケットプレイス");
    let language = words("Language", "Sprache", "Langue", "言語");
    json!({
        "marketplace_id": definition(marketplace, own.id(), own.retail_host()),
        "language_tag": definition(language, own.default_locale(), own.default_locale()),
    })
}

impl Attribute {
    fn schema(&self, edition: &Edition) -> Value {
        let title = self.title.of(edition.language);
        let mut schema = self.list.schema(edition);
        schema["title"] = title.into();
        schema["description"] = description(title, edition.language).into();
        if edition.parentage == Some(Parentage::Child) && self.name == "child_parent_sku_relationship" {
            schema["items"]["required"] = json!(["parent_sku"]);
        }
        schema
    }
}

/// A sentence on an attribute.
fn description(title: &str, language: Language) -> String {
    match language {
        Language::English => format!("{title}, as the detail page is to show it."),
        Language::German => format!("{title}, wie es die Produktseite zeigen soll."),
        Language::French => format!("{title}, tel que la page du produit doit l'afficher."),
        Language::Japanese => format!("商品ページに表示する{title}。"),
    }
}

impl List {
    fn schema(&self, edition: &Edition) -> Value {
        let mut schema = json!({ "type": "array", "items": self.item.schema(edition) });
        let most = if self.needs_seller && !edition.has_seller { Some(0) } else { self.max };
        let limits = [
            ("minItems", self.min),
            ("maxItems", most),
            ("minUniqueItems", self.min_unique),
            ("maxUniqueItems", self.max_unique),
        ];
        for (keyword, limit) in limits {
            if let Some(limit) = limit {
                schema[keyword] = limit.into();
            }
        }
        if !self.selectors.is_empty() {
            schema["selectors"] = json!(self.selectors);
        }
        schema
    }
}

impl Member {
    pub(super) fn is_in(&self, edition: &Edition) -> bool {
        self.only_in.is_empty() || self.only_in.contains(&edition.marketplace)
    }
}

impl Node {
    fn schema(&self, edition: &Edition) -> Value {
        let title = self.title.of(edition.language);
        let mut schema = match &self.kind {
            Kind::MarketplaceId => return json!({ "$ref": "#/$defs/marketplace_id" }),
            Kind::LanguageTag => return json!({ "$ref": "#/$defs/language_tag" }),
            Kind::Object(members) => return object(members, edition),
            Kind::List(list) => {
                let mut schema = list.schema(edition);
                schema["title"] = title.into();
                return schema;
            }
            Kind::Text(text) => text.schema(edition),
            Kind::Number(number) => number.schema(),
            Kind::Flag => flag(edition.language),
            Kind::Moment => moment(edition.language),
            Kind::Currency => {
                let currency = edition.marketplace.currency();
                open("string", &[currency.into()], &[currency.into()])
            }
            Kind::Audience => {
                let words = [
                    ("ALL", words("Everyone", "Alle", "Tout le monde", "すべてのお客様")),
                    ("B2B", words("Companies", "Firmen", "Entreprises", "法人")),
                ];
                let known = &words[..if edition.has_seller { 2 } else { 1 }];
                let names: Vec<&str> = known.iter().map(|(_, label)| label.of(edition.language)).collect();
                json!({ "type": "string", "enum": known.iter().map(|(name, _)| name).collect::<Vec<_>>(), "enumNames": names })
            }
        };
        schema["title"] = title.into();
        schema["description"] = description(title, edition.language).into();
        schema["editable"] = (!self.is_fixed).into();
        schema["hidden"] = self.is_hidden.into();
        schema
    }
}

fn object(members: &[Member], edition: &Edition) -> Value {
    let members = || members.iter().filter(|member| member.is_in(edition));
    let required: Vec<&str> = members().filter(|member| member.is_required).map(|member| member.name).collect();
    let properties: Map<String, Value> =
        members().map(|member| (member.name.to_owned(), member.node.schema(edition))).collect();
    json!({ "type": "object", "required": required, "properties": properties, "additionalProperties": false })
}

impl Text {
    fn schema(&self, edition: &Edition) -> Value {
        let mut schema = match &self.choices {
            Some(choices) => choices.schema(edition.language),
            None => json!({ "type": "string" }),
        };
        let limits = [
            ("minLength", self.min),
            ("maxLength", self.max),
            ("minUtf8ByteLength", self.min_bytes),
            ("maxUtf8ByteLength", self.max_bytes),
        ];
        for (keyword, limit) in limits {
            if let Some(limit) = limit {
                schema[keyword] = limit.into();
            }
        }
        if self.is_picture {
            schema["pattern"] = PICTURE.into();
            schema["examples"] = json!(["https://images.example/1.jpg"]);
        }
        if self.is_uri {
            schema["format"] = "uri".into();
        }
        schema
    }
}

impl Choices {
    fn schema(&self, language: Language) -> Value {
        let mut values: Vec<Value> = self.values.iter().map(|choice| choice.value(self, language).into()).collect();
        let mut names: Vec<Value> = self.values.iter().map(|choice| choice.label.of(language).into()).collect();
        let example = values.first().cloned();
        if let (true, Some(value), Some(name)) = (self.repeats, values.first().cloned(), names.first().cloned()) {
            values.push(value);
            names.push(name);
        }
        let mut schema = match self.how {
            Chosen::Closed => json!({ "type": "string", "enum": values, "enumNames": names }),
            Chosen::Open | Chosen::OpenInSchema => open("string", &values, &names),
        };
        if !self.deprecated.is_empty() {
            let deprecated = json!({ "enumDeprecated": self.deprecated });
            match self.how {
                Chosen::Closed => schema["$lifecycle"] = deprecated,
                Chosen::Open | Chosen::OpenInSchema => schema["anyOf"][1]["$lifecycle"] = deprecated,
            }
        }
        if let Some(example) = example {
            schema["examples"] = json!([example]);
        }
        schema
    }
}

/// A value of that type, for which the list only has proposals.
fn open(kind: &str, values: &[Value], names: &[Value]) -> Value {
    json!({
        "type": kind,
        "anyOf": [{ "type": kind }, { "type": kind, "enum": values, "enumNames": names }],
    })
}

impl Number {
    fn schema(&self) -> Value {
        let mut schema = json!({ "type": if self.is_whole { "integer" } else { "number" } });
        let limits =
            [("minimum", self.min), ("maximum", self.max), ("exclusiveMinimum", self.above), ("multipleOf", self.step)];
        for (keyword, limit) in limits {
            if let Some(limit) = limit {
                // A limit without a fraction is written without one.
                schema[keyword] = if limit.fract() == 0.0 { (limit as i64).into() } else { limit.into() };
            }
        }
        if let Some(most) = self.max_length {
            schema["maxLength"] = most.into();
        }
        schema
    }
}

fn flag(language: Language) -> Value {
    let (no, yes) = (words("No", "Nein", "Non", "いいえ"), words("Yes", "Ja", "Oui", "はい"));
    json!({ "type": "boolean", "enum": [false, true], "enumNames": [no.of(language), yes.of(language)] })
}

fn moment(language: Language) -> Value {
    let day = words("Day", "Tag", "Jour", "日付");
    let time = words("Day and time", "Tag und Uhrzeit", "Jour et heure", "日時");
    json!({
        "type": "string",
        "oneOf": [
            { "title": day.of(language), "format": "date", "examples": ["2026-11-30"] },
            { "title": time.of(language), "format": "date-time", "examples": ["2026-11-30T09:00:00Z"] },
        ],
    })
}
