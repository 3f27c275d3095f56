//! The log of what was told to whom, and what came of it. In memory, bounded.

use crate::notice::LabelSet;
use model::{Millis, limits, seconds};
use serde::Serialize;
use std::collections::VecDeque;

/// What came of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeliveryOutcome)]
pub enum Outcome {
    /// The receiver took it.
    Sent,
    /// It did not, and is asked again.
    Retrying,
    /// It did not want it, or could not be reached for too long: it is not sent again.
    Dropped,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Delivery {
    /// When it was last tried.
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    pub timestamp: Millis,
    /// The receiver's name.
    pub receiver: String,
    /// What the alerts have in common.
    #[schema(value_type = BTreeMap<String, String>)]
    pub group: LabelSet,
    /// The changes that it told, by ids that are equal however often they are delivered; of a repetition, none.
    pub changes: Vec<String>,
    /// How many alerts it told of in all.
    pub alerts: usize,
    /// What came of it.
    pub outcome: Outcome,
    /// What the receiver said, cut and without secrets.
    pub answer: String,
    /// How often it was tried.
    pub attempts: u32,
    /// Whether somebody only tried whether it works.
    pub test: bool,
}

/// The newest messages.
#[derive(Debug, Default)]
pub(crate) struct Deliveries {
    all: VecDeque<(u64, Delivery)>,
    next: u64,
}

impl Deliveries {
    /// Puts `delivery` in the place of the one of the number `of`, or at the end; gives its number.
    pub(crate) fn put(&mut self, of: Option<u64>, delivery: Delivery) -> u64 {
        if let Some(place) = self.all.iter_mut().rev().find(|(number, _)| Some(*number) == of) {
            place.1 = delivery;
            return place.0;
        }
        if self.all.len() >= limits::DELIVERIES {
            self.all.pop_front();
        }
        let number = self.next;
        self.next += 1;
        self.all.push_back((number, delivery));
        number
    }

    /// All, newest first.
    pub(crate) fn list(&self) -> Vec<Delivery> {
        self.all.iter().rev().map(|(_, delivery)| delivery.clone()).collect()
    }
}
