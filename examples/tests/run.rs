//! Runs every program as a user does, against the sandbox, and compares what it prints.

use std::process::Command;

/// The lines that a program prints.
fn run(program: &str, arguments: &[&str]) -> Vec<String> {
    let mut command = Command::new(program);
    // The user's own environment must not send an example to another server.
    for name in ["SPAPI_ENDPOINT", "SPAPI_CLIENT_ID", "SPAPI_CLIENT_SECRET", "SPAPI_REFRESH_TOKEN"] {
        command.env_remove(name);
    }
    let output = command.args(arguments).output().expect("the program starts");
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}\n{shown}{}", output.status, String::from_utf8_lossy(&output.stderr));
    shown.lines().map(str::to_owned).collect()
}

#[test]
fn list_orders() {
    let lines = run(env!("CARGO_BIN_EXE_list_orders"), &[]);
    assert!(lines.len() > 5, "{lines:#?}");
    for line in &lines {
        let fields: Vec<_> = line.split('\t').collect();
        assert!(fields.len() == 3 && fields[0].len() == 19 && fields[2].ends_with(" items"), "{line}");
    }
}

#[test]
fn buyer_data() {
    let lines = run(env!("CARGO_BIN_EXE_buyer_data"), &[]);
    let (last, listed) = lines.split_last().expect("unshipped orders");
    assert!(!listed.is_empty());
    // Every name and the address are there: a name that is missing ends in "to ".
    assert!(listed.iter().all(|line| line.contains(" goes to ") && !line.ends_with("to ")), "{listed:#?}");
    let (postal_code, street) = last.split_once(' ').expect("a postal code and a street");
    assert!(postal_code.len() == 8 && !street.is_empty(), "{last}");
}

#[test]
fn report_to_rows() {
    let lines = run(env!("CARGO_BIN_EXE_report_to_rows"), &[]);
    let (total, rows) = lines.split_last().expect("a total");
    assert!(!rows.is_empty());
    assert!(total.starts_with("total\t") && total.ends_with(" EUR"), "{total}");
    let cents = total["total\t".len()..].split_once('.').expect("a decimal point").1;
    assert_eq!(cents.len(), "00 EUR".len());
}

#[test]
fn submit_feed() {
    let lines = run(env!("CARGO_BIN_EXE_submit_feed"), &[]);
    assert_eq!(lines, ["茶器-急須01: 1 messages accepted, 0 refused"]);
}

#[test]
fn two_sellers() {
    let lines = run(env!("CARGO_BIN_EXE_two_sellers"), &[]);
    let [first, second] = lines.as_slice() else { panic!("{lines:#?}") };
    let (first, second) = (first.split_once(':').expect("a name"), second.split_once(':').expect("a name"));
    assert_eq!((first.0, second.0), ("first seller", "second seller"));
    assert!(first.1.contains("Amazon") && second.1.contains("Amazon"), "{lines:#?}");
}

#[test]
fn errors_by_kind() {
    assert_eq!(
        run(env!("CARGO_BIN_EXE_errors_by_kind"), &[]),
        [
            "missing argument: Answer: read codes() and messages(): Amazon refuses the arguments",
            "unknown order: Answer: the thing does not exist",
            "throttled: Answer: wait for retry_after(), then call again",
            "server error: Answer: call again later",
            "lost answer: Lost: look whether it was done before you repeat it",
            "unknown seller: Login: check the credentials, or ask the seller to authorise again",
            "no server: Connect: call again later",
        ]
    );
}
