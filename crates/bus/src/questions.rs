//! Questions over the bus: who may ask, how often, and where the answer goes.
//!
//! An answer goes to the topics of answers and nowhere else: what the collector publishes, access lists let it publish,
//! and nobody may use it to say something on a topic that is closed to themselves. Nothing is computed here; what has
//! been answered waits in a bounded queue until the client publishes it.

use crate::allowance::Allowance;
use crate::decode::{Decoded, question};
use crate::encode::Outgoing;
use crate::inbound::Publish;
use crate::link::Link;
use crate::properties::Properties;
use crate::topics;
use model::{Answer, Nothing, Question, Reason, Report, limits};
use parking_lot::Mutex;
use serde_json::json;
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use world::Clock;

/// An answer on its way.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) message: Outgoing,
    pub(crate) qos: u8,
    /// Comes back as it came.
    pub(crate) correlation_data: Option<Vec<u8>>,
    id: Option<String>,
    /// Of an answer that was computed.
    _place: Option<Place>,
}

impl Answered {
    /// Another answer in the place of one that is longer than the broker takes.
    pub(crate) fn too_long(mut self, longest: usize) -> Self {
        let why =
            format!("the answer is longer than the {longest} bytes that the broker takes: ask for less");
        self.message.payload = with_id(self.id.as_deref(), &failure("execution", &why));
        self
    }
}

/// Where an answer goes.
#[derive(Debug)]
struct Address {
    topic: String,
    qos: u8,
    correlation_data: Option<Vec<u8>>,
    id: Option<String>,
}

impl Address {
    fn answered(self, json: &[u8], place: Option<Place>) -> Answered {
        let payload = with_id(self.id.as_deref(), json);
        let message = Outgoing { topic: self.topic, payload };
        let Self { qos, correlation_data, id, .. } = self;
        Answered { message, qos, correlation_data, id, _place: place }
    }
}

/// One of the questions that may be under way.
#[derive(Debug)]
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How many may still ask, and how many may still be told that they may not.
struct Allowances {
    questions: Allowance,
    refusals: Allowance,
}

/// Takes questions.
pub(crate) struct Questions {
    own_name: String,
    clock: Arc<dyn Clock>,
    answer: Arc<dyn Answer>,
    link: Arc<Link>,
    allowances: Mutex<Allowances>,
    under_way: Arc<AtomicUsize>,
    answers: Sender<Answered>,
}

/// Why a question is not answered, and where it is said, if anywhere.
struct Refused {
    reason: Reason,
    why: Cow<'static, str>,
    address: Option<Address>,
}

impl Refused {
    fn new(reason: Reason, why: impl Into<Cow<'static, str>>) -> Self {
        Self { reason, why: why.into(), address: None }
    }
}

impl Questions {
    /// A desk for questions, and where their answers come out.
    pub(crate) fn new(
        own_name: String,
        clock: Arc<dyn Clock>,
        answer: Arc<dyn Answer>,
        link: Arc<Link>,
    ) -> (Self, Receiver<Answered>) {
        // Refusals need room too, of which there are never more than are allowed at once.
        let (answers, answered) = channel(limits::QUESTIONS + limits::QUESTION_BURST as usize);
        let allowance = || Allowance::new(limits::QUESTIONS_PER_SECOND, limits::QUESTION_BURST);
        let allowances = Mutex::new(Allowances { questions: allowance(), refusals: allowance() });
        let under_way = Arc::default();
        (Self { own_name, clock, answer, link, allowances, under_way, answers }, answered)
    }

