//! Receivers and routes, and which of them an alert goes to.

use crate::notice::Notice;
use crate::receivers::Receiver;
use crate::route::Route;

/// Who is told of what.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// Those who may be told; each has a name of its own.
    pub receivers: Vec<Receiver>,
    /// Ways to them, asked one after the other. Without any, everything goes to the first receiver.
    pub routes: Vec<Route>,
}

impl Settings {
    /// With the routes as their receivers want them. Routes to nobody are left out.
    pub(crate) fn suited(mut self) -> Self {
        if self.routes.is_empty() {
            self.routes.extend(self.receivers.first().map(|first| Route::new("default", &first.name)));
        }
        let routes = std::mem::take(&mut self.routes);
        let suit = |route: &Route| Some(self.receiver(&route.receiver)?.suited(route));
        self.routes = routes.iter().filter_map(suit).collect();
        self
    }

    pub(crate) fn receiver(&self, name: &str) -> Option<&Receiver> {
        self.receivers.iter().find(|one| one.name == name)
    }

    pub(crate) fn route(&self, name: &str, receiver: &str) -> Option<&Route> {
        self.routes.iter().find(|one| one.name == name && one.receiver == receiver)
    }

    /// The way of an escalation, by the name of the route that goes further.
    pub(crate) fn escalation(&self, name: &str, receiver: &str) -> Option<Route> {
        let is = |one: &&Route| one.name == name && one.receiver != receiver;
        let route = self.routes.iter().filter(is).find(|one| one.escalates_after(receiver).is_some())?;
        Some(self.receiver(receiver)?.suited(&route.escalated(receiver)))
    }

    /// The routes that the alert takes.
    pub(crate) fn routes_of(&self, notice: &Notice) -> Vec<&Route> {
        let mut found = Vec::new();
        for route in self.routes.iter().filter(|route| route.admits(notice)) {
            found.push(route);
            if !route.goes_on {
                break;
            }
        }
        found
    }
}
