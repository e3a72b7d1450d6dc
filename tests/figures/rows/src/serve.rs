//! The serving side: a report of which the document is a first part of gzip with the names of the columns, then one block
//! repeatedly; and the few calls by which a client finds it.

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
    let url = format!("http://{}/report", listener.local_addr().expect("an address"));
    println!("{url} {length}");
    for stream in listener.incoming() {
        let mut stream = stream.expect("a connection");
        let mut request = BufReader::new(stream.try_clone().expect("a connection"));
        let path = read(&mut request);
        // A client may close the connection early.
        let _ = match call(&path, &url) {
            None => {
                let head_of_answer = answer(&format!("text/plain; charset={charset}"), length);
                let parts = [head_of_answer.as_bytes(), &head].into_iter();
                parts.chain(std::iter::repeat_n(&block[..], blocks)).try_for_each(|part| stream.write_all(part))
            }
            Some(json) => stream.write_all((answer("application/json", json.len()) + &json).as_bytes()),
        };
    }
}

/// Reads a request, and returns its path.
fn read(request: &mut impl BufRead) -> String {
    let head: Vec<_> = request.lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let length =
        head.iter().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    let _ = request.read_exact(&mut body);
    head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned()
}

fn answer(content_type: &str, length: usize) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n")
}

/// The answer of a call. `None` for the document.
fn call(path: &str, url: &str) -> Option<String> {
    const REPORT: &str = r#"{"reports": [{"reportId": "1", "reportDocumentId": "amzn1.spdoc.1", "marketplaceIds": ["A1VC38T7YXB528"],
        "reportType": "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL", "processingStatus": "DONE",
        "createdTime": "2026-11-01T00:00:00Z"}]}"#;
    match path.split('?').next()? {
        "/auth/o2/token" => {
            Some(r#"{"access_token": "Atza|figures", "token_type": "bearer", "expires_in": 3600}"#.to_owned())
        }
        "/reports/2021-06-30/reports" => Some(REPORT.to_owned()),
        path if path.starts_with("/reports/2021-06-30/documents/") => {
            let id = "amzn1.spdoc.1";
            Some(format!(r#"{{"reportDocumentId": "{id}", "url": "{url}", "compressionAlgorithm": "GZIP"}}"#))
        }
        _ => None,
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
