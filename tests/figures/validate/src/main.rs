//! Checks made-up attributes against a made-up schema of the size and shape of Amazon's.
//!
//! `figures-validate write FOLDER` writes the schema and two lists of listings with 40 attributes: valid ones, and ones with many
//! errors. `figures-validate measure FOLDER` prints for them the microseconds of CPU time of compiling, of a check of a valid listing and of
//! one with errors, and the number of valid listings in each list; the peers beside this folder print the same.
//! `figures-validate many NUMBER FOLDER` checks so many listings and prints the milliseconds of CPU time, the peak of resident memory in KiB,
//! and that peak before the first check, with the texts of all listings.

mod listings;
mod schema;

use serde_json::Value;
use spapi_listings::Validator;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::Path;

/// The listings in each list.
const LISTED: u64 = 50;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["write", folder] => write(Path::new(folder)),
        ["measure", folder] => measure(Path::new(folder)),
        ["many", number, folder] => many(number.parse()?, Path::new(folder)),
        _ => Err("write FOLDER, measure FOLDER or many NUMBER FOLDER".into()),
    }
}

fn write(folder: &Path) -> Result<(), Box<dyn Error>> {
    let schema = serde_json::to_string_pretty(&schema::schema())?;
    fs::write(folder.join("schema.json"), &schema)?;
    let valid: Vec<_> = (0..LISTED).map(listings::valid).collect();
    let faulty: Vec<_> = (0..LISTED).map(listings::faulty).collect();
    fs::write(folder.join("valid.json"), serde_json::to_string(&valid)?)?;
    fs::write(folder.join("faulty.json"), serde_json::to_string(&faulty)?)?;
    println!("{}", schema.len());
    Ok(())
}

fn measure(folder: &Path) -> Result<(), Box<dyn Error>> {
    let text = fs::read_to_string(folder.join("schema.json"))?;
    let compiled = cost(20, || Validator::compile(&text))?;
    let validator = Validator::compile(&text)?;
    let mut answer = vec![compiled];
    let mut numbers = Vec::new();
    for name in ["valid.json", "faulty.json"] {
        let listings: Vec<Value> = serde_json::from_str(&fs::read_to_string(folder.join(name))?)?;
        let all = cost(100, || listings.iter().filter(|listing| validator.create(listing).is_valid()).count())?;
        answer.push(all / listings.len() as f64);
        numbers.push(listings.iter().filter(|listing| validator.create(listing).is_valid()).count());
    }
    println!("{:.1} {:.1} {:.1} {} {}", answer[0], answer[1], answer[2], numbers[0], numbers[1]);
    Ok(())
}

/// The microseconds that a task needs: the median of a few measurements, each of so many repetitions that the ticks of Linux's
/// count do not matter.
fn cost<T>(repetitions: u32, task: impl Fn() -> T) -> Result<f64, Box<dyn Error>> {
    let mut costs = Vec::new();
    for _ in 0..5 {
        let start = spent()?;
        for _ in 0..repetitions {
            black_box(task());
        }
        costs.push((spent()? - start) / f64::from(repetitions));
    }
    costs.sort_by(f64::total_cmp);
    Ok(costs[costs.len() / 2])
}

fn many(number: u64, folder: &Path) -> Result<(), Box<dyn Error>> {
    let validator = Validator::compile(&fs::read_to_string(folder.join("schema.json"))?)?;
    let texts: Vec<_> = (0..number).map(|seed| listings::valid(seed).to_string()).collect();
    let before = peak()?;
    let start = spent()?;
    let mut valid = 0;
    // As a batch does: one after the other, each read and dropped again.
    for text in &texts {
        valid += u64::from(validator.create(&serde_json::from_str(text)?).is_valid());
    }
    let milliseconds = (spent()? - start) / 1000.0;
    if valid != number {
        return Err(format!("{valid} of {number} listings are valid").into());
    }
    println!("{milliseconds:.0} {} {before}", peak()?);
    Ok(())
}

/// The microseconds of CPU time that this process, which has one thread, has used; Linux counts them.
fn spent() -> Result<f64, Box<dyn Error>> {
    let counts = fs::read_to_string("/proc/self/schedstat")?;
    let nanoseconds: f64 = counts.split(' ').next().ok_or("no CPU time")?.parse()?;
    Ok(nanoseconds / 1000.0)
}

/// The peak of resident memory in KiB, which Linux counts.
fn peak() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no peak of memory")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
