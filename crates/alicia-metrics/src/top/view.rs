//! What is looked at: a page, a row, a filter, an order; and what keys do to that.

use super::courses::{Courses, RANGES, Wanted};
use super::known::Known;
use super::order::{Order, ordered};
use super::shape::Service;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use model::limits;

/// Whether the collector is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Link {
    Heard,
    /// Not, and why.
    Lost(String),
}

/// What a key asks for beyond the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    Nothing,
    Quit,
    /// Another service's metrics, or other ones of the same.
    Courses(Wanted),
    /// No metrics any more.
    NoCourses,
}

/// A list that is longer than the screen.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct List {
    /// The first row that is seen.
    pub(super) first: usize,
    /// Rows that there is room for, as of the last drawing.
    pub(super) room: usize,
}

impl List {
    /// Makes `at` be seen, and no room be left empty that a row of `count` could have.
    pub(super) fn follow(&mut self, at: usize, count: usize) {
        self.first = self.first.min(at).max((at + 1).saturating_sub(self.room.max(1)));
        self.limit(count);
    }

    /// Leaves no room empty.
    pub(super) fn limit(&mut self, count: usize) {
        self.first = self.first.min(count.saturating_sub(self.room));
    }
}

/// The page of a service.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) service: String,
    /// Which of the ranges.
    range: usize,
    pub(super) filter: String,
    pub(super) list: List,
    /// Its metrics, once they were answered, or why not.
    pub(super) courses: Option<Result<Courses, String>>,
}

impl Page {
    /// What it shows.
    pub(super) fn wanted(&self) -> Wanted {
        Wanted { service: self.service.clone(), seconds: RANGES.get(self.range).copied().unwrap_or(3_600) }
    }
}

/// What is looked at.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) known: Known,
    pub(super) link: Link,
    /// Whom it is of.
    pub(super) address: String,
    /// Now in Unix seconds, by the collector's clock.
    pub(super) now: f64,
    pub(super) order: Order,
    pub(super) is_turned: bool,
    pub(super) filter: String,
    /// Whether keys go to the filter.
    pub(super) is_typing: bool,
    pub(super) is_helping: bool,
    /// The service of the chosen row.
    pub(super) chosen: Option<String>,
    pub(super) list: List,
    pub(super) page: Option<Page>,
}

impl View {
    pub(super) fn new(known: Known, address: String) -> Self {
        Self {
            now: known.head.time,
            known,
            link: Link::Heard,
            address,
            order: Order::default(),
            is_turned: false,
            filter: String::new(),
            is_typing: false,
            is_helping: false,
            chosen: None,
            list: List::default(),
            page: None,
        }
    }

    /// The services that are shown, in order.
    pub(super) fn shown(&self) -> Vec<&Service> {
        ordered(self.known.services.values(), &self.filter, self.order, self.is_turned)
    }

    /// The row of the chosen service; the first, if it is not shown.
    pub(super) fn row(&self, shown: &[&Service]) -> usize {
        let is_chosen = |service: &&Service| Some(&service.name) == self.chosen.as_ref();
        shown.iter().position(is_chosen).unwrap_or(0)
    }

    /// The answer to a wish for metrics, unless something else is looked at by now.
    pub(super) fn answered(&mut self, wanted: &Wanted, courses: Result<Courses, String>) {
        if let Some(page) = self.page.as_mut().filter(|page| page.wanted() == *wanted) {
            // What was there is worth more than a word of why there is nothing newer.
            if courses.is_ok() || !matches!(page.courses, Some(Ok(_))) {
                page.courses = Some(courses);
            }
        }
    }

