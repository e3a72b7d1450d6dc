//! Writes `models/OPERATIONS.md`, with a line for each operation, and the README's table of sections.

use super::{MARK, SectionOperations, cell, cell_value};
use crate::metadata::paging::Style;
use crate::metadata::{Operation, Rate};
use std::fmt::Write;

/// The overview of all operations.
pub fn write(sections: &[SectionOperations], source: &str) -> String {
    let all = || sections.iter().flat_map(|(_, apis)| apis.iter().copied().flatten());
    let count = |test: fn(&Operation) -> bool| all().filter(|operation| test(operation)).count();
    let mut out = format!("<!-- {MARK} from {source}. Do not edit. -->\n# Operations\n\n");
    let _ = writeln!(
        out,
        "{} operations in {} sections. Rates: {} documented in the model, {} set in `sections.toml`, {} last known from an earlier model, {} unknown.\n",
        all().count(),
        sections.len(),
        count(|operation| matches!(operation.rate, Rate::Documented { .. })),
        count(|operation| matches!(operation.rate, Rate::Overridden { .. })),
        count(|operation| matches!(operation.rate, Rate::LastKnown { .. })),
        count(|operation| operation.rate == Rate::Unknown),
    );
    out.push_str("A rate is in requests a second. The column `repeating` says what a second call would do: `safe` only reads; `idempotent` has the same result; `create` creates a second object; ");
    out.push_str(
        "`once` spends money, commits the seller or contacts a person, or its effect is not known. The column `paging` \
         says which arguments go with a page token, and how long a short-lived token is valid; or how else the next page \
         is requested. The client does not follow pages by `page-index` and `job`.\n\n",
    );
    out.push_str("| section | version | operation | method | path | rate | burst | source | repeating | paging | what it does |\n");
    out.push_str("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (section, apis) in sections {
        for (api, operations) in section.apis.iter().zip(apis.iter()) {
            for operation in *operations {
                let (rate, burst, source) = match operation.rate {
                    Rate::Documented { per_second, burst } => (per_second.to_string(), burst.to_string(), "documented"),
                    Rate::Overridden { per_second, burst } => (per_second.to_string(), burst.to_string(), "overridden"),
                    Rate::LastKnown { per_second, burst } => (per_second.to_string(), burst.to_string(), "last known"),
                    Rate::Unknown => (String::new(), String::new(), "unknown"),
                };
                let _ = writeln!(
                    out,
                    "| {} | {} | {} | {} | {} | {rate} | {burst} | {source} | {} | {} | {} |",
                    section.name,
                    api.module,
                    cell_value(&operation.id),
                    operation.method,
                    cell_value(&operation.path),
                    operation.repeat.as_str(),
                    cell_value(&paging(operation)),
                    cell(operation.about.as_ref(), operation.retirement.as_ref()),
                );
            }
        }
    }
    out
}

fn paging(operation: &Operation) -> String {
    let Some(paging) = &operation.paging else { return String::new() };
    let rule = paging.rule.as_str();
    match (&paging.style, paging.token_life) {
        (Style::Token { .. }, Some(seconds)) => format!("{rule}, {seconds} s"),
        (Style::Token { .. }, None) => rule.to_owned(),
        (Style::Elsewhere { operation, .. }, _) => format!("token for {operation}"),
        (Style::Offset { maximum, .. }, _) => format!("offset up to {maximum}"),
        (Style::Index { .. }, _) => "page-index".to_owned(),
        (Style::Job { .. }, _) => "job".to_owned(),
    }
}

/// The lines of the README's table of sections.
pub fn section_table(sections: &[SectionOperations]) -> String {
    let mut out = String::from("| crate | covers | modules | operations |\n| --- | --- | --- | --- |\n");
    for (section, apis) in sections {
        let modules: Vec<_> = section.apis.iter().map(|api| format!("`{}`", api.module)).collect();
        let count: usize = apis.iter().map(|operations| operations.len()).sum();
        let _ = writeln!(
            out,
            "| [`spapi-{0}`](crates/api/{0}) | {1} | {2} | {count} |",
            section.name,
            section.title,
            modules.join(", ")
        );
    }
    out
}
