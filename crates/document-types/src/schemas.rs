//! The schemas of the datasets of Data Kiosk: names and types, in alphabetical order.

/// The schema of each dataset that has one, by the dataset's name.
const SCHEMAS: [(&str, &str); 3] = [
    ("analytics_economics_2024_03_15", include_str!("schemas/analytics_economics_2024_03_15.graphql")),
    ("analytics_salesAndTraffic_2024_04_24", include_str!("schemas/analytics_salesAndTraffic_2024_04_24.graphql")),
    ("analytics_vendorAnalytics_2024_09_30", include_str!("schemas/analytics_vendorAnalytics_2024_09_30.graphql")),
];

/// The schema of the dataset of that name.
pub(crate) fn of(dataset: &str) -> Option<&'static str> {
    SCHEMAS.iter().find(|(name, _)| *name == dataset).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use crate::Dataset;

    #[test]
    fn every_dataset_that_amazon_publishes_a_schema_of_has_one() {
        for dataset in Dataset::all() {
            let text = dataset.graphql();
            assert_eq!(text.is_some(), dataset.schema.is_some(), "{}", dataset.name);
            assert!(text.is_none_or(|text| text.contains(dataset.name)), "{}", dataset.name);
        }
    }
}
