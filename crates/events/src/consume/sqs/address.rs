//! Where a queue is: its URL or its ARN.

use crate::consume::{QueueError, QueueErrorKind};
use spapi_types::text::printable;
use std::net::IpAddr;
use url::{Host, Url};

/// Where a queue is, and who is called for it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub url: String,
    pub arn: Option<String>,
    pub region: String,
    /// The server without a path: `https://sqs.eu-west-1.amazonaws.com`.
    pub endpoint: String,
}

const HINT: &str = "Write https://sqs.REGION.amazonaws.com/ACCOUNT/NAME or arn:aws:sqs:REGION:ACCOUNT:NAME.";

/// The region that servers on this machine are signed for, if none is set.
const LOOPBACK_REGION: &str = "us-east-1";

impl Address {
    pub fn parse(
        queue: &str,
        region: Option<&str>,
        endpoint: Option<&str>,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, QueueError> {
        let queue = queue.trim();
        if queue.starts_with("arn:") {
            Self::of_arn(queue, region, endpoint, variable)
        } else {
            Self::of_url(queue, region, endpoint, variable)
        }
    }

    fn of_arn(
        arn: &str,
        region: Option<&str>,
        endpoint: Option<&str>,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, QueueError> {
        let [_, partition, "sqs", of_arn, account, name] = arn.split(':').collect::<Vec<_>>()[..] else {
            return Err(refused(arn, "is not the ARN of a queue"));
        };
        let is_plain = |text: &str| {
            let is_known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            !text.is_empty() && text.chars().all(is_known)
        };
        if ![partition, of_arn, account, name].into_iter().all(is_plain) {
            return Err(refused(arn, "is not the ARN of a queue"));
        }
        let set = endpoint.map(str::to_owned);
        let set = set.or_else(|| variable("AWS_ENDPOINT_URL_SQS")).or_else(|| variable("AWS_ENDPOINT_URL"));
        let endpoint = match set {
            Some(endpoint) => server(&Url::parse(endpoint.trim()).map_err(|_| refused(&endpoint, "is not a URL"))?)?,
            None => format!("https://sqs.{of_arn}.{}", domain(partition)),
        };
        Ok(Self {
            url: format!("{endpoint}/{account}/{name}"),
            arn: Some(arn.to_owned()),
            region: region.unwrap_or(of_arn).to_owned(),
            endpoint,
        })
    }

    fn of_url(
        queue: &str,
        region: Option<&str>,
        endpoint: Option<&str>,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, QueueError> {
        let url = Url::parse(queue).map_err(|_| refused(queue, "is neither the URL nor the ARN of a queue"))?;
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            // It is not shown, because it may hold a secret.
            return Err(QueueError::new(
                QueueErrorKind::Config,
                "the URL of the queue has more than a server and a path",
            )
            .with_hint(HINT));
        }
        let path: Vec<_> = url.path_segments().into_iter().flatten().collect();
        let (account, name) = match path[..] {
            [account, name] if !account.is_empty() && !name.is_empty() => (Some(account), name),
            [.., name] if !name.is_empty() => (None, name),
            _ => return Err(refused(queue, "names no queue")),
        };
        let own = server(&url)?;
        let host = url.host_str().unwrap_or_default();
        let of_host = region_of(host);
        let endpoint = match endpoint {
            Some(endpoint) => server(&Url::parse(endpoint.trim()).map_err(|_| refused(endpoint, "is not a URL"))?)?,
            None => own,
        };
        let mut address = Self { url: queue.to_owned(), arn: None, region: String::new(), endpoint };
        let region = region.map(str::to_owned).or_else(|| of_host.map(str::to_owned));
        let region = region.or_else(|| variable("AWS_REGION")).or_else(|| variable("AWS_DEFAULT_REGION"));
        address.region = match region {
            Some(region) => region.trim().to_owned(),
            None if address.is_loopback() => LOOPBACK_REGION.to_owned(),
            None => {
                let message = format!("the region of {} is not known", shown(queue));
                return Err(QueueError::new(QueueErrorKind::Config, message).with_hint("Set AWS_REGION."));
            }
        };
        let partition = partition_of(&address.region);
        address.arn = account.map(|account| format!("arn:{partition}:sqs:{}:{account}:{name}", address.region));
        Ok(address)
    }

    /// Whether the server has no TLS.
    pub fn is_plain(&self) -> bool {
        self.endpoint.starts_with("http:")
    }

    pub fn is_loopback(&self) -> bool {
        match Url::parse(&self.endpoint).ok().as_ref().and_then(Url::host) {
            Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
            Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
            Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
            None => false,
        }
    }
}

/// The server of a URL, without a path.
fn server(url: &Url) -> Result<String, QueueError> {
    match (url.scheme(), url.host_str()) {
        ("http" | "https", Some(_)) if url.username().is_empty() && url.password().is_none() => {
            Ok(url.origin().ascii_serialization())
        }
        _ => Err(QueueError::new(QueueErrorKind::Config, "the server of the queue is not one of http or https")
            .with_hint(HINT)),
    }
}

/// The region in the name of one of Amazon's servers: `sqs.eu-west-1.amazonaws.com`, or the older `eu-west-1.queue.amazonaws.com`.
fn region_of(host: &str) -> Option<&str> {
    let name = host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn"))?;
    match name.split('.').collect::<Vec<_>>()[..] {
        ["sqs" | "sqs-fips", region] | [region, "queue"] => Some(region),
        ["queue"] => Some("us-east-1"),
        // The endpoint of a private network: vpce-0a1b.sqs.eu-west-1.vpce
        [_, "sqs", region, "vpce"] => Some(region),
        _ => None,
    }
}

fn partition_of(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

fn domain(partition: &str) -> &'static str {
    if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" }
}

fn refused(text: &str, why: &str) -> QueueError {
    QueueError::new(QueueErrorKind::Config, format!("{} {why}", shown(text))).with_hint(HINT)
}

fn shown(text: &str) -> String {
    printable(text).up_to(200).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(queue: &str) -> Result<Address, QueueError> {
        Address::parse(queue, None, None, &|_| None)
    }

    #[test]
    fn a_url_and_an_arn_name_the_same_queue() {
        for (url, arn) in [
            ("https://sqs.eu-west-1.amazonaws.com/123456789012/q", "arn:aws:sqs:eu-west-1:123456789012:q"),
            ("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/q", "arn:aws-cn:sqs:cn-north-1:123456789012:q"),
            (
                "https://sqs.us-gov-west-1.amazonaws.com/123456789012/q",
                "arn:aws-us-gov:sqs:us-gov-west-1:123456789012:q",
            ),
        ] {
            let (by_url, by_arn) = (parse(url).unwrap(), parse(arn).unwrap());
            assert_eq!(by_url, by_arn);
            assert_eq!(by_url.arn.as_deref(), Some(arn));
        }
        let older = parse("https://eu-west-1.queue.amazonaws.com/123456789012/q").unwrap();
        assert_eq!(
            (older.region.as_str(), older.arn.as_deref()),
            ("eu-west-1", Some("arn:aws:sqs:eu-west-1:123456789012:q"))
        );
    }

    #[test]
    fn another_server_needs_a_region_unless_it_is_on_this_machine() {
        let error = parse("https://queues.example/1/q").unwrap_err();
        assert!(error.to_string().contains("Set AWS_REGION"), "{error}");
        let region = |name: &str| (name == "AWS_REGION").then(|| "eu-west-1".to_owned());
        assert_eq!(Address::parse("https://queues.example/1/q", None, None, &region).unwrap().region, "eu-west-1");
        assert_eq!(parse("http://127.0.0.1:5000/1/q").unwrap().region, LOOPBACK_REGION);
        let endpoint = |name: &str| (name == "AWS_ENDPOINT_URL_SQS").then(|| "http://localhost:9/".to_owned());
        let by_arn = Address::parse("arn:aws:sqs:eu-west-1:1:q", None, None, &endpoint).unwrap();
        assert_eq!((by_arn.url.as_str(), by_arn.endpoint.as_str()), ("http://localhost:9/1/q", "http://localhost:9"));
    }

    #[test]
    fn what_is_no_queue_is_refused_and_no_secret_is_shown() {
        for wrong in [
            "",
            "q",
            "arn:aws:sns:eu-west-1:1:q",
            "arn:aws:sqs:eu-west-1:1",
            "arn:aws:sqs:eu-west-1:1:q/../x",
            "arn:aws:sqs:::",
            "https://sqs.eu-west-1.amazonaws.com/",
            "https://sqs.eu-west-1.amazonaws.com",
            "ftp://sqs.eu-west-1.amazonaws.com/1/q",
            "https://user:hush@sqs.eu-west-1.amazonaws.com/1/q",
            "https://sqs.eu-west-1.amazonaws.com/1/q?X-Amz-Signature=hush",
        ] {
            let error = parse(wrong).unwrap_err();
            assert!(error.kind() == QueueErrorKind::Config && !error.to_string().contains("hush"), "{wrong}: {error}");
        }
    }
}
