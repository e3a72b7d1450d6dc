//! `serve CHARSET BLOCKS` serves a packed report of that many blocks of 16 MB on loopback, and prints its URL.
//! `read URL` reads it to typed rows, and prints their number, the milliseconds it took, and the peak of memory in KiB.

mod read;
mod serve;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", charset, blocks] => serve::serve(charset, blocks.parse().expect("a number of blocks")),
        ["read", url] => read::read(url),
        _ => panic!("serve CHARSET BLOCKS, or read URL"),
    }
}
