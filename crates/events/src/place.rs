//! Finds values in JSON whose names may be spelt in either case.

use serde_json::Value;

/// The member of that name in any case, unless it is null.
pub(crate) fn member<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let mut found =
        object.as_object()?.iter().filter(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_null());
    found.next().map(|(_, value)| value)
}

/// The value at a place such as `Summary.MarketplaceId` or `events[0].accountId`, unless it is null.
pub(crate) fn value<'a>(payload: &'a Value, place: &str) -> Option<&'a Value> {
    place.split('.').try_fold(payload, |holder, step| match step.strip_suffix("[0]") {
        Some(name) => member(holder, name)?.as_array()?.first(),
        None => member(holder, step),
    })
}

/// The text at a place, unless it is empty.
pub(crate) fn text<'a>(payload: &'a Value, place: &str) -> Option<&'a str> {
    value(payload, place)?.as_str().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn places_are_found_in_either_case_and_through_lists() {
        let payload =
            json!({"Summary": {"marketplaceId": "A1"}, "Events": [{"accountId": "B2"}], "none": [], "Empty": ""});
        assert_eq!(text(&payload, "Summary.MarketplaceId"), Some("A1"));
        assert_eq!(text(&payload, "events[0].accountId"), Some("B2"));
        for place in ["none[0].x", "Summary[0]", "Summary.MarketplaceId.x", "Empty", "x"] {
            assert_eq!(text(&payload, place), None, "{place}");
        }
    }
}
