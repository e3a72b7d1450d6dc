//! The serving side: a first part of gzip with the names of the columns, then one block repeatedly.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

const BLOCK: usize = 16_000_000;
const COLUMNS: &str = "amazon-order-id\tmerchant-order-id\tpurchase-date\tlast-updated-date\torder-status\t\
    fulfillment-channel\tsales-channel\tproduct-name\tsku\tasin\titem-status\tquantity\tcurrency\titem-price\titem-tax\t\
    ship-city\tship-state\tship-postal-code\tship-country\tpromotion-ids\r\n";
const WORDS: [&str; 16] = [
    "ステンレス",
    "水筒",
    "保温",
    "直飲み",
    "大容量",
    "グリーン",
    "軽量",
    "折りたたみ",
    "傘",
    "自動開閉",
    "メンズ",
    "タオル",
    "今治",
    "綿100%",
    "USB-C",
    "2個セット",
];
const CITIES: [(&str, &str); 4] =
    [("横浜市", "神奈川県"), ("札幌市", "北海道"), ("世田谷区", "東京都"), ("福岡市", "福岡県")];

pub fn serve(charset: &str, blocks: usize) {
    let encoding = encoding_rs::Encoding::for_label(charset.as_bytes()).expect("a charset");
    let head = pack(COLUMNS.as_bytes());
    let block = pack(&block(encoding));
    let length = head.len() + block.len() * blocks;
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    println!("http://{}/report {length}", listener.local_addr().expect("an address"));
    for stream in listener.incoming() {
        let mut stream = stream.expect("a connection");
        let request = BufReader::new(stream.try_clone().expect("a connection"));
        // Up to the empty line.
        request.lines().map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
        let type_ = format!("content-type: text/plain; charset={charset}");
        let answer = format!("HTTP/1.1 200 OK\r\n{type_}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        let parts = [answer.as_bytes(), &head].into_iter().chain(std::iter::repeat_n(&block[..], blocks));
        // A client may close the connection early.
        let _ = parts.into_iter().try_for_each(|part| stream.write_all(part));
    }
}

fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn block(encoding: &'static encoding_rs::Encoding) -> Vec<u8> {
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random >> 20) % below
    };
    let (mut bytes, mut line) = (Vec::with_capacity(BLOCK), String::new());
    while bytes.len() < BLOCK {
        line.clear();
        let order = format!("503-{:07}-{:07}", next(10_000_000), next(10_000_000));
        let name: Vec<_> = (0..6).map(|_| WORDS[next(16) as usize]).collect();
        let (city, state) = CITIES[next(4) as usize];
        let price = 500 + next(9000);
        write!(
            line,
            "{order}\t{order}\t2026-{:02}-{:02}T{:02}:{:02}:{:02}+09:00\t2026-11-{:02}T{:02}:00:{:02}+09:00\tShipped\tAmazon\t\
             Amazon.co.jp\t{}\tSKU-{:06}\tB0{:08X}\tShipped\t{}\tJPY\t{price}.0\t{}.0\t{city}\t{state}\t{:03}-{:04}\tJP\t\r\n",
            1 + next(12), 1 + next(28), next(24), next(60), next(60), 1 + next(28), next(24), next(60),
            name.join(" "), next(1_000_000), next(1 << 32), 1 + next(3), price / 10, next(1000), next(10_000),
        )
        .expect("memory");
        let (encoded, _, lossy) = encoding.encode(&line);
        assert!(!lossy, "the charset has all letters");
        bytes.extend_from_slice(&encoded);
    }
    bytes
}
