//! The page of the configuration's options, out of the example that has them all.

use clap::{Arg, Command};
use clap_mangen::roff::{bold, italic, roman};

use crate::example::{Example, Section, Setting};
use crate::page::{COMMANDS, Edition, FORMATS, Page};

/// What the page is called.
pub(crate) const NAME: &str = "vrrpd.toml";

/// The page. The command says where the file is.
pub(crate) fn page(example: &Example, command: &Command, edition: &Edition) -> Page {
    let mut page = Page::new(NAME, FORMATS, "the configuration of vrrpd", edition);
    page.heading("DESCRIPTION");
    page.text(&example.preface);
    for section in &example.sections {
        tables(&mut page, section);
    }
    page.heading("FILES");
    for path in paths(command) {
        page.entry([italic(path)], "Read unless the command line names another.");
    }
    page.see_also(&[(command.get_name().to_owned(), COMMANDS)]);
    page
}

/// The files of this name that the command's options have as their defaults.
fn paths(command: &Command) -> Vec<String> {
    let mut paths: Vec<_> = command
        .get_subcommands()
        .flat_map(Command::get_arguments)
        .flat_map(Arg::get_default_values)
        .map(|value| value.to_string_lossy().into_owned())
        .filter(|value| value.ends_with(&format!("/{NAME}")))
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

fn tables(page: &mut Page, section: &Section) {
    page.heading(section.header.as_deref().unwrap_or("TOP LEVEL"));
    page.text(&section.preface);
    let several = section.tables.len() > 1;
    for table in &section.tables {
        if several {
            // Its first sentence is its title.
            let (title, rest) = table.about.split_once(". ").unwrap_or((&table.about, ""));
            page.subheading(title.trim_end().trim_end_matches('.'));
            page.text(rest);
        } else {
            page.text(&table.about);
        }
        for setting in &table.settings {
            options(page, setting);
        }
    }
}

fn options(page: &mut Page, setting: &Setting) {
    if setting.about.is_empty() {
        page.literal_paragraph(&setting.lines);
        return;
    }
    let mut tag = Vec::new();
    for key in &setting.keys {
        if !tag.is_empty() {
            tag.push(roman(", "));
        }
        tag.push(bold(key.as_str()));
    }
    page.entry(tag, &setting.about);
    page.literal_in_entry(&setting.lines);
}
