//! What the service says of the attributes of a listing.

use super::attribute::{Attribute, Chosen, Kind, List, Member, Need, Node, Number, Text};
use super::rule::Broken;
use super::{Group, Language, ProductType, Requirements};
use crate::time::dates;
use serde_json::{Map, Value};
use spapi_types::Marketplace;
use spapi_types::text::printable;
use std::collections::HashMap;

/// Something that the service finds in the attributes of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    /// The attribute that it concerns.
    pub(crate) attribute: String,
    pub(crate) message: String,
    pub(crate) severity: Severity,
    /// What kind of problem it is: `MISSING_ATTRIBUTE`.
    pub(crate) category: &'static str,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    /// The service refuses the listing.
    Error,
    Warning,
}

const INVALID: &str = "INVALID_ATTRIBUTE";
const MISSING: &str = "MISSING_ATTRIBUTE";
const PRICE: &str = "INVALID_PRICE";

/// The most problems of one listing, and the most characters of a name in a message.
const MOST: usize = 200;
const NAME: usize = 60;

/// The attribute of prices.
const OFFER: &str = "purchasable_offer";

/// The attribute of titles, and how many characters a title can have beside an addition. No schema says so.
const TITLE: &str = "item_name";
const SHORT_TITLE: usize = 75;

/// The attribute of stock. The service takes a marketplace there although no schema has it.
const STOCK: &str = "fulfillment_availability";

impl ProductType {
    /// What the service says of attributes for a marketplace. `is_whole` says that they are a whole listing, so that what is
    /// missing counts too; a patch has only parts.
    pub(crate) fn problems(
        &self,
        marketplace: Marketplace,
        requirements: Requirements,
        attributes: &Map<String, Value>,
        is_whole: bool,
    ) -> Vec<Problem> {
        let language = Language::of_marketplace(marketplace);
        let mut check = Check { marketplace, language, is_whole, attribute: String::new(), problems: Vec::new() };
        for (name, value) in attributes {
            check.attribute.clone_from(name);
            match self.attribute(name, marketplace) {
                Some(attribute) => check.instances(&attribute.list, value),
                None => {
                    let name = printable(name).up_to(NAME);
                    let message = format!("The product type {} does not have the attribute {name}.", self.name);
                    check.error("90000900", INVALID, message);
                }
            }
        }
        if let Some(offers) = attributes.get(OFFER).and_then(Value::as_array) {
            check.attribute = OFFER.to_owned();
            offers.iter().for_each(|offer| check.bracket(offer));
        }
        if attributes.contains_key("title_differentiation") {
            check.attribute = TITLE.to_owned();
            check.title(attributes.get(TITLE));
        }
        if is_whole {
            self.missing(&mut check, requirements, attributes);
        }
        check.problems
    }

    /// The attribute with this name, if the marketplace has it.
    fn attribute(&self, name: &str, marketplace: Marketplace) -> Option<&Attribute> {
        self.attributes.iter().find(|known| known.name == name && known.is_sold_in(marketplace) && !known.is_next)
    }

    /// What a whole listing lacks.
    fn missing(&self, check: &mut Check, requirements: Requirements, attributes: &Map<String, Value>) {
        for attribute in &self.attributes {
            let is_absent = !attributes.contains_key(&*attribute.name);
            if !is_absent || self.attribute(&attribute.name, check.marketplace).is_none() {
                continue;
            }
            check.attribute = attribute.name.clone().into_owned();
            if attribute.is_needed(requirements) {
                check.error("90220", MISSING, format!("{} is required but missing.", attribute.name));
            } else if attribute.need == Need::Recommended && requirements != Requirements::OfferOnly {
                let category = if attribute.group == Group::Images { "MISSING_IMAGE" } else { MISSING };
                check.add("18448", Severity::Warning, category, format!("{} is recommended.", attribute.name));
            }
        }
        if requirements == Requirements::OfferOnly {
            return;
        }
        for broken in self.rules.iter().flat_map(|rule| rule.broken(attributes)) {
            let (Broken::Missing(name) | Broken::Forbidden(name) | Broken::MissingMember(name, _)) = &broken;
            if self.attribute(name, check.marketplace).is_none() {
                continue;
            }
            check.attribute = name.clone().into_owned();
            match &broken {
                Broken::Missing(_) => check.error("99010", MISSING, format!("Other values make {name} necessary.")),
                Broken::Forbidden(_) => {
                    check.error("4000001", INVALID, format!("Other values do not allow {name}."));
                }
                Broken::MissingMember(_, member) => {
                    check.error("99022", MISSING, format!("Other values make {member} of {name} necessary."));
                }
            }
        }
    }
}

