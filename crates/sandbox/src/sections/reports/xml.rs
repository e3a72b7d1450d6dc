//! XML reports: orders in Amazon's envelope, and the tree of categories.

use super::lines::Source;
use super::lines::orders::{service, sorted, status};
use super::{Outcome, Report};
use crate::sections::documents::Text;
use crate::sections::documents::charset::Charset;
use crate::server::Server;
use crate::shop::{FulfilledBy, Item, Market, Order};
use crate::time::dates;
use quick_xml::escape::escape;
use std::time::SystemTime;

/// Builds an XML document.
pub(super) struct Xml(String);

impl Xml {
    /// A document with this root, which may have attributes.
    fn new(root: &str) -> Self {
        Self(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root}>\n"))
    }

    /// An element with what `inside` adds.
    pub(super) fn element(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.with("", name, inside);
    }

    /// An element with attributes, as they are written.
    fn with(&mut self, attributes: &str, name: &str, inside: impl FnOnce(&mut Self)) {
        self.0 += &format!("<{name}{attributes}>");
        inside(self);
        self.0 += &format!("</{name}>");
    }

    /// An element with a text; none without a text.
    pub(super) fn text(&mut self, name: &str, text: impl AsRef<str>) {
        if !text.as_ref().is_empty() {
            self.element(name, |xml| xml.0 += &escape(text.as_ref()));
        }
    }

    /// An amount with its currency.
    fn amount(&mut self, market: &Market, units: i64) {
        self.amount_of("Amount", market, units);
    }

    /// An amount with its currency, as an element of that name.
    pub(super) fn amount_of(&mut self, name: &str, market: &Market, units: i64) {
        let currency = format!(" currency=\"{}\"", market.currency());
        self.with(&currency, name, |xml| xml.0 += &market.amount(units));
    }

    fn finish(mut self, root: &str) -> Text {
        self.0 += &format!("\n</{root}>\n");
        Text { media_type: "text/xml", charset: Charset::Utf8, text: self.0 }
    }
}

const ENVELOPE: &str = "AmazonEnvelope xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:noNamespaceSchemaLocation=\"amzn-envelope.xsd\"";

/// A document with one message of that type.
pub(super) fn document(kind: &str, message: impl FnOnce(&mut Xml)) -> Text {
    let mut xml = Xml::new(ENVELOPE);
    xml.element("Header", |xml| xml.text("DocumentVersion", "1.01"));
    xml.text("MessageType", kind);
    xml.element("Message", |xml| {
        xml.text("MessageID", "1");
        message(xml);
    });
    xml.finish("AmazonEnvelope")
}

/// All orders by the time of the order.
pub(super) fn by_order_date(report: &Report, server: &Server) -> Outcome {
    all_orders(Source { report, server }, |order| order.created)
}

/// All orders by their last update.
pub(super) fn by_last_update(report: &Report, server: &Server) -> Outcome {
    all_orders(Source { report, server }, |order| order.updated)
}

fn all_orders(source: Source<'_>, time: fn(&Order) -> SystemTime) -> Outcome {
    let orders = sorted(source, time, move |order| source.covers(time(order)));
    envelope("AllOrdersReport", orders, |xml, order| xml.element("Order", |xml| of_order(xml, order)))
}

/// The seller's new orders, with their recipients.
pub(super) fn to_ship(report: &Report, server: &Server) -> Outcome {
    let source = Source { report, server };
    let is_wanted = move |order: &Order| {
        order.fulfilled_by == FulfilledBy::Merchant && order.has_amounts() && source.covers(order.created)
    };
    let orders = sorted(source, |order| order.created, is_wanted);
    envelope("OrderReport", orders, |xml, order| xml.element("OrderReport", |xml| with_recipient(xml, order)))
}

/// A message for each order; no document without orders.
fn envelope<'a>(
    kind: &str,
    orders: impl ExactSizeIterator<Item = &'a Order>,
    message: fn(&mut Xml, &Order),
) -> Outcome {
    if orders.len() == 0 {
        return Outcome::NoData;
    }
    let mut xml = Xml::new(ENVELOPE);
    xml.element("Header", |xml| xml.text("DocumentVersion", "1.00"));
    xml.text("MessageType", kind);
    for (order, number) in orders.zip(1_u64..) {
        xml.0 += "\n";
        xml.element("Message", |xml| {
            xml.text("MessageID", number.to_string());
            message(xml, order);
        });
    }
    Outcome::Document(xml.finish("AmazonEnvelope"))
}

fn of_order(xml: &mut Xml, order: &Order) {
    xml.text("AmazonOrderID", &order.id);
    xml.text("MerchantOrderID", order.seller_order_id.as_ref().unwrap_or(&order.id));
    xml.text("PurchaseDate", time(order.created));
    xml.text("LastUpdatedDate", time(order.updated));
    xml.text("OrderStatus", status(order));
    xml.text("SalesChannel", order.market.name);
    xml.element("FulfillmentData", |xml| {
        let by_amazon = order.fulfilled_by == FulfilledBy::Amazon;
        xml.text("FulfillmentChannel", if by_amazon { "Amazon" } else { "Merchant" });
        xml.text("ShipServiceLevel", service(order));
        if let Some(buyer) = order.known_buyer() {
            xml.element("Address", |xml| {
                xml.text("City", buyer.city);
                xml.text("State", buyer.region.unwrap_or_default());
                xml.text("PostalCode", &buyer.postal_code);
                xml.text("Country", order.market.marketplace.country_code());
            });
        }
    });
    xml.text("IsBusinessOrder", order.business.to_string());
    for item in &order.items {
        xml.element("OrderItem", |xml| {
            xml.text("AmazonOrderItemCode", &item.id);
            xml.text("ASIN", item.product.asin);
            xml.text("SKU", item.product.sku);
            xml.text("ItemStatus", status(order));
            xml.text("ProductName", item.product.title);
            xml.text("Quantity", item.quantity.to_string());
            if order.has_amounts() {
                prices(xml, order.market, item);
                if let Some(promotion) = item.promotion {
                    xml.element("Promotion", |xml| xml.text("PromotionIDs", promotion.id));
                }
                xml.text("points-granted", item.points.map(|points| points.to_string()).unwrap_or_default());
            }
        });
    }
}

