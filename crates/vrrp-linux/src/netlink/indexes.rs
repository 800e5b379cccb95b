//! Interfaces by name.

use std::collections::{BTreeSet, HashMap};

use vrrp_core::InterfaceName;

use super::command::Command;
use super::dump::Lost;

/// The indexes of some interfaces, as they are at one moment.
pub(super) struct Indexes(HashMap<InterfaceName, Result<Option<u32>, i32>>);

impl Indexes {
    /// Asks for each of the names once.
    pub(super) async fn of(
        command: &Command,
        names: impl Iterator<Item = &InterfaceName>,
    ) -> Result<Self, Lost> {
        let names: BTreeSet<&InterfaceName> = names.collect();
        let answers = command.indexes(names.iter().copied()).await?;
        Ok(Self(names.into_iter().cloned().zip(answers).collect()))
    }

    /// `None` if there is no such interface, an `errno` if the kernel does not tell.
    pub(super) fn get(&self, name: &InterfaceName) -> Result<Option<u32>, i32> {
        self.0.get(name).copied().unwrap_or(Ok(None))
    }

    /// The name that the interface was asked for by.
    pub(super) fn name(&self, index: u32) -> Option<InterfaceName> {
        self.0
            .iter()
            .find(|(_, known)| **known == Ok(Some(index)))
            .map(|(name, _)| name.clone())
    }
}
