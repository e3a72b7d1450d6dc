//! Names of product types.

use crate::notes;
use spapi_core::text::printable;

/// The name as Amazon writes all of them, such as `LUGGAGE`.
pub fn in_capitals(name: &str) -> String {
    name.trim().to_ascii_uppercase()
}

/// Reads the name of a product type on the command line, and says if it is written in another way.
pub fn parse(text: &str) -> Result<String, String> {
    let name = in_capitals(text);
    if name.is_empty() {
        return Err("give the name of a product type, such as LUGGAGE".to_owned());
    }
    if name != text.trim() {
        notes::note(format!("product types have capital letters: {} is taken", printable(&name).up_to(80)));
    }
    Ok(name)
}