    /// Takes one message of the topic of questions and gives what it was. Never waits.
    pub(crate) fn take<'a>(&self, message: &Publish<'a>) -> Decoded<'a> {
        let properties = Properties::read(message.properties);
        let may_be_bare = properties.as_ref().is_ok_and(|properties| properties.response_topic.is_some());
        let mut asked = question(message.payload, may_be_bare);
        let (source, message_id, sent_at) = (asked.source.take(), asked.message_id.take(), asked.sent_at);
        let nothing = |reason, detail| {
            let example = message.payload.get(..limits::EXAMPLE_BYTES).unwrap_or(message.payload);
            Report::Nothing(Nothing { reason, detail, example })
        };
        let report = if source.as_deref() == Some(&self.own_name) {
            nothing(Reason::Own, Cow::Borrowed(""))
        } else if message.retained {
            nothing(Reason::NothingToRead, Cow::Borrowed("a question that was asked at another time"))
        } else {
            let taken = properties
                .map_err(|error| Refused::new(Reason::BadQuestion, error.to_string()))
                .and_then(|properties| self.accept(asked, &properties, message));
            self.link.asked(taken.is_err());
            match taken {
                Ok(()) => Report::Question,
                Err(refused) => {
                    let report = nothing(refused.reason, refused.why.clone());
                    self.refuse(refused);
                    report
                }
            }
        };
        Decoded { source, message_id, sent_at, report }
    }

    fn accept(
        &self,
        asked: question::Asked<'_>,
        properties: &Properties<'_>,
        message: &Publish<'_>,
    ) -> Result<(), Refused> {
        let topic = reply_topic(properties.response_topic, &asked)?;
        let address = Address {
            topic,
            qos: message.qos.min(1),
            correlation_data: properties.correlation_data.map(<[u8]>::to_vec),
            id: asked.id.map(Cow::into_owned),
        };
        let refused =
            |reason, why: Cow<'static, str>, address| Refused { reason, why, address: Some(address) };
        if let Some(fault) = asked.fault {
            return Err(refused(Reason::BadQuestion, fault.into(), address));
        }
        let Some(place) = self.place() else {
            return Err(refused(
                Reason::TooManyQuestions,
                "too many questions; ask again later".into(),
                address,
            ));
        };
        let (answers, link, waiting) = (self.answers.clone(), Arc::clone(&self.link), self.answers.clone());
        let question =
            Question { parameters: asked.parameters, is_wanted: Arc::new(move || !waiting.is_closed()) };
        let reply = move |json: Vec<u8>| put(&answers, &link, address.answered(&json, Some(place)));
        self.answer.answer(question, Box::new(reply));
        Ok(())
    }

    /// A place among those under way, if one is free and another question is allowed.
    fn place(&self) -> Option<Place> {
        if self.under_way.fetch_add(1, Ordering::Relaxed) >= limits::QUESTIONS {
            self.under_way.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        let place = Place(Arc::clone(&self.under_way));
        self.allowances.lock().questions.take(self.clock.monotonic()).then_some(place)
    }

    /// Says so to who asked, where there is somewhere to say it; not to a flood of them.
    fn refuse(&self, refused: Refused) {
        let Some(address) = refused.address else { return };
        if self.allowances.lock().refusals.take(self.clock.monotonic()) {
            let kind = if refused.reason == Reason::TooManyQuestions { "unavailable" } else { "bad_data" };
            put(&self.answers, &self.link, address.answered(&failure(kind, &refused.why), None));
        }
    }
}

/// The queue is full only when the broker reads nothing, and then nobody waits any more.
fn put(answers: &Sender<Answered>, link: &Link, answered: Answered) {
    if answers.try_send(answered).is_err() {
        link.publish_failed();
    }
}

/// Where the answer goes: to the response topic, or `reply_to`, or the topic of the `id`.
fn reply_topic(response_topic: Option<&str>, asked: &question::Asked<'_>) -> Result<String, Refused> {
    if let Some(topic) = response_topic.or(asked.reply_to.as_deref()) {
        return if topics::is_reply(topic) {
            Ok(topic.to_owned())
        } else {
            Err(Refused::new(Reason::BadReplyTopic, format!("answers go below {} only", topics::REPLIES)))
        };
    }
    let own = asked.id.as_deref().filter(|id| !id.contains('/')).map(topics::reply);
    own.filter(|topic| topics::is_reply(topic)).ok_or_else(|| {
        let fault = asked.fault.as_ref().map(|fault| format!("{fault}; ")).unwrap_or_default();
        let why = "no response topic, no `reply_to` and no `id` that can be the level of a topic";
        Refused::new(Reason::BadQuestion, fault + why)
    })
}

fn failure(kind: &str, why: &str) -> Vec<u8> {
    json!({"status": "error", "errorType": kind, "error": why}).to_string().into_bytes()
}

/// The answer with the question's `id` before all else; `json` is an object with members.
fn with_id(id: Option<&str>, json: &[u8]) -> Vec<u8> {
    let Some((id, rest)) = id.zip(json.strip_prefix(b"{")) else { return json.to_vec() };
    [b"{\"id\":", json!(id).to_string().as_bytes(), b",", rest].concat()
}
