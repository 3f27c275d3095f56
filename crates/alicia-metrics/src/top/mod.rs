//! `alicia-metrics top`: the dashboard's overview in a terminal. [`view`] is what is looked at, [`draw`] draws it, [`happenings`] waits
//! for keys and for the collector, whose overview [`known`] keeps.

mod shape;

mod known;

mod words;

mod strip;

mod order;

mod courses;

mod view;

mod draw;

mod happenings;

mod once;

#[cfg(test)]
mod pictures;

use crate::questions::{Client, Event};
use crate::questions_args::TopArgs;
use draw::{Look, draw};
use happenings::{Happening, Wishes, told};
use known::Known;
use model::{limits, to_seconds};
use ratatui::DefaultTerminal;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;
use view::{Link, View, Wish};
use world::{Clock, SystemClock};

/// Ages count up once a second.
const TICK: Duration = Duration::from_secs(1);

/// Shows the overview until somebody has seen enough, or gives it as a text.
///
/// # Errors
/// In words, when the collector does not answer or there is no terminal to draw on.
pub(crate) fn run(args: &TopArgs) -> Result<String, String> {
    let client = Client::new(&args.collector);
    if args.once || args.json || !io::stdout().is_terminal() {
        return once::once(&client, args);
    }
    let path = path_of("/overview/live", args);
    let mut events = client.follow(&path, limits::TOP_SILENCE).map_err(|error| told(&error))?;
    // The terminal stays as it is if the first word is none.
    let first = events.next().map_err(|error| error.to_string())?.ok_or("the collector says nothing")?;
    let known = Known::whole(&first.data).map_err(|error| strange(&error))?;
    let view = View::new(known, client.address().to_owned());
    let (client, wishes) = (Arc::new(client), Arc::new(Wishes::default()));
    let look = Look { has_colours: !args.no_color };
    // On a panic it puts the terminal in order too.
    let terminal =
        ratatui::try_init().map_err(|error| format!("the terminal cannot be drawn on: {error}"))?;
    let happenings = happenings::begin(&client, path, events, &wishes);
    let looked = happenings.and_then(|happenings| look_at(terminal, view, look, &happenings, &wishes));
    let restored = ratatui::try_restore();
    looked.and(restored).map(|()| String::new()).map_err(|error| error.to_string())
}

/// Where the overview is asked for, with the span of the strips.
fn path_of(path: &str, args: &TopArgs) -> String {
    format!("{path}?span={}", (args.span / limits::SECOND).max(1))
}

fn strange(error: &serde_json::Error) -> String {
    format!("the collector's overview is not understood: {error}")
}

/// Draws the view whenever something happened, and once a second.
fn look_at(
    mut terminal: DefaultTerminal,
    mut view: View,
    look: Look,
    happenings: &Receiver<Happening>,
    wishes: &Wishes,
) -> io::Result<()> {
    let clock = SystemClock::default();
    let passed = || to_seconds(i64::try_from(clock.monotonic().as_millis()).unwrap_or(i64::MAX));
    // The collector's time, and when it said so.
    let mut said = (view.known.head.time, passed());
    loop {
        view.now = said.0 + (passed() - said.1);
        terminal.draw(|frame| draw(frame, &mut view, look))?;
        let mut next = match happenings.recv_timeout(TICK) {
            Ok(happening) => Some(happening),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        };
        // What waits already is drawn together.
        while let Some(happening) = next {
            let is_news = matches!(happening, Happening::Heard(_));
            match take(&mut view, happening) {
                Wish::Nothing => {}
                Wish::Quit => return Ok(()),
                Wish::Courses(wanted) => wishes.put(Some(wanted)),
                Wish::NoCourses => wishes.put(None),
            }
            if is_news {
                said = (view.known.head.time, passed());
            }
            next = happenings.try_recv().ok();
        }
    }
}

/// Takes over what happened.
fn take(view: &mut View, happening: Happening) -> Wish {
    match happening {
        Happening::Key(key) => return view.key(key),
        Happening::Ended => return Wish::Quit,
        Happening::Resized => {}
        Happening::Lost(why) => view.link = Link::Lost(why),
        Happening::Answered(wanted, courses) => view.answered(&wanted, courses),
        Happening::Heard(event) => {
            view.link = match hear(&mut view.known, &event) {
                Ok(()) => Link::Heard,
                Err(error) => Link::Lost(strange(&error)),
            };
        }
    }
    Wish::Nothing
}

fn hear(known: &mut Known, event: &Event) -> serde_json::Result<()> {
    match event.kind.as_str() {
        "overview" => *known = Known::whole(&event.data)?,
        "change" => known.change(&event.data)?,
        // Kinds that are for other listeners.
        _ => {}
    }
    Ok(())
}
