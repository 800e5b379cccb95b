use clap_mangen::roff::roman;

use super::{COMMANDS, Edition, Page};

fn page() -> Page {
    Page::new(
        "a-b",
        COMMANDS,
        "does it.",
        &Edition::new(Some(String::from("2026-01-31"))),
    )
}

fn source(page: Page) -> String {
    let source = page.source();
    source.split_once(".TH ").unwrap().1.to_owned()
}

#[test]
fn a_page_begins_with_its_title_and_its_name() {
    let expected = format!(
        "a-b 8 2026-01-31 \"vrrpd {}\" \"System Administration\"\n.SH NAME\na\\-b \\- does it\n",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(page().file_name(), "a-b.8");
    assert_eq!(source(page()), expected);
}

#[test]
fn a_page_without_a_date_has_an_empty_one() {
    let page = Page::new("a", COMMANDS, "b", &Edition::new(None));
    assert!(source(page).starts_with("a 8 \"\" \"vrrpd "));
}

#[test]
fn text_is_filled_up_and_what_is_indented_is_not() {
    let mut page = page();
    page.heading("X");
    page.text("One `two`\nthree.\n\n  four\n  five\n\n.six\n");
    let text = source(page);
    let text = text.split_once(".SH X\n").unwrap().1;
    assert_eq!(
        text,
        "One \\fBtwo\\fR\nthree.\n.PP\n.EX\n  four\n  five\n.EE\n.PP\n\\&.six\n"
    );
}

#[test]
fn parts_of_other_documents_leave_their_beginnings_behind() {
    let mut page = page();
    page.append(&clap_mangen::roff::Roff::new().text([roman("it's")]).render());
    page.text("more");
    let page = page.source();
    assert_eq!(page.matches(".ds Aq").count(), 2);
    assert!(page.starts_with(".ie "));
    assert!(page.ends_with("it\\*(Aqs\nmore\n"));
}
