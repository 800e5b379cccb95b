//! `vrrpd manifest`: a set of virtual addresses as objects of Kubernetes.
//!
//! The objects are those of `deploy/`, which `template` has, with what is asked for put in by `objects`. Whether that is
//! sound is judged by the daemon's own rules (`settings`); `avoid` looks at other sets.

mod avoid;
mod objects;
mod print;
mod problem;
mod scripts;
mod selector;
mod set;
mod settings;
mod template;
mod variables;

use std::io::{self, Write as _};
use std::process::ExitCode;

use crate::cli::Manifest;
use crate::problems::complain;
use avoid::Avoided;
use objects::Wanted;
use problem::{Flaw, Place, Problems};
use scripts::Scripts;
use set::Set;
use settings::Settings;

/// The command line is wrong, as clap itself exits.
const USAGE: u8 = 2;

/// Prints the manifests, or names everything that is wrong with what is asked for.
pub(crate) fn run(options: &Manifest) -> ExitCode {
    let mut problems = Problems::default();
    let text = write(options, &mut problems);
    let mut stderr = io::stderr().lock();
    for problem in problems.all() {
        let _unread = writeln!(stderr, "{problem}");
    }
    let Some(text) = text.filter(|_| !problems.refuse()) else {
        return ExitCode::from(USAGE);
    };
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain("manifest", &format_args!("standard output: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// The text to print, if there is any; it counts if nothing refuses.
fn write(options: &Manifest, problems: &mut Problems) -> Option<String> {
    let set = Set::read(&options.name, &options.namespace, problems);
    let replicas = replicas(options.replicas.trim());
    if replicas.is_none() {
        problems.report(
            Place::Option("--replicas"),
            Flaw::Replicas(options.replicas.clone()),
        );
    }
    let image = options.image.as_deref();
    if let Some(image) = image.filter(|image| !is_image(image)) {
        problems.report(Place::Option("--image"), Flaw::Image(image.to_owned()));
    }
    let selector = options.selector.as_deref().filter(|text| !text.trim().is_empty());
    let selector = selector.map(|text| problems.keep_all(&Place::Option("--selector"), selector::read(text)));
    let scripts = Scripts::read(options, set.as_ref(), problems);
    let settings = Settings::of(options, set.as_ref(), replicas, &scripts);
    let sound = settings.judge(problems);
    let avoided = Avoided::read(&options.avoid, problems);

    let (set, replicas) = (set?, replicas?);
    let wanted = Wanted {
        set: &set,
        flavor: options.flavor,
        replicas,
        image,
        selector: selector.flatten(),
        settings: &settings,
        scripts: &scripts.contents,
    };
    let objects = problems.keep(Place::Build, objects::make(&wanted))?;
    if image.is_none() {
        problems.report(
            Place::Option("--image"),
            Flaw::NoImage(template::image(&objects).to_owned()),
        );
    }
    if sound {
        avoided.compare(&objects, &settings, problems);
    }
    problems.keep(Place::Build, print::yaml(&set, &objects))
}

/// One pod for each node, of which a LAN has no more.
fn replicas(text: &str) -> Option<u8> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|number| digits && (1..=254).contains(number))
}

/// Whether it may be one: what every reference to an image is made of, and a letter or digit at both ends. (A registry may
/// be an IPv6 address, in brackets.)
fn is_image(text: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || "._-:/@[]".contains(c);
    let begins = |c: char| c.is_ascii_alphanumeric() || c == '[';
    text.starts_with(begins)
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(inside)
}
