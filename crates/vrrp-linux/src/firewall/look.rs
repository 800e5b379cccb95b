//! Looking at the host's ruleset, and changing it, by `nft`.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{Step, script};
use super::program::{IPTABLES, NFT, Patience, run};
use super::ruleset::{Hook, Ruleset};
use super::{Chain, FirewallError, Remains, comments};

/// How often maps are followed to chains that ask further maps. Past this they count as dropping.
const MAP_ROUNDS: usize = 4;

/// More chains than this in tables that do not matter, and these are not read along.
const MANY: usize = 100;

/// The tables that packets to and from this host pass, and iptables' filter table. The others may be very long.
///
/// What is said of tables that could not be read comes along.
pub(super) fn look(patience: &Patience) -> Result<(Ruleset, Vec<Remains>), FirewallError> {
    let overview = read(&run(patience, NFT, &["-j", "list", "chains"], None)?)?;
    let mut ruleset = Ruleset::default();
    let mut remains = Vec::new();
    for (family, tables) in tables(&overview) {
        match look_at_family(patience, &overview, family, &tables) {
            Ok(Some(part)) => {
                ruleset.extend(part);
                continue;
            }
            Err(error) if !concerns_one_table(&error) => return Err(error),
            Ok(None) | Err(_) => {}
        }
        for table in tables {
            match look_at_table(patience, family, table) {
                Ok(part) => ruleset.extend(part),
                Err(error) if error.is_gone() => {}
                Err(error) if concerns_one_table(&error) => remains.push(Remains::Unreadable {
                    family: family.to_owned(),
                    table: table.to_owned(),
                    said: error.to_string(),
                }),
                Err(error) => return Err(error),
            }
        }
    }
    look_at_maps(patience, &mut ruleset)?;
    for table in comments::tables(&ruleset) {
        // Without iptables nobody can tell whose these rules are, and they stay.
        match run(patience, IPTABLES, &["-w", "2", "-t", &table, "-S"], None) {
            Ok(listing) => comments::fill_in(&mut ruleset, &table, &listing),
            Err(error @ FirewallError::TooSlow { .. }) => return Err(error),
            Err(_) => {}
        }
    }
    Ok((ruleset, remains))
}

/// Carries out all of it, or nothing.
pub(super) fn change(patience: &Patience, steps: &[Step]) -> Result<(), FirewallError> {
    run(patience, NFT, &["-j", "-f", "-"], Some(script(steps))).map(drop)
}

/// Which tables matter, by family.
fn tables(overview: &Ruleset) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut tables: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (chain, body) in &overview.chains {
        let filter = chain.family == "ip" && chain.table == "filter";
        if body.hook != Hook::Elsewhere || filter {
            tables.entry(&chain.family).or_default().insert(&chain.table);
        }
    }
    tables
}

/// Reads all tables of a family at once, unless most of that would be for nothing.
///
/// Only for such a listing nft leaves out the elements of sets and maps early enough: lists of blocked addresses may
/// be endless, and listing one table it reads them before it does not show them.
fn look_at_family(
    patience: &Patience,
    overview: &Ruleset,
    family: &str,
    tables: &BTreeSet<&str>,
) -> Result<Option<Ruleset>, FirewallError> {
    let chains = overview.chains.keys().filter(|chain| chain.family == family);
    let others = chains.filter(|chain| !tables.contains(chain.table.as_str()));
    if others.count() > MANY {
        return Ok(None);
    }
    let answer = run(
        patience,
        NFT,
        &["-j", "-t", "-a", "list", "ruleset", family],
        None,
    )?;
    read(&answer).map(Some)
}

fn look_at_table(patience: &Patience, family: &str, table: &str) -> Result<Ruleset, FirewallError> {
    let table = word(table)?;
    read(&run(
        patience,
        NFT,
        &["-j", "-t", "-a", "list", "table", family, table],
        None,
    )?)
}

/// Reads the verdict maps that are asked on the way. One that cannot be read counts as dropping.
fn look_at_maps(patience: &Patience, ruleset: &mut Ruleset) -> Result<(), FirewallError> {
    let mut asked = BTreeSet::new();
    for _ in 0..MAP_ROUNDS {
        let mut unread = ruleset.unread_maps();
        unread.retain(|map| asked.insert(map.clone()));
        if unread.is_empty() {
            break;
        }
        for map in unread {
            if let Err(error) = look_at_map(patience, ruleset, &map)
                && !error.is_gone()
                && !concerns_one_table(&error)
            {
                return Err(error);
            }
        }
    }
    Ok(())
}

fn look_at_map(patience: &Patience, ruleset: &mut Ruleset, map: &Chain) -> Result<(), FirewallError> {
    let arguments = [
        "-j",
        "list",
        "map",
        &map.family,
        word(&map.table)?,
        word(&map.name)?,
    ];
    let answer = run(patience, NFT, &arguments, None)?;
    ruleset.read_map(map, &answer).map_err(unreadable)
}

/// Whether another table may still be readable.
fn concerns_one_table(error: &FirewallError) -> bool {
    use FirewallError::{Answer, Failed, Name, TooLong};
    matches!(
        error,
        Answer { .. } | Failed { .. } | Name { .. } | TooLong { .. }
    )
}

fn read(answer: &str) -> Result<Ruleset, FirewallError> {
    let mut ruleset = Ruleset::default();
    ruleset.read(answer).map_err(unreadable)?;
    Ok(ruleset)
}

fn unreadable(source: serde_json::Error) -> FirewallError {
    FirewallError::Answer { program: NFT, source }
}

/// A name as nft's language takes it. It reads its arguments as one text: another name could be a command.
fn word(name: &str) -> Result<&str, FirewallError> {
    let mut letters = name.chars();
    let begins = letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if begins && letters.all(|c| c.is_ascii_alphanumeric() || "/\\_.-".contains(c)) {
        Ok(name)
    } else {
        Err(FirewallError::Name {
            name: name.to_owned(),
        })
    }
}
