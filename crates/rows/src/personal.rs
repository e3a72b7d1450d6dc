//! Which fields have personal data of buyers, by their names.

/// Parts of the names of fields with personal data, in lower case and without separators.
const PERSONAL: [&str; 16] = [
    "buyername",
    "buyercompany",
    "buyeridentificationnumber",
    "buyertaxregistrationid",
    "fullname",
    // The license of a buyer of medical goods.
    "licenseename",
    "licensenumber",
    "recipientname",
    "shipaddress",
    "billaddress",
    "addressline",
    "customername",
    "giftmessage",
    // Labels of parcels, which have the address.
    "labeldata",
    "phone",
    "email",
];

/// Parts of the names of fields with a name or a line of an address, which is a buyer's unless the name says whose else.
const OF_ADDRESSES: [&str; 2] = ["addressname", "addressfield"];

/// Parts of the names of objects that describe a person or a place of one.
const PERSONS: [&str; 8] = ["address", "buyer", "recipient", "customer", "shipto", "billto", "contact", "party"];
/// Parts of the names of objects that describe the seller or vendor instead, and Amazon.
const OTHERS: [&str; 5] = ["shipfrom", "selling", "seller", "vendor", "returnto"];
/// Parts of the names of fields with personal data within such an object.
const WITHIN: [&str; 10] = [
    "name",
    "attention",
    "street",
    "taxregistration",
    "taxclassification",
    "taxnumber",
    "instruction",
    "location",
    "customized",
    "fax",
];

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a field of this name has personal data of a buyer: a name, lines of an address, a phone number, a mail address or a
/// gift message. Upper and lower case and separators do not matter.
///
/// ```
/// assert!(spapi_rows::is_personal("Buyer-Email") && spapi_rows::is_personal("recipient_name"));
/// assert!(!spapi_rows::is_personal("ship_city") && !spapi_rows::is_personal("product-name"));
/// ```
pub fn is_personal(name: &str) -> bool {
    let name = plain(name);
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    has(&PERSONAL) || (has(&OF_ADDRESSES) && !has(&OTHERS))
}

/// Whether an object of this name describes a buyer or an address of one, so that
/// [fields of general names](is_personal_within) are personal in it.
///
/// ```
/// assert!(spapi_rows::is_person("ShippingAddress") && spapi_rows::is_person("shipToParty"));
/// assert!(!spapi_rows::is_person("shipFromParty") && !spapi_rows::is_person("orderItems"));
/// ```
pub fn is_person(name: &str) -> bool {
    let name = plain(name);
    PERSONS.iter().any(|part| name.contains(part)) && !OTHERS.iter().any(|part| name.contains(part))
}

/// Whether a field of this name has personal data where it stands in an object that [describes a buyer](is_person), at any depth.
///
/// ```
/// assert!(spapi_rows::is_personal_within("Name") && !spapi_rows::is_personal_within("PostalCode"));
/// ```
pub fn is_personal_within(name: &str) -> bool {
    let plain = plain(name);
    is_personal(name) || WITHIN.iter().any(|part| plain.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_buyers_are_known_by_their_names() {
        for name in
            ["buyer-email", "ship_address_1", "BuyerName", "recipient_name", "Ship Phone Number", "GiftMessageText"]
        {
            assert!(is_personal(name), "{name}");
        }
        for name in ["fullName", "FulfillmentData.Address.Name", "address_field_one", "buyer_tax_registration_id"] {
            assert!(is_personal(name), "{name}");
        }
        for name in
            ["ship_city", "buyer_requested_cancel_reason", "sku", "address_type", "is_buyer_requested_cancellation"]
        {
            assert!(!is_personal(name), "{name}");
        }
        for name in
            ["default_ship_from_address_field_1", "actual-ship-from-address-name", "buyer_tax_registration_country"]
        {
            assert!(!is_personal(name), "{name}");
        }
    }

    #[test]
    fn general_names_are_personal_within_what_describes_a_buyer() {
        for object in ["BuyerInfo", "ShippingAddress", "shipToParty", "billToParty", "recipient", "BuyerTaxInformation"]
        {
            assert!(is_person(object), "{object}");
        }
        for object in ["DefaultShipFromLocationAddress", "sellingParty", "orderDetails", "product", "salesChannel"] {
            assert!(!is_person(object), "{object}");
        }
        for name in
            ["Name", "companyName", "AddressLine1", "phone", "attention", "BuyerTaxRegistrationId", "dropOffLocation"]
        {
            assert!(is_personal_within(name), "{name}");
        }
        for name in ["City", "StateOrRegion", "PostalCode", "CountryCode", "partyId", "GiftWrapPrice"] {
            assert!(!is_personal_within(name), "{name}");
        }
    }
}
