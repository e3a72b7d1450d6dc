//! Labels as a PDF of one page.

use std::fmt::Write;

/// The most lines of a label page.
const MOST: usize = 40;

/// A PDF with these lines of text. Characters outside of ASCII become question marks, because the page has a plain font.
pub(super) fn pdf(lines: &[String]) -> String {
    let mut page = String::from("BT /F1 12 Tf 40 780 Td 18 TL\n");
    for line in lines.iter().take(MOST) {
        let plain = line.chars().map(|letter| if (' '..='~').contains(&letter) { letter } else { '?' });
        let text: String = plain
            .flat_map(|letter| matches!(letter, '(' | ')' | '\\').then_some('\\').into_iter().chain([letter]))
            .collect();
        // Writing to a string does not fail.
        let _ = writeln!(page, "({text}) Tj T*");
    }
    page += "ET\n";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{page}endstream", page.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut pdf = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (object, number) in objects.iter().zip(1..) {
        places.push(pdf.len());
        let _ = write!(pdf, "{number} 0 obj\n{object}\nendobj\n");
    }
    let start = pdf.len();
    let _ = write!(pdf, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for place in places {
        let _ = writeln!(pdf, "{place:010} 00000 n ");
    }
    let _ = write!(pdf, "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    pdf
}
