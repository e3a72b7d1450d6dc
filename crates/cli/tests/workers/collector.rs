//! A collector of OpenTelemetry: it takes spans over HTTP, in the form of protobuf.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use prost::Message;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What is looked at of a span.
#[derive(Clone, Debug)]
pub struct Span {
    pub name: String,
    pub id: Vec<u8>,
    /// Empty for the first span of a trace.
    pub parent: Vec<u8>,
    /// The values of its attributes that are texts.
    pub values: Vec<String>,
}

pub struct Collector {
    url: String,
    bodies: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Collector {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let bodies = Arc::<Mutex<Vec<_>>>::default();
        let kept = Arc::clone(&bodies);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || while take(&stream, &kept).is_some() {});
            }
        });
        Self { url, bodies }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether a text is anywhere in what was sent.
    pub fn has(&self, text: &str) -> bool {
        let text = text.as_bytes();
        self.bodies.lock().unwrap().iter().any(|body| body.windows(text.len()).any(|part| part == text))
    }

    pub fn spans(&self) -> Vec<Span> {
        let bodies = self.bodies.lock().unwrap();
        let requests = bodies.iter().map(|body| ExportTraceServiceRequest::decode(&**body).unwrap());
        let spans = requests.flat_map(|request| request.resource_spans);
        let spans = spans.flat_map(|resource| resource.scope_spans).flat_map(|scope| scope.spans);
        let of = |span: opentelemetry_proto::tonic::trace::v1::Span| {
            let values = span.attributes.into_iter().filter_map(|attribute| match attribute.value?.value? {
                Value::StringValue(text) => Some(text),
                _ => None,
            });
            Span { name: span.name, id: span.span_id, parent: span.parent_span_id, values: values.collect() }
        };
        spans.map(of).collect()
    }
}

/// Takes a request of a connection, if there is another one.
fn take(mut stream: &TcpStream, kept: &Mutex<Vec<Vec<u8>>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut length, mut line) = (0, String::new());
    while reader.read_line(&mut line).ok()? > 2 {
        if let Some(number) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = number.trim().parse().ok()?;
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    if length > 0 {
        kept.lock().unwrap().push(body);
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").ok()
}