/// A check of attributes.
struct Check {
    marketplace: Marketplace,
    language: Language,
    is_whole: bool,
    /// The attribute that is being looked at.
    attribute: String,
    problems: Vec<Problem>,
}

impl Check {
    fn add(&mut self, code: &'static str, severity: Severity, category: &'static str, message: String) {
        let problem = Problem { code, attribute: self.attribute.clone(), message, severity, category };
        // A list with the same error in each instance is one problem.
        if self.problems.len() < MOST && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn error(&mut self, code: &'static str, category: &'static str, message: String) {
        self.add(code, Severity::Error, category, message);
    }

    fn wrong_type(&mut self, title: &str, wanted: &str) {
        self.error("4000001", INVALID, format!("{title} must be {wanted}."));
    }

    fn instances(&mut self, list: &List, value: &Value) {
        let title = list.item.title.of(self.language).to_owned();
        let Value::Array(instances) = value else { return self.wrong_type(&title, "a list") };
        let count = instances.len();
        if (count as u64) < u64::from(list.min.unwrap_or_default()) {
            self.error("99022", MISSING, format!("{title} has too few values."));
        }
        if list.max.is_some_and(|most| count as u64 > u64::from(most)) {
            self.error("4000001", INVALID, format!("{title} has too many values."));
        }
        if let Some(most) = list.max_unique {
            let key = |instance: &Value| match &list.selectors[..] {
                [] => instance.clone(),
                selectors => selectors.iter().map(|selector| instance.get(selector).cloned()).collect(),
            };
            let mut counts: HashMap<String, u64> = HashMap::new();
            for instance in instances {
                *counts.entry(key(instance).to_string()).or_default() += 1;
            }
            if counts.values().any(|count| *count > u64::from(most)) {
                let message = format!("{title} has more than {most} values for the same selectors.");
                self.error("4000001", INVALID, message);
            }
        }
        for instance in instances {
            self.value(&list.item, instance);
        }
    }

    fn value(&mut self, node: &Node, value: &Value) {
        // A patch removes a member by null.
        if value.is_null() && !self.is_whole {
            return;
        }
        let title = node.title.of(self.language).to_owned();
        match &node.kind {
            Kind::Object(members) => self.members(&title, members, value),
            Kind::List(list) => self.instances(list, value),
            Kind::Text(text) => self.text(&title, text, value),
            Kind::Number(number) => self.number(&title, number, value),
            Kind::Flag if !value.is_boolean() => self.wrong_type(&title, "true or false"),
            Kind::Flag => {}
            Kind::Moment => match value.as_str() {
                Some(text) if dates::read(text).is_some() => {}
                _ => self.wrong_type(&title, "a date"),
            },
            Kind::MarketplaceId => {
                let id = value.as_str();
                if !Marketplace::ALL.iter().any(|known| Some(known.id()) == id) {
                    self.wrong_type("marketplace_id", "the id of a marketplace");
                }
            }
            Kind::LanguageTag => match value.as_str() {
                Some(tag) if !tag.is_empty() => {}
                _ => self.wrong_type("language_tag", "a locale"),
            },
            Kind::Currency => match value.as_str() {
                Some(currency) if Marketplace::ALL.iter().any(|known| known.currency() == currency) => {}
                Some(_) => self.error("90244", INVALID, format!("{title} is not the code of a currency.")),
                None => self.wrong_type(&title, "a text"),
            },
            Kind::Audience => match value.as_str() {
                Some("ALL" | "B2B") => {}
                Some(_) => self.error("90244", INVALID, format!("{title} must be ALL or B2B.")),
                None => self.wrong_type(&title, "a text"),
            },
        }
    }

    fn members(&mut self, title: &str, members: &[Member], value: &Value) {
        let Value::Object(object) = value else { return self.wrong_type(title, "an object") };
        let marketplace = self.marketplace;
        let is_here = |member: &&Member| member.only_in.is_empty() || member.only_in.contains(&marketplace);
        for (name, value) in object {
            match members.iter().filter(is_here).find(|member| member.name == name) {
                Some(member) => self.value(&member.node, value),
                None if self.attribute == STOCK && name == "marketplace_id" => {}
                None => {
                    let name = printable(name).up_to(NAME);
                    self.error("4000001", INVALID, format!("{title} does not have the member {name}."));
                }
            }
        }
        for member in members.iter().filter(is_here) {
            if member.is_required && self.is_whole && !object.contains_key(member.name) {
                self.error("99022", MISSING, format!("{title} lacks {}.", member.name));
            }
        }
    }

    fn text(&mut self, title: &str, text: &Text, value: &Value) {
        let Some(given) = value.as_str() else { return self.wrong_type(title, "a text") };
        let (characters, bytes) = (given.chars().count() as u64, given.len() as u64);
        if text.max.is_some_and(|most| characters > u64::from(most)) {
            self.error("90225", INVALID, format!("{title} has {characters} characters, which is too many."));
        }
        if text.min.is_some_and(|least| characters < u64::from(least)) {
            self.error("99022", INVALID, format!("{title} has {characters} characters, which is too few."));
        }
        if text.max_bytes.is_some_and(|most| bytes > u64::from(most)) {
            self.error("97779", INVALID, format!("{title} has {bytes} bytes of UTF-8, which is too many."));
        }
        if text.min_bytes.is_some_and(|least| bytes < u64::from(least)) {
            self.error("99022", INVALID, format!("{title} has {bytes} bytes of UTF-8, which is too few."));
        }
        let schemes: &[&str] = match (text.is_picture, text.is_uri) {
            (true, _) => &["https://", "http://", "s3://"],
            (_, true) => &["https://", "http://"],
            _ => &[],
        };
        if !schemes.is_empty() && !schemes.iter().any(|scheme| given.starts_with(scheme)) {
            let category = if text.is_picture { "INVALID_IMAGE" } else { INVALID };
            self.error("4000001", category, format!("{title} must be an address."));
        }
        if let Some(choices) = &text.choices
            && choices.how != Chosen::Open
            && !choices.holds(given, self.language)
        {
            self.error("90244", INVALID, format!("{title} has a value that is not in the list."));
        }
    }

    fn number(&mut self, title: &str, number: &Number, value: &Value) {
        let category = if self.attribute == OFFER || self.attribute == "list_price" { PRICE } else { INVALID };
        let given = value.as_f64().filter(|given| !number.is_whole || given.fract() == 0.0);
        let Some(given) = given else {
            let wanted = if number.is_whole { "a whole number" } else { "a number" };
            return self.error("4000001", category, format!("{title} must be {wanted}."));
        };
        let is_in = number.min.is_none_or(|least| given >= least)
            && number.max.is_none_or(|most| given <= most)
            && number.above.is_none_or(|limit| given > limit);
        if !is_in {
            self.error("4000001", category, format!("{title} is too small or too large."));
        }
        if let Some(step) = number.step {
            let steps = given / step;
            // Cents have no exact double. A larger difference than that of rounding is a wrong number.
            if (steps - steps.round()).abs() > 1e-6 * steps.abs().max(1.0) {
                self.error("4000001", category, format!("{title} must be a multiple of {step}."));
            }
        }
    }

    /// Looks at titles that have an addition.
    fn title(&mut self, titles: Option<&Value>) {
        let titles = titles.and_then(Value::as_array).into_iter().flatten();
        let is_long = |title: &Value| {
            title.get("value").and_then(Value::as_str).is_some_and(|title| title.chars().count() > SHORT_TITLE)
        };
        if titles.into_iter().any(is_long) {
            let message = format!("A title with an addition has at most {SHORT_TITLE} characters.");
            self.error("100476", INVALID, message);
        }
    }

    /// Compares the price of an offer with the seller's own lowest and highest price.
    fn bracket(&mut self, offer: &Value) {
        let price = |name: &str| offer.get(name)?.get(0)?.get("schedule")?.get(0)?.get("value_with_tax")?.as_f64();
        let Some(own) = price("our_price") else { return };
        let least = price("minimum_seller_allowed_price").is_some_and(|least| own < least);
        let most = price("maximum_seller_allowed_price").is_some_and(|most| own > most);
        if least || most {
            let limit = if least { "below your lowest price" } else { "above your highest price" };
            self.error("18155", PRICE, format!("The price is {limit}."));
        }
        let units = own * if self.marketplace.currency() == "JPY" { 1.0 } else { 100.0 };
        if own <= 0.0 || !units.is_finite() || (units - units.round()).abs() > 1e-6 {
            self.error("4000001", PRICE, format!("{own} is not a price in {}.", self.marketplace.currency()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Edition, MARKETPLACES, all, find};
    use super::*;
    use crate::shop::Random;
    use serde_json::json;

    fn edition(marketplace: Marketplace) -> Edition {
        Edition {
            marketplace,
            language: Language::of_marketplace(marketplace),
            requirements: Requirements::Listing,
            is_enforced: true,
            parentage: None,
            has_seller: true,
            is_next: false,
        }
    }

    /// A value that the node allows. `pick` chooses one of so many.
    fn value(node: &Node, edition: &Edition, pick: &mut dyn FnMut(usize) -> usize) -> Value {
        match &node.kind {
            Kind::Text(text) => match &text.choices {
                Some(choices) => {
                    let choice = &choices.values[pick(choices.values.len())];
                    choice.value(choices, edition.language).into()
                }
                None if text.is_picture || text.is_uri => "https://images.example/1.jpg".into(),
                None => "x".repeat(text.min.unwrap_or(1) as usize).into(),
            },
            Kind::Number(number) => number.min.unwrap_or(1.0).max(number.above.map_or(0.0, |above| above + 1.0)).into(),
            Kind::Flag => (pick(2) == 1).into(),
            Kind::Moment => "2026-11-30".into(),
            Kind::Object(members) => members
                .iter()
                .filter(|member| member.is_in(edition))
                .map(|member| (member.name.to_owned(), value(&member.node, edition, pick)))
                .collect(),
            Kind::List(list) => json!([value(&list.item, edition, pick)]),
            Kind::MarketplaceId => edition.marketplace.id().into(),
            Kind::LanguageTag => edition.marketplace.default_locale().into(),
            Kind::Currency => edition.marketplace.currency().into(),
            Kind::Audience => "ALL".into(),
        }
    }

    /// The attributes with these names, each with one instance.
    fn sample(known: &ProductType, edition: &Edition, wants: impl Fn(&Attribute) -> bool) -> Map<String, Value> {
        let wanted = known.attributes_of(edition).filter(|attribute| wants(attribute));
        wanted
            .map(|attribute| {
                (attribute.name.clone().into_owned(), json!([value(&attribute.list.item, edition, &mut |_| 0)]))
            })
            .collect()
    }

    /// A small listing without errors.
    fn listing(known: &ProductType, marketplace: Marketplace) -> Map<String, Value> {
        sample(known, &edition(marketplace), |attribute| {
            attribute.is_needed(Requirements::Listing) || attribute.name == "externally_assigned_product_identifier"
        })
    }

    fn codes(
        known: &ProductType,
        marketplace: Marketplace,
        attributes: &Map<String, Value>,
    ) -> Vec<(String, &'static str)> {
        let problems = known.problems(marketplace, Requirements::Listing, attributes, true);
        problems
            .into_iter()
            .filter(|problem| problem.severity == Severity::Error)
            .map(|problem| (problem.attribute, problem.code))
            .collect()
    }

    fn validator(known: &ProductType, edition: &Edition) -> jsonschema::Validator {
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft201909).should_validate_formats(true);
        options.build(&known.schema(edition)).unwrap_or_else(|error| panic!("{}: {error}", known.name))
    }

    #[test]
    fn the_schema_and_the_service_agree_on_what_is_right_and_what_is_missing() {
        for known in all() {
            for marketplace in MARKETPLACES {
                let validator = validator(known, &edition(marketplace));
                let right = listing(known, marketplace);
                assert_eq!(codes(known, marketplace, &right), []);
                assert!(validator.is_valid(&right.clone().into()), "{} {}", known.name, marketplace.id());
                for name in right.keys() {
                    let mut without = right.clone();
                    without.remove(name);
                    let refuses = !codes(known, marketplace, &without).is_empty();
                    assert_eq!(refuses, !validator.is_valid(&without.into()), "{} without {name}", known.name);
                }
            }
        }
    }

    #[test]
    fn the_schema_and_the_service_agree_on_every_attribute() {
        for known in all() {
            for marketplace in MARKETPLACES {
                let edition = Edition { is_enforced: false, ..edition(marketplace) };
                let validator = validator(known, &edition);
                for attribute in known.attributes_of(&edition) {
                    let one = sample(known, &edition, |other| other.name == attribute.name);
                    let found = known.problems(marketplace, Requirements::Listing, &one, false);
                    assert_eq!(found, [], "{} {}: {one:?}", known.name, attribute.name);
                    let errors: Vec<_> =
                        validator.iter_errors(&one.clone().into()).map(|error| error.to_string()).collect();
                    assert_eq!(errors, [""; 0], "{} {}", known.name, attribute.name);
                    for wrong in [json!("text"), json!(["text"]), json!([{ "zeppelin": 1 }])] {
                        let wrong = Map::from_iter([(attribute.name.clone().into_owned(), wrong)]);
                        let found = known.problems(marketplace, Requirements::Listing, &wrong, false);
                        assert!(!found.is_empty() && !validator.is_valid(&wrong.clone().into()), "{wrong:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_schema_and_the_service_agree_on_what_attributes_demand_of_each_other() {
        let (mut right, mut wrong) = (0, 0);
        for (stream, marketplace) in (0..).zip(MARKETPLACES) {
            let known = find("LUGGAGE").unwrap();
            let edition = edition(marketplace);
            let validator = validator(known, &edition);
            let mut random = Random::new(1, stream);
            for _ in 0..200 {
                let mut attributes = listing(known, marketplace);
                // Few attributes break few rules, so that both outcomes occur.
                for _ in 0..random.below(8) {
                    let others: Vec<&Attribute> = known.attributes_of(&edition).collect();
                    let other = others[random.below(others.len() as u64) as usize];
                    let instance = value(&other.list.item, &edition, &mut |count| random.below(count as u64) as usize);
                    attributes.insert(other.name.clone().into_owned(), json!([instance]));
                }
                let found = codes(known, marketplace, &attributes);
                let is_valid = validator.is_valid(&attributes.clone().into());
                assert_eq!(found.is_empty(), is_valid, "{found:?}: {attributes:?}");
                *(if is_valid { &mut right } else { &mut wrong }) += 1;
            }
        }
        assert!(right > 100 && wrong > 100, "{right} right, {wrong} wrong");
    }

    #[test]
    fn each_problem_has_its_code_and_category() {
        let known = find("KITCHEN").unwrap();
        let us = Marketplace::US;
        let right = listing(known, us);
        let price = |amount: f64| json!([{ "schedule": [{ "value_with_tax": amount }] }]);
        let offer = |own: f64| {
            json!([{
                "marketplace_id": us.id(), "currency": "USD", "audience": "ALL", "our_price": price(own),
                "minimum_seller_allowed_price": price(10.0), "maximum_seller_allowed_price": price(20.0),
            }])
        };
        let text = |value: &str| json!([{ "value": value, "language_tag": "en_US", "marketplace_id": us.id() }]);
        let plain = |value: Value| json!([{ "value": value, "marketplace_id": us.id() }]);
        let long = "長".repeat(201);
        for (name, value, code, category) in [
            ("item_name", Value::Null, "90220", MISSING),
            ("zeppelin", text("x"), "90000900", INVALID),
            ("item_name", text(&long), "90225", INVALID),
            ("item_name", plain(json!(5)), "4000001", INVALID),
            ("item_name", json!([]), "99022", MISSING),
            ("country_of_origin", plain(json!("XX")), "90244", INVALID),
            ("style", text("Baroque"), "90244", INVALID),
            ("generic_keyword", text(&long), "97779", INVALID),
            ("max_order_quantity", plain(json!(0)), "4000001", INVALID),
            ("main_product_image_locator", json!([{ "media_location": "ftp://a" }]), "4000001", "INVALID_IMAGE"),
            ("list_price", json!([{ "currency": "USD", "value": 1.005 }]), "4000001", PRICE),
            ("batteries_included", plain(json!(true)), "99010", MISSING),
            ("condition_type", plain(json!("used_good")), "99010", MISSING),
            ("title_differentiation", text("x"), "100476", INVALID),
            ("purchasable_offer", offer(9.99), "18155", PRICE),
            ("purchasable_offer", offer(20.01), "18155", PRICE),
            ("purchasable_offer", offer(15.001), "4000001", PRICE),
        ] {
            let mut attributes = right.clone();
            if name == "title_differentiation" {
                attributes.insert("item_name".to_owned(), text(&long[..228]));
            }
            match &value {
                Value::Null => drop(attributes.remove(name)),
                value => drop(attributes.insert(name.to_owned(), value.clone())),
            }
            let problems = known.problems(us, Requirements::Listing, &attributes, true);
            let is_found = |problem: &Problem| (problem.code, problem.category) == (code, category);
            assert!(problems.iter().any(is_found), "{name} {value}: {problems:?}");
        }
        for amount in [0.07, 0.29, 1.13, 4.35] {
            let value = json!([{ "currency": "USD", "value": amount, "marketplace_id": us.id() }]);
            let one = Map::from_iter([("list_price".to_owned(), value)]);
            assert_eq!(known.problems(us, Requirements::Listing, &one, false), [], "{amount}");
        }
    }

    #[test]
    fn a_value_in_another_language_than_the_marketplaces_is_refused() {
        let known = find("KITCHEN").unwrap();
        let material = |value: &str| {
            let instance = json!([{ "value": value, "language_tag": "en_US" }]);
            let attributes = Map::from_iter([("material".to_owned(), instance)]);
            known.problems(Marketplace::JP, Requirements::Listing, &attributes, false)
        };
        assert_eq!(material("ガラス"), []);
        assert_eq!(material("Glass").iter().map(|problem| problem.code).collect::<Vec<_>>(), ["90244"]);
    }

    #[test]
    fn a_picture_is_recommended_and_an_offer_needs_little() {
        let known = find("TEA").unwrap();
        let problems = known.problems(Marketplace::DE, Requirements::Listing, &listing(known, Marketplace::DE), true);
        let [warning] = &problems[..] else { panic!("{problems:?}") };
        assert_eq!((warning.severity, warning.category), (Severity::Warning, "MISSING_IMAGE"));
        assert_eq!(warning.severity, Severity::Warning);
        let offer = json!({
            "condition_type": [{ "value": "new_new" }],
            "merchant_suggested_asin": [{ "value": "B0SB000001" }],
        });
        for name in ["TEA", "PRODUCT"] {
            let known = find(name).unwrap();
            let offer = offer.as_object().unwrap();
            assert_eq!(known.problems(Marketplace::DE, Requirements::OfferOnly, offer, true), [], "{name}");
        }
    }

    #[test]
    fn stock_may_name_a_marketplace_and_a_patch_may_remove_a_member() {
        let known = find("TEA").unwrap();
        let attributes = json!({
            "fulfillment_availability": [{ "fulfillment_channel_code": "DEFAULT", "quantity": 3, "marketplace_id": "A1PA6795UKMFR9" }],
            "purchasable_offer": [{ "currency": "EUR", "audience": "ALL", "discounted_price": null }],
        });
        let attributes = attributes.as_object().unwrap();
        assert_eq!(known.problems(Marketplace::DE, Requirements::Listing, attributes, false), []);
    }
}