fn with_recipient(xml: &mut Xml, order: &Order) {
    let buyer = &order.buyer;
    xml.text("AmazonOrderID", &order.id);
    xml.text("AmazonSessionID", &order.id);
    xml.text("OrderDate", time(order.created));
    xml.text("OrderPostedDate", time(order.created));
    xml.element("BillingData", |xml| {
        xml.text("BuyerEmailAddress", &buyer.email);
        xml.text("BuyerName", &buyer.name);
        xml.text("BuyerPhoneNumber", &buyer.phone);
    });
    xml.element("FulfillmentData", |xml| {
        xml.text("FulfillmentMethod", "Ship");
        xml.text("FulfillmentServiceLevel", service(order));
        xml.element("Address", |xml| {
            xml.text("Name", &buyer.name);
            xml.text("AddressFieldOne", &buyer.street);
            xml.text("AddressFieldTwo", buyer.building.as_deref().unwrap_or_default());
            xml.text("City", buyer.city);
            xml.text("StateOrRegion", buyer.region.unwrap_or_default());
            xml.text("PostalCode", &buyer.postal_code);
            xml.text("CountryCode", order.market.marketplace.country_code());
            xml.text("PhoneNumber", &buyer.phone);
        });
    });
    xml.text("IsBusinessOrder", order.business.to_string());
    for item in &order.items {
        xml.element("Item", |xml| {
            xml.text("AmazonOrderItemCode", &item.id);
            xml.text("SKU", item.product.sku);
            xml.text("Title", item.product.title);
            xml.text("Quantity", item.quantity.to_string());
            prices(xml, order.market, item);
            if let Some(promotion) = item.promotion {
                xml.element("Promotion", |xml| {
                    xml.text("MerchantPromotionID", promotion.id);
                    component(xml, order.market, "Principal", -promotion.discount);
                });
            }
            xml.text("points_granted", item.points.map(|points| points.to_string()).unwrap_or_default());
        });
    }
}

fn prices(xml: &mut Xml, market: &Market, item: &Item) {
    xml.element("ItemPrice", |xml| {
        for (kind, units) in [
            ("Principal", item.price),
            ("Tax", item.tax),
            ("Shipping", item.shipping),
            ("ShippingTax", item.shipping_tax),
        ] {
            component(xml, market, kind, units);
        }
    });
}

fn component(xml: &mut Xml, market: &Market, kind: &str, units: i64) {
    xml.element("Component", |xml| {
        xml.text("Type", kind);
        xml.amount(market, units);
    });
}

pub(super) fn time(time: SystemTime) -> String {
    dates::text(time).replace('Z', "+00:00")
}

/// The id of the category that holds all others, and of the first of those.
const ROOT: u64 = 1_000_000;

/// The tree of categories: one with a category for each product below it.
pub(super) fn categories(report: &Report, _: &Server) -> Outcome {
    let flag = report.choice("RootNodesOnly", &[("true", true), ("false", false)], false);
    let roots_only = match flag {
        Ok(flag) => flag,
        Err(problem) => return Outcome::Failed(problem),
    };
    let products = report.course.market().products;
    let ids = ROOT..=ROOT + products.len() as u64;
    let wanted = report.option("BrowseNodeId", "");
    let is_wanted = |id: &u64| (wanted.is_empty() || wanted == id.to_string()) && (!roots_only || *id == ROOT);
    let mut ids = ids.filter(is_wanted).peekable();
    if ids.peek().is_none() {
        return Outcome::NoData;
    }
    let mut xml = Xml::new("Result");
    for id in ids {
        let product = (id - ROOT).checked_sub(1).and_then(|place| products.get(place as usize));
        xml.element("Node", |xml| {
            let name = product.map_or("Kitchen", |product| product.title);
            xml.text("browseNodeId", id.to_string());
            xml.with(" count=\"1\"", "browseNodeAttributes", |xml| {
                xml.with(" name=\"department\"", "attribute", |xml| xml.0 += "kitchen");
            });
            xml.text("browseNodeName", name);
            xml.text("browseNodeStoreContextName", name);
            let (path, path_of_names) = match product {
                Some(product) => (format!("{ROOT},{id}"), format!("Kitchen,{}", product.title)),
                None => (ROOT.to_string(), "Kitchen".to_owned()),
            };
            xml.text("browsePathById", path);
            xml.text("browsePathByName", path_of_names);
            xml.text("hasChildren", product.is_none().to_string());
            let children = if product.is_none() { products.len() as u64 } else { 0 };
            xml.with(&format!(" count=\"{children}\""), "childNodes", |xml| {
                (ROOT + 1..=ROOT + children).for_each(|child| xml.text("id", child.to_string()));
            });
            xml.text("productTypeDefinitions", "KITCHEN");
            xml.with(" count=\"1\"", "refinementsInformation", |xml| {
                xml.with(" name=\"Material\"", "refinementName", |xml| {
                    xml.element("refinementField", |xml| {
                        xml.text("acceptedValues", "wood,glass");
                        xml.text("hasModifier", "false");
                        xml.text("refinementAttribute", "material");
                    });
                });
            });
        });
    }
    Outcome::Document(xml.finish("Result"))
}
