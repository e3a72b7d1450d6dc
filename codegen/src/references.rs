//! Amazon's page about each operation. Amazon names the page after the operation, in lower case; where several operations
//! have one name, the names of their pages are not known, and the page about the section stands for them.

use crate::catalog::Section;
use crate::walk;
use serde_json::Value;
use std::collections::BTreeMap;

/// Amazon's pages about the operations of an API.
#[derive(Debug, Clone, Default)]
pub struct References {
    /// The page about the section.
    section: String,
    /// The pages about operations that have one.
    operations: BTreeMap<String, String>,
}

/// The part of Amazon's site whose pages about operations have such names.
const SITE: &str = "https://developer-docs.amazon.com/sp-api/";

impl References {
    /// The page about an operation, or about the section.
    pub fn of(&self, operation: &str) -> &str {
        self.operations.get(operation).unwrap_or(&self.section)
    }
}

/// Adds the pages to the APIs of all sections.
pub fn tell(sections: &mut [Section]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for api in sections.iter().flat_map(|section| &section.apis) {
        for id in ids(&api.document) {
            *counts.entry(id.to_ascii_lowercase()).or_default() += 1;
        }
    }
    for section in sections {
        for api in &mut section.apis {
            let alone = ids(&api.document)
                .filter(|id| section.reference.starts_with(SITE) && counts.get(&id.to_ascii_lowercase()) == Some(&1));
            let page = |id: &str| (id.to_owned(), format!("{SITE}reference/{}", id.to_ascii_lowercase()));
            let operations = alone.map(page).collect();
            api.references = References { section: section.reference.clone(), operations };
        }
    }
}

/// The ids of the operations, as the model has them.
fn ids(document: &Value) -> impl Iterator<Item = &str> {
    walk::operations(document).filter_map(|(_, _, operation)| operation.get("operationId")?.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Sections;
    use crate::load::ModelFile;
    use serde_json::json;

    #[test]
    fn an_operation_whose_name_is_its_own_has_a_page_of_that_name() {
        let operation = |id: &str| json!({"get": {"operationId": id, "responses": {}}});
        let model = |folder: &str, file: &str, ids: [&str; 2]| ModelFile {
            folder: folder.to_owned(),
            file: file.to_owned(),
            document: json!({
                "swagger": "2.0", "info": {"version": "v0"},
                "paths": {"/a": operation(ids[0]), "/b": operation(ids[1])},
            }),
        };
        let rows = "[shipping]\nfolder = \"shipping-api-model\"\nreference = \"https://example.com/shipping\"\n";
        let models = vec![
            model("orders-api-model", "ordersV0.json", ["getOrders", "getOrder"]),
            model("awd-api-model", "awdV0.json", ["getorder", "getInbound"]),
            model("shipping-api-model", "shippingV0.json", ["getRates", "getTracking"]),
        ];
        let mut sections = Sections::parse(rows).unwrap().name(models, false).unwrap();
        tell(&mut sections);
        let page = |section: &str, operation: &str| {
            let section = sections.iter().find(|found| found.name == section).unwrap();
            section.apis[0].references.of(operation).to_owned()
        };
        assert_eq!(page("orders", "getOrders"), "https://developer-docs.amazon.com/sp-api/reference/getorders");
        assert_eq!(page("orders", "getOrder"), "https://developer-docs.amazon.com/sp-api/");
        assert_eq!(page("shipping", "getRates"), "https://example.com/shipping");
    }
}
