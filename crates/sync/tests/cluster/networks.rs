//! Networks of their own for workers, which can be split from the database and the shop.
//!
//! Each is a namespace with one cable to this machine. Programs in it reach ports of this machine at the same loopback addresses
//! as here, by a process that passes their bytes on through the cable. Cut, the cable loses what is sent, as a split network does.

use std::net::Ipv4Addr;
use std::process::{Child, Command, Stdio};
use tokio::net::{TcpListener, TcpStream};

/// Set in the process that passes bytes on: the ports, and the address at which this machine is reached.
const PORTS: &str = "SPAPI_CLUSTER_TEST_PORTS";
const BEYOND: &str = "SPAPI_CLUSTER_TEST_BEYOND";

pub struct Network {
    name: String,
    cable: String,
    passing_on: Child,
}

/// Why there can be no networks here, if that is so.
pub fn missing() -> Option<&'static str> {
    let name = format!("spapi-{}-try", std::process::id());
    let is_made = ip(&["netns", "add", &name]);
    if is_made {
        ip(&["netns", "del", &name]);
    }
    (!is_made).then_some("network namespaces need Linux, root and iproute2")
}

impl Network {
    /// A network from which these ports of this machine are reached.
    pub async fn new(number: u8, ports: &[u16]) -> Self {
        let id = std::process::id();
        let name = format!("spapi-{id}-{number}");
        // The name of a device has at most 15 characters.
        let (cable, end) = (format!("s{id}h{number}"), format!("s{id}n{number}"));
        let (here, there) = (Ipv4Addr::new(10, 231, number, 1), Ipv4Addr::new(10, 231, number, 2));
        let must = |arguments: &str| {
            let arguments: Vec<_> = arguments.split(' ').collect();
            assert!(ip(&arguments), "ip {arguments:?}");
        };
        must(&format!("netns add {name}"));
        must(&format!("link add {cable} type veth peer name {end}"));
        must(&format!("link set {end} netns {name}"));
        must(&format!("address add {here}/24 dev {cable}"));
        must(&format!("link set {cable} up"));
        must(&format!("-n {name} address add {there}/24 dev {end}"));
        must(&format!("-n {name} link set {end} up"));
        must(&format!("-n {name} link set lo up"));
        for port in ports {
            let listener = TcpListener::bind((here, *port)).await.unwrap();
            tokio::spawn(pass_on(listener, Ipv4Addr::LOCALHOST, *port));
        }
        let ports: Vec<_> = ports.iter().map(u16::to_string).collect();
        let mut command = in_network(&name);
        command.env(PORTS, ports.join(" ")).env(BEYOND, here.to_string());
        Self { name, cable, passing_on: command.stdin(Stdio::piped()).spawn().unwrap() }
    }

    /// This program again, in the network.
    pub fn command(&self) -> Command {
        in_network(&self.name)
    }

    pub fn cut(&self) {
        assert!(ip(&["link", "set", &self.cable, "down"]));
    }

    pub fn mend(&self) {
        assert!(ip(&["link", "set", &self.cable, "up"]));
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // What was not made need not be removed.
        let _ = self.passing_on.kill();
        let _ = self.passing_on.wait();
        ip(&["link", "del", &self.cable]);
        ip(&["netns", "del", &self.name]);
    }
}

/// Whether this process passes bytes on.
pub fn is_passing_on() -> bool {
    std::env::var_os(PORTS).is_some()
}

/// Passes bytes on until it is killed, or the test has ended.
pub async fn pass_on_all() {
    let beyond: Ipv4Addr = std::env::var(BEYOND).unwrap().parse().unwrap();
    for port in std::env::var(PORTS).unwrap().split(' ') {
        let port = port.parse().unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        tokio::spawn(pass_on(listener, beyond, port));
    }
    let (ended, end) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        drop(ended);
    });
    let _ = end.await;
}

async fn pass_on(listener: TcpListener, to: Ipv4Addr, port: u16) {
    loop {
        let Ok((mut from, _)) = listener.accept().await else { continue };
        tokio::spawn(async move {
            // When either side ends, so does the other.
            if let Ok(mut onward) = TcpStream::connect((to, port)).await {
                let _ = tokio::io::copy_bidirectional(&mut from, &mut onward).await;
            }
        });
    }
}

fn in_network(name: &str) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", name]).arg(std::env::current_exe().unwrap());
    command
}

fn ip(arguments: &[&str]) -> bool {
    let ran = Command::new("ip").args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    ran.is_ok_and(|status| status.success())
}
