//! Chromium and its driver.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::Stdio;
use std::time::Duration;
use thirtyfour::prelude::*;
use tokio::process::{Child, Command};

pub type Work = Pin<Box<dyn Future<Output = ()>>>;

/// Whether Chromium and its driver are installed.
pub fn is_installed() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let has = |name: &str| std::env::split_paths(&path).any(|folder| folder.join(name).is_file());
    has("chromedriver") && (has("chromium") || has("google-chrome"))
}

pub fn run(work: Work) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(work);
}

/// A window of Chromium. It ends with this value.
pub struct Window {
    pub driver: WebDriver,
    _process: Child,
    _profile: tempfile::TempDir,
}

/// What a window is like.
#[derive(Clone, Copy)]
pub struct Like {
    pub language: &'static str,
    pub size: (u32, u32),
    pub has_scripts: bool,
}

impl Default for Like {
    fn default() -> Self {
        Self { language: "ja", size: (1200, 1000), has_scripts: true }
    }
}

impl Window {
    pub async fn open(like: Like) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let profile = tempfile::tempdir().unwrap();
        let mut wanted = DesiredCapabilities::chrome();
        let (width, height) = like.size;
        for argument in [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-gpu".to_owned(),
            "--no-proxy-server".to_owned(),
            format!("--lang={}", like.language),
            format!("--window-size={width},{height}"),
            format!("--user-data-dir={}", profile.path().display()),
        ] {
            wanted.add_arg(&argument).unwrap();
        }
        let scripts = if like.has_scripts { 1 } else { 2 };
        let settings = serde_json::json!({
            "intl.accept_languages": like.language,
            "profile.managed_default_content_settings.javascript": scripts,
        });
        wanted.add_experimental_option("prefs", settings).unwrap();
        if width < 500 {
            // A window is never that narrow, but a phone is.
            let screen =
                serde_json::json!({ "deviceMetrics": { "width": width, "height": height, "pixelRatio": 2.0 } });
            wanted.add_experimental_option("mobileEmulation", screen).unwrap();
        }
        let server = format!("http://127.0.0.1:{port}");
        let mut tries = 0;
        let driver = loop {
            match WebDriver::new(&server, wanted.clone()).await {
                Ok(driver) => break driver,
                // The driver takes a moment to listen.
                Err(error) if tries >= 100 => panic!("{error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
            tries += 1;
        };
        Self { driver, _process: process, _profile: profile }
    }

    /// Saves a picture of the page.
    pub async fn picture(&self, name: &str) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("console");
        std::fs::create_dir_all(&folder).unwrap();
        self.driver.screenshot(&folder.join(format!("{name}.png"))).await.unwrap();
    }

    pub async fn close(self) {
        self.driver.clone().quit().await.unwrap();
    }
}

/// The script of axe-core, if it was fetched.
pub fn axe() -> Option<String> {
    let file: PathBuf =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/axe/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(file).ok()
}
