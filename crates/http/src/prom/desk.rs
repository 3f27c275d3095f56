//! Answers for who does not ask over HTTP: the same parameters, places, time and words, and the answer as a whole.

use super::asked::{Asked, Times};
use super::failure::{Failure, Kind};
use super::form::Form;
use super::output::Output;
use super::render::query_data;
use super::working::{Going, Watch};
use crate::queries::Queries;
use model::{Question, Select};
use query::Stop;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use world::Clock;

/// Where questions are answered that came another way.
pub struct Desk {
    /// The samples.
    pub select: Arc<dyn Select>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// The places, which are those of HTTP.
    pub queries: Arc<Queries>,
    /// Bytes that an answer may have.
    pub longest: usize,
}

impl Desk {
    /// What `/api/v1/query` answers to the question, or `/api/v1/query_range` if it names `start`, `end` or `step`:
    /// JSON, be it an error.
    pub async fn answer(&self, question: Question) -> Vec<u8> {
        self.computed(question).await.unwrap_or_else(|failure| failure.json())
    }

    async fn computed(&self, question: Question) -> Result<Vec<u8>, Failure> {
        let Question { parameters, is_wanted } = question;
        let form = Form::of(parameters);
        let is_range = ["start", "end", "step"].iter().any(|name| form.text(name).is_some());
        let asked = Asked::read(&form, |form| {
            if is_range { Times::range(form) } else { Times::instant(form, self.clock.now()) }
        })?;
        let until = Instant::now() + self.queries.time().min(asked.timeout.unwrap_or(Duration::MAX));
        let place = self.queries.enter(until).await?;
        let going = Arc::new(Going::default());
        let _watch = Watch(Arc::clone(&going));
        let (seen, select, longest) = (Arc::clone(&going), Arc::clone(&self.select), self.longest);
        let mut work = tokio::task::spawn_blocking(move || {
            let _place = place;
            let stop = || if is_wanted() { seen.stop() } else { Some(Stop::Canceled) };
            written(&asked, &*select, &stop, longest)
        });
        let done = match timeout_at(until, &mut work).await {
            Ok(done) => done,
            Err(_) => {
                going.time_out();
                work.await
            }
        };
        // The runtime has told where the thread came to its sudden end.
        done.unwrap_or_else(|_| Err(Failure::new(Kind::Internal, "the answer failed")))
    }
}

fn written(
    asked: &Asked,
    select: &dyn Select,
    stop: &dyn Fn() -> Option<Stop>,
    longest: usize,
) -> Result<Vec<u8>, Failure> {
    let answer = asked.compute(select, stop)?;
    let mut out = Output::kept_within(longest);
    let is_whole = query_data(&mut out, answer, asked.limit, None).is_ok();
    if is_whole && out.text.len() <= longest {
        return Ok(out.text);
    }
    let why = format!("the answer is longer than {longest} bytes: ask for less, for instance with `limit`");
    Err(Failure::new(Kind::Execution, why))
}
