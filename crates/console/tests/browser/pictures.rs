//! The pictures of the guide.

use crate::driver::{Like, Window};
use crate::small::small;
use crate::steps::User;
use crate::tasks::served;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What makes the pictures anew.
const ANEW: &str = "UPDATE_PICTURES=1 cargo test --workspace --test browser the_guide";

/// Takes the pictures: into the guide on request, otherwise into the folder of the other pictures.
struct Camera {
    folder: PathBuf,
    taken: BTreeSet<String>,
}

impl Camera {
    fn new() -> Self {
        let folder = match std::env::var_os("UPDATE_PICTURES") {
            Some(_) => folder_of_the_guide(),
            None => Path::new(env!("CARGO_TARGET_TMPDIR")).join("console"),
        };
        Self { folder, taken: BTreeSet::new() }
    }

    /// Takes a picture of the page as soon as it shows a text.
    async fn take(&mut self, user: &User, text: &str, name: &str) {
        user.sees(text).await;
        let picture = user.driver().screenshot_as_png().await.unwrap();
        let name = format!("console-{name}.png");
        std::fs::create_dir_all(&self.folder).unwrap();
        std::fs::write(self.folder.join(&name), small(&picture)).unwrap();
        self.taken.insert(name);
    }
}

fn folder_of_the_guide() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../guide/src/images")
}

pub async fn the_guide_has_pictures_of_these_pages() {
    let served = served().await;
    let like = Like { size: (900, 860), ..Like::default() };
    let user = User::enter(Window::open(like).await, &served.link).await;
    let mut camera = Camera::new();
    user.goes_to("/new").await;
    camera.take(&user, "LWAクライアントID", "settings-ja").await;
    user.connects("みどり堂 本店").await;
    camera.take(&user, "取得期間のカレンダー", "plan-ja").await;
    user.runs().await;
    user.goes_to("/connections/connection/charts").await;
    camera.take(&user, "日別の注文数", "charts-ja").await;

    user.connects("Tea shop").await;
    user.speaks("en").await;
    camera.take(&user, "Calendar of the periods", "plan-en").await;
    user.speaks("ja").await;
    user.runs().await;
    user.speaks("en").await;
    user.goes_to("/connections/tea-shop").await;
    camera.take(&user, "Freshness", "data-en").await;
    user.speaks("de").await;
    user.goes_to("/connections/tea-shop/charts").await;
    camera.take(&user, "Bestellungen je Tag", "charts-de").await;
    user.window.close().await;

    let files = std::fs::read_dir(folder_of_the_guide()).unwrap();
    let files: BTreeSet<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(camera.taken, files, "the guide has other pictures than these; make them anew: {ANEW}");
}
