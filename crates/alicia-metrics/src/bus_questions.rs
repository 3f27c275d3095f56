//! Questions over the bus, answered as HTTP answers them and in the same places.

use http::Desk;
use model::{Answer, Question, Reply};
use std::sync::Arc;
use tokio::runtime::Handle;

/// Answers questions on the runtime of HTTP: the bus' own thread has messages to take.
pub(crate) struct BusQuestions {
    pub(crate) desk: Arc<Desk>,
    pub(crate) runtime: Handle,
}

impl Answer for BusQuestions {
    fn answer(&self, question: Question, reply: Reply) {
        let desk = Arc::clone(&self.desk);
        self.runtime.spawn(async move { reply(desk.answer(question).await) });
    }
}
