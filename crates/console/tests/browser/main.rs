//! The console in Chromium, as a user sees it. The pictures are in `target/tmp/console`. With UPDATE_PICTURES in the environment,
//! those of the guide are written to `guide/src/images`.
//!
//! Without Chromium and its driver the tests show as ignored: `apt-get install chromium chromium-driver fonts-noto-cjk`. So does the
//! test of accessibility without axe-core, which `tests/browser/install` fetches.

mod driver;
mod pictures;
#[path = "../shop/mod.rs"]
mod shop;
mod small;
mod steps;
mod tasks;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;

/// A test, by its name.
type Test = (&'static str, fn() -> driver::Work);

/// A test with the name of its function.
macro_rules! test {
    ($module:ident::$name:ident) => {
        (stringify!($name), || Box::pin($module::$name()))
    };
}

const TESTS: &[Test] = &[
    test!(tasks::a_new_user_fills_tables_in_japanese),
    test!(tasks::everything_is_reached_by_keyboard),
    test!(tasks::a_seller_signs_in_with_amazon),
    test!(tasks::wrong_inputs_are_shown_at_their_fields),
    test!(tasks::a_reload_and_a_second_tab_see_the_same_run),
    test!(tasks::the_pages_work_without_scripts),
    test!(tasks::the_pages_fit_a_phone),
    test!(tasks::the_pages_are_accessible),
    test!(pictures::the_guide_has_pictures_of_these_pages),
];

/// The test that needs axe-core too.
const ACCESSIBILITY: &str = "the_pages_are_accessible";

fn main() -> ExitCode {
    let is_there = driver::is_installed();
    let trials = TESTS.iter().map(|(name, test)| {
        let is_there = is_there && (*name != ACCESSIBILITY || driver::axe().is_some());
        Trial::test(*name, move || {
            driver::run(test());
            Ok(())
        })
        .with_ignored_flag(!is_there)
    });
    let mut arguments = Arguments::from_args();
    // A browser takes much memory.
    arguments.test_threads = arguments.test_threads.or(Some(1));
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}
