//! Says what the ids and tokens of old settings for MWS are, and what to do today. It calls nothing, and shows no secret.
//!
//! `explain_mws_token < old-settings.ini`; without an input it explains made-up ones.

use spapi_mws::explain::explain;
use std::io::{self, IsTerminal, Read};

const SAMPLE: &str = "\
SELLER_ID=A2MADEUP0SELL
MARKETPLACE_ID=A1VC38T7YXB528
MWS_AUTH_TOKEN=amzn.mws.0a1b2c3d-4e5f-6789-abcd-ef0123456789";

fn main() -> io::Result<()> {
    let mut text = String::new();
    if !io::stdin().is_terminal() {
        io::stdin().read_to_string(&mut text)?;
    }
    for found in explain(if text.trim().is_empty() { SAMPLE } else { &text }) {
        println!("{:?}\t{}\t{}", found.kind, found.shown, found.kind.today());
        for problem in &found.problems {
            println!("problem\t{problem}");
        }
    }
    Ok(())
}
