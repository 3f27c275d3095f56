//! Who speaks, and whether a silence means something: for whoever watches over senders.

use crate::gate::Gate;
use model::Millis;

/// One that speaks: an instance, or a service as a whole that never named one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderView<'a> {
    /// The service.
    pub service: &'a str,
    /// The instance; `None` for the service as a whole.
    pub instance: Option<&'a str>,
    /// When it was last heard.
    pub last_seen: Millis,
    /// Messages heard since the start.
    pub messages: u64,
    /// Was heard more than once, or before a restart without having ended.
    pub goes_on: bool,
    /// After how long a silence it is missed: three of its rhythms, if it has a regular one, and 15 seconds at least.
    pub regular_silence: Option<Millis>,
    /// Said goodbye, and was not heard since.
    pub is_gone: bool,
}

impl Gate {
    /// Gives `take` all that ever spoke, in no order that is promised. Of a service with several instances that said goodbye it
    /// is not known which one left: none is missed that was not heard since.
    pub fn each_sender(&self, take: &mut dyn FnMut(SenderView<'_>)) {
        let shortest = self.shortest_silence();
        for (name, service) in &self.registry().read().services {
            let speaks_for_itself = service.instances.is_empty();
            for (instance, voice) in service.voices().filter(|(id, _)| id.is_some() || speaks_for_itself) {
                take(SenderView {
                    service: name,
                    instance,
                    last_seen: voice.last_seen,
                    messages: voice.messages(),
                    goes_on: voice.goes_on(),
                    regular_silence: voice.regular_silence(shortest),
                    is_gone: service.goodbye.is_some_and(|at| voice.last_seen <= at),
                });
            }
        }
    }
}