    /// Does what a key says.
    pub(super) fn key(&mut self, key: KeyEvent) -> Wish {
        if key.kind == KeyEventKind::Release {
            return Wish::Nothing;
        }
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return match key.code {
                KeyCode::Char('c') => Wish::Quit,
                KeyCode::Char('u') => {
                    self.type_into(String::clear);
                    Wish::Nothing
                }
                _ => Wish::Nothing,
            };
        }
        if self.is_helping {
            self.is_helping = false;
            return if key.code == KeyCode::Char('q') { Wish::Quit } else { Wish::Nothing };
        }
        if self.is_typing && self.typed(key.code) {
            return Wish::Nothing;
        }
        match key.code {
            KeyCode::Char('q') => return Wish::Quit,
            KeyCode::Char('?') => self.is_helping = true,
            KeyCode::Char('/') => self.is_typing = true,
            code if self.page.is_some() => return self.key_of_page(code),
            KeyCode::Char('s') => self.order = self.order.next(),
            KeyCode::Char('r') => self.is_turned = !self.is_turned,
            KeyCode::Esc => self.filter.clear(),
            KeyCode::Enter => return self.open(),
            code => self.step(code),
        }
        Wish::Nothing
    }

    /// Whether a key was one for the filter.
    fn typed(&mut self, code: KeyCode) -> bool {
        match code {
            KeyCode::Char(letter) => self.type_into(|filter| {
                if filter.chars().count() < limits::TOP_FILTER {
                    filter.push(letter);
                }
            }),
            KeyCode::Backspace => self.type_into(|filter| {
                filter.pop();
            }),
            KeyCode::Enter => self.is_typing = false,
            KeyCode::Esc => {
                self.is_typing = false;
                self.type_into(String::clear);
            }
            _ => return false,
        }
        true
    }

    fn type_into(&mut self, change: impl FnOnce(&mut String)) {
        match &mut self.page {
            Some(page) => {
                change(&mut page.filter);
                page.list.first = 0;
            }
            None => change(&mut self.filter),
        }
    }

    /// Chooses another row.
    fn step(&mut self, code: KeyCode) {
        let shown = self.shown();
        let (row, last) = (self.row(&shown), shown.len().saturating_sub(1));
        let to = moved(code, row, self.list.room).min(last);
        self.chosen = shown.get(to).map(|service| service.name.clone());
    }

    /// Opens the page of the chosen service.
    fn open(&mut self) -> Wish {
        let shown = self.shown();
        let Some(service) = shown.get(self.row(&shown)).map(|service| service.name.clone()) else {
            return Wish::Nothing;
        };
        self.chosen = Some(service.clone());
        let page = Page { service, range: 1, filter: String::new(), list: List::default(), courses: None };
        let wanted = page.wanted();
        self.page = Some(page);
        Wish::Courses(wanted)
    }

    fn key_of_page(&mut self, code: KeyCode) -> Wish {
        let Some(page) = &mut self.page else { return Wish::Nothing };
        match code {
            KeyCode::Esc if !page.filter.is_empty() => page.filter.clear(),
            KeyCode::Esc | KeyCode::Backspace => {
                self.page = None;
                return Wish::NoCourses;
            }
            KeyCode::Left | KeyCode::Right => {
                let last = RANGES.len() - 1;
                let to = if code == KeyCode::Right { page.range + 1 } else { page.range.saturating_sub(1) };
                if to.min(last) != page.range {
                    page.range = to.min(last);
                    page.courses = None;
                    return Wish::Courses(page.wanted());
                }
            }
            // How far that may be is known when it is drawn.
            code => page.list.first = moved(code, page.list.first, page.list.room),
        }
        Wish::Nothing
    }
}

