//! The desk as the servers see it.

use std::sync::Arc;

use super::Desk;
use crate::report::{Event, Health, Reload, Status};
use crate::run::service::informed::{Informed, Source};

impl Informed for Desk {
    async fn status(&self) -> Arc<Status> {
        Self::status(self).await
    }

    async fn live(&self) -> Health {
        Self::live(self).await
    }

    async fn ready(&self) -> Health {
        Self::ready(self).await
    }
}

impl Source for Desk {
    async fn reload(&self) -> Reload {
        Self::reload(self).await
    }

    fn events(&self, after: u64) -> Vec<Arc<Event>> {
        self.journal().after(after)
    }

    async fn more_events(&self, after: u64) {
        self.journal().more(after).await;
    }
}
