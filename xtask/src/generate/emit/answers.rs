//! Writes the table by which the contract tests read an example of an answer as its operation's type.

use super::readme::ApiCalls;
use super::{banner, literal};
use crate::generate::catalog::Section;
use crate::generate::metadata::Answers;
use std::fmt::Write;

/// The table: a row an operation, and a row a status where the answer differs by it.
pub fn write(sections: &[(&Section, Vec<ApiCalls>)], source: &str) -> String {
    let mut out = banner("//", source);
    out.push_str("//! The type of each operation's answer.\n\n");
    out.push_str(
        "use super::{Answer, reencode};\n\n/// Every operation of every model.\npub static ANSWERS: &[Answer] = &[\n",
    );
    for (section, apis) in sections {
        for ApiCalls { api, types, calls } in apis {
            let krate = format!("spapi_{}::{}::types::", section.name.replace('-', "_"), api.module);
            for call in calls {
                let operation = call.operation;
                let mut row = |status: &str, kind: Option<String>| {
                    let read = match kind {
                        Some(kind) => format!("Some(reencode::<{}>)", kind.replace("types::", &krate)),
                        None => "None".to_owned(),
                    };
                    let _ = writeln!(
                        out,
                        "    Answer {{ model: {}, operation: {}, path: {}, method: {}, status: {status}, reencode: {read} }},",
                        literal(&api.place),
                        literal(&operation.id),
                        literal(&operation.path),
                        literal(&operation.method),
                    );
                };
                let speller = super::rust_types::Speller::outside(types);
                match &operation.answers {
                    Answers::Empty => row("None", None),
                    Answers::One | Answers::OneOrEmpty => row("None", Some(call.answer.clone())),
                    Answers::ByStatus(answers) => answers.iter().for_each(|(status, definition)| {
                        row(&format!("Some({status})"), Some(speller.spell(&types.of_definition(definition))));
                    }),
                }
            }
        }
    }
    out.push_str("];\n");
    out
}