/// Where a key of movement leads from a row.
fn moved(code: KeyCode, row: usize, room: usize) -> usize {
    match code {
        KeyCode::Up | KeyCode::Char('k') => row.saturating_sub(1),
        KeyCode::Down | KeyCode::Char('j') => row.saturating_add(1),
        KeyCode::PageUp => row.saturating_sub(room.max(1)),
        KeyCode::PageDown => row.saturating_add(room.max(1)),
        KeyCode::Home => 0,
        KeyCode::End => usize::MAX,
        _ => row,
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Courses, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, Known, List, View, Wanted, Wish, limits,
    };

    fn view() -> View {
        let names = ["a", "b", "c", "d"].map(|name| format!(r#"{{"name":"{name}","state":"healthy"}}"#));
        let known = Known::whole(&format!(r#"{{"time":1,"services":[{}]}}"#, names.join(",")));
        View::new(known.expect("an overview"), "here:1".to_owned())
    }

    fn press(view: &mut View, codes: &[KeyCode]) -> Wish {
        codes.iter().map(|code| view.key(KeyEvent::new(*code, KeyModifiers::NONE))).last().expect("a key")
    }

    fn type_text(view: &mut View, text: &str) {
        for letter in text.chars() {
            press(view, &[KeyCode::Char(letter)]);
        }
    }

    fn courses_of(view: &View) -> Wanted {
        view.page.as_ref().expect("a page").wanted()
    }

    #[test]
    fn the_chosen_service_stays_chosen_when_rows_move() {
        let mut view = view();
        press(&mut view, &[KeyCode::Down, KeyCode::Down]);
        assert_eq!(view.chosen.as_deref(), Some("c"));
        view.known.change(r#"{"time":2,"services":[{"name":"0","state":"unhealthy"}]}"#).expect("a change");
        assert_eq!(view.row(&view.shown()), 3);
        press(&mut view, &[KeyCode::Up]);
        assert_eq!(view.chosen.as_deref(), Some("b"));
        press(&mut view, &[KeyCode::End, KeyCode::Down]);
        assert_eq!(view.chosen.as_deref(), Some("d"));
        press(&mut view, &[KeyCode::PageUp, KeyCode::PageUp, KeyCode::PageUp, KeyCode::Home, KeyCode::Up]);
        assert_eq!(view.chosen.as_deref(), Some("0"));
        press(&mut view, &[KeyCode::Char('r')]);
        assert_eq!(view.row(&view.shown()), 4);
    }

    #[test]
    fn letters_go_to_the_filter_while_it_is_open() {
        let mut view = view();
        type_text(&mut view, "/qs?");
        assert_eq!((view.filter.as_str(), view.is_typing), ("qs?", true));
        assert!(view.shown().is_empty());
        assert_eq!(
            press(&mut view, &[KeyCode::Enter, KeyCode::Enter]),
            Wish::Nothing,
            "there is no row to open"
        );
        assert_eq!(press(&mut view, &[KeyCode::Esc]), Wish::Nothing);
        assert_eq!((view.filter.as_str(), view.shown().len()), ("", 4));
        type_text(&mut view, &format!("/{}", "x".repeat(1_000)));
        assert_eq!(view.filter.len(), limits::TOP_FILTER);
        view.key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        type_text(&mut view, "bx");
        assert_eq!(press(&mut view, &[KeyCode::Backspace, KeyCode::Enter, KeyCode::Char('q')]), Wish::Quit);
        assert_eq!(view.filter, "b");
    }

    #[test]
    fn a_page_asks_for_what_it_shows_and_takes_no_other_answer() {
        let mut view = view();
        let wish = press(&mut view, &[KeyCode::Down, KeyCode::Enter]);
        let hour = Wanted { service: "b".to_owned(), seconds: 3_600 };
        assert_eq!(wish, Wish::Courses(hour.clone()));
        view.answered(&hour, Err("no".to_owned()));
        let day =
            (0..9).map(|_| press(&mut view, &[KeyCode::Right])).filter(|wish| *wish != Wish::Nothing).count();
        assert_eq!((day, courses_of(&view).seconds), (3, 604_800), "the longest range is the last");
        view.answered(&hour, Err("late".to_owned()));
        assert!(view.page.as_ref().expect("a page").courses.is_none());
        let week = courses_of(&view);
        let found = Courses { start: 0.0, end: 1.0, all: Vec::new(), is_cut: false };
        view.answered(&week, Ok(found));
        view.answered(&week, Err("gone".to_owned()));
        assert!(matches!(view.page.as_ref().expect("a page").courses, Some(Ok(_))));
        assert_eq!(press(&mut view, &[KeyCode::Esc]), Wish::NoCourses);
        assert_eq!(press(&mut view, &[KeyCode::Esc, KeyCode::Char('q')]), Wish::Quit);
    }

    #[test]
    fn ctrl_c_ends_it_from_everywhere_and_keys_that_are_let_go_do_nothing() {
        for before in ["", "?", "/x"] {
            let mut view = view();
            type_text(&mut view, before);
            assert_eq!(view.key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)), Wish::Quit);
        }
        let mut view = view();
        let released = KeyEvent::new_with_kind(KeyCode::Char('q'), KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(view.key(released), Wish::Nothing);
    }

    #[test]
    fn a_list_follows_the_chosen_row() {
        let mut list = List { first: 0, room: 3 };
        for (at, count, first) in
            [(0, 9, 0), (2, 9, 0), (3, 9, 1), (8, 9, 6), (7, 9, 6), (1, 9, 1), (1, 2, 0)]
        {
            list.follow(at, count);
            assert_eq!(list.first, first, "{at} of {count}");
        }
        list.room = 0;
        list.follow(5, 9);
        assert_eq!(list.first, 5);
    }
}
