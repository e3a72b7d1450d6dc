//! Decides whether a JSON document is a model.
//!
//! Only Swagger 2.0 is supported. Another version of Swagger or OpenAPI is an error, and so is a document with `paths`
//! that does not name its version, because operations would vanish unnoticed. Other JSON is left out with a warning.

use serde_json::Value;

use crate::load::problem::{Place, Problem};

/// The kind of a JSON document.
#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    /// A Swagger 2.0 document.
    Model,
    /// A document that is not a model, or a model of an unsupported kind.
    Other(Problem),
}

/// The kind of a document.
pub fn kind(document: &Value) -> Kind {
    let found = match (document.get("swagger"), document.get("openapi"), document.get("paths")) {
        (Some(Value::String(version)), None, _) if version == "2.0" => return Kind::Model,
        (Some(version), ..) => format!("is Swagger {version}"),
        (None, Some(version), _) => format!("is OpenAPI {version}"),
        (None, None, Some(_)) => "has `paths` but does not say which Swagger it is".to_owned(),
        (None, None, None) => {
            let message = "is JSON but not an API model (no `swagger`, no `paths`): left out";
            return Kind::Other(Problem::warning(Place::File, message));
        }
    };
    Kind::Other(Problem::error(Place::File, format!("{found}; only Swagger \"2.0\" is understood")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::load::problem::Severity;

    #[test]
    fn only_swagger_2_is_a_model() {
        assert_eq!(kind(&json!({"swagger": "2.0"})), Kind::Model);
        let cases = [
            (json!({"openapi": "3.0.1", "paths": {}}), Severity::Error, "OpenAPI \"3.0.1\""),
            (json!({"swagger": "1.2"}), Severity::Error, "Swagger \"1.2\""),
            (json!({"swagger": 2.0}), Severity::Error, "Swagger 2.0"),
            (json!({"paths": {}}), Severity::Error, "does not say"),
            (json!({"$schema": "x"}), Severity::Warning, "left out"),
            (json!([1]), Severity::Warning, "left out"),
        ];
        for (document, severity, words) in cases {
            let Kind::Other(problem) = kind(&document) else { panic!("{document} is no model") };
            assert_eq!(problem.severity, severity, "{document}");
            assert!(problem.message.contains(words), "{}", problem.message);
        }
    }
}
