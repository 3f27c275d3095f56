//! What is drawn, on a terminal that is none.

use super::courses::{Courses, Wanted};
use super::draw::{Look, draw};
use super::known::Known;
use super::view::{Link, View};
use crate::questions::Point;
use crate::top::courses::Course;
use crate::top::words::Unit;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use serde_json::{Value, json};

const NOW: f64 = 100_000.0;

fn overview() -> Value {
    let service = |name: &str, state: &str, firing: &[&str], letter: &str| {
        json!({"name": name, "state": state, "from": "metrics", "last_seen": NOW - 5.0, "messages_per_second": 1.5,
            "delay_ms": 12.0, "error_percent": 0.5, "firing": firing, "strip": letter.repeat(60),
            "instances": [[format!("{name}-1"), state, NOW - 5.0], [format!("{name}-2"), "healthy", NOW - 65.0]]})
    };
    json!({
        "time": NOW, "version": "9.9", "started": NOW - 7_260.0,
        "bus": {"connected": true, "broker": "b:1883", "embedded": false, "messages_per_second": 33.25},
        "ingest": {"samples_per_second": 120, "series": 456, "refused": 7},
        "storage": {"bytes": 1_572_864, "disk_days_left": 9.5},
        "host": {"cpu_percent": 12.4, "memory_percent": 50, "disk_percent": 33},
        "alerts": {"firing": 1, "pending": 2, "silenced": 3, "newest": [
            {"rule": "hot", "service": "oven", "instance": "oven-1", "severity": "critical", "message": "It is \u{1b}[31m hot",
             "since": NOW - 200.0, "acknowledged": true}]},
        "insights": {"lasting": 1, "newest": [
            {"kind": "upward_trend", "service": "lamp", "severity": "info", "text": "It climbs", "since": NOW - 4_000.0}]},
        "strip": {"step": 60, "buckets": 60},
        "services": [service("lamp", "healthy", &[], "0"), service("oven", "degraded", &["critical"], "2"),
            service("shy\u{1b}]0;x\u{7}\u{202e}", "silent", &[], "x")],
    })
}

fn view_of(overview: &Value) -> View {
    View::new(Known::whole(&overview.to_string()).expect("an overview"), "here:1".to_owned())
}

fn drawn(view: &mut View, (width, height): (u16, u16), has_colours: bool) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
    terminal.draw(|frame| draw(frame, view, Look { has_colours })).expect("a picture");
    terminal.backend().buffer().clone()
}

fn lines(buffer: &Buffer) -> Vec<String> {
    let width = usize::from(buffer.area.width);
    let line =
        |cells: &[ratatui::buffer::Cell]| cells.iter().map(ratatui::buffer::Cell::symbol).collect::<String>();
    buffer.content().chunks(width).map(|cells| line(cells).trim_end().to_owned()).collect()
}

fn text(view: &mut View, size: (u16, u16)) -> String {
    lines(&drawn(view, size, true)).join("\n")
}

fn press(view: &mut View, codes: &[KeyCode]) {
    for code in codes {
        view.key(KeyEvent::new(*code, KeyModifiers::NONE));
    }
}

fn courses() -> Courses {
    let point = |at: i32| Point { time: f64::from(at), text: String::new(), number: Some(f64::from(at)) };
    let course = |metric: &str, unit, is_rate| Course {
        metric: metric.to_owned(),
        labels: "oven-1".to_owned(),
        unit,
        is_rate,
        points: (0..120).map(point).collect(),
    };
    let all = vec![course("heat_celsius", Unit::Celsius, false), course("turns_total", Unit::None, true)];
    Courses { start: 0.0, end: 120.0, all, is_cut: false }
}

#[test]
fn a_terminal_of_eighty_columns_shows_the_whole() {
    let shown = lines(&drawn(&mut view_of(&overview()), (80, 24), true));
    let expected = [
        "alicia-metrics ● 9.9 on here:1, up 2 h 1 min",
        "Alerts 1 firing, 2 pending, 3 silenced  │  Bus 33.25 messages/s, b:1883",
        "Samples 120/s, 456 series  │  Refused 7  │  Disk full in 9 d 12 h, 1.5 MiB kept",
        "Host processor 12 %, memory 50 %, disk 33 %",
        " Services (3) by worst ─────────────────────────────────────────────────────────",
        "Service    State       Fires    Last 1h           Msgs/s    Delay  Errors   Seen",
        "oven       ▲ degraded  critical ████████████████     1.5    12 ms   0.5 %    5 s",
    ];
    for (at, expected) in expected.iter().enumerate() {
        assert_eq!(shown[at], *expected, "line {at}\n{}", shown.join("\n"));
    }
}

#[test]
fn wide_terminals_have_room_for_all_columns_and_for_insights() {
    let shown = text(&mut view_of(&overview()), (160, 40));
    for part in [
        "Instances",
        "1/2 well",
        &"█".repeat(60),
        "Firing (1)",
        "critical hot oven/oven-1 3 min, taken care of  It is \u{fffd}[31m hot",
        "Noticed (1)",
        "upward trend lamp 1 h  It climbs",
        "q quit   ↑↓ choose",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
}

#[test]
fn no_size_is_too_small_and_no_text_moves_the_cursor() {
    for size in [(1, 1), (2, 9), (10, 3), (39, 5), (80, 2), (400, 100)] {
        let mut view = view_of(&overview());
        for codes in [&[][..], &[KeyCode::End], &[KeyCode::Char('?')], &[KeyCode::Esc, KeyCode::Enter]] {
            press(&mut view, codes);
            let shown = text(&mut view, size);
            assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{shown}");
        }
        view.answered(
            &Wanted { service: view.page.as_ref().expect("a page").service.clone(), seconds: 3_600 },
            Ok(courses()),
        );
        text(&mut view, size);
    }
}

#[test]
fn the_chosen_row_is_seen_and_turned_round() {
    let mut overview = overview();
    let many: Vec<Value> =
        (0..500).map(|at| json!({"name": format!("s{at:03}"), "state": "healthy", "strip": "0"})).collect();
    overview["services"] = Value::from(many);
    let mut view = view_of(&overview);
    press(&mut view, &[KeyCode::Down, KeyCode::PageDown]);
    assert!(text(&mut view, (80, 24)).contains("s002"));
    for (key, name) in [(KeyCode::End, "s499"), (KeyCode::PageUp, "s484"), (KeyCode::Home, "s000")] {
        press(&mut view, &[key]);
        let buffer = drawn(&mut view, (80, 24), false);
        let row = lines(&buffer).iter().position(|line| line.starts_with(name)).expect("it is seen");
        let cell = buffer.cell((0, u16::try_from(row).expect("a row"))).expect("a cell");
        assert!(cell.modifier.contains(Modifier::REVERSED), "{name}\n{}", lines(&buffer).join("\n"));
    }
    press(&mut view, &[KeyCode::Char('/'), KeyCode::Char('4'), KeyCode::Char('9')]);
    let shown = text(&mut view, (80, 24));
    assert!(shown.contains("Services (15 of 500) by worst, with \"49\"") && shown.contains("/49"), "{shown}");
    press(&mut view, &[KeyCode::Char('x'), KeyCode::Enter, KeyCode::Char('s'), KeyCode::Char('r')]);
    let shown = text(&mut view, (80, 24));
    assert!(shown.contains("No service is called so.") && shown.contains("by name, turned round"), "{shown}");
}

#[test]
fn a_service_is_shown_with_the_courses_of_its_metrics() {
    let mut view = view_of(&overview());
    press(&mut view, &[KeyCode::Enter]);
    assert!(text(&mut view, (100, 30)).contains("Metrics, last 1h"));
    let wanted = Wanted { service: "oven".to_owned(), seconds: 3_600 };
    view.answered(&wanted, Err("the collector is\ttired".to_owned()));
    assert!(text(&mut view, (100, 30)).contains("the collector is\u{fffd}tired"));
    view.answered(&wanted, Ok(courses()));
    let shown = text(&mut view, (100, 30));
    for part in [
        "▲ degraded  │  seen 5 s  │  messages/s 1.5",
        "▲ oven-1 5 s  │  ● oven-2 1 min",
        "critical hot oven-1 3 min",
        "Metrics, last 1h (2)",
        "heat_celsius oven-1 ▁▁▁▁▁▁▁▁▂▂▂▂▂▂▂▂▂▃▃▃▃▃▃▃▃",
        "119 °C",
        "119/s",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    press(&mut view, &[KeyCode::Char('/'), KeyCode::Char('H'), KeyCode::Char('e'), KeyCode::Enter]);
    let shown = text(&mut view, (60, 30));
    assert!(shown.contains("(1 of 2), with \"He\"") && !shown.contains("turns_total"), "{shown}");
    view.known.change(r#"{"time":1,"removed":["oven"]}"#).expect("a change");
    assert!(text(&mut view, (60, 30)).contains("It is not known any more."));
}

#[test]
fn a_collector_that_is_not_heard_is_told_of_with_the_age_of_what_is_shown() {
    let mut view = view_of(&overview());
    view.link = Link::Lost("it says nothing".to_owned());
    view.now = NOW + 75.0;
    let shown = text(&mut view, (120, 24));
    assert!(shown.contains("✗ here:1 is not heard, this is from 1 min 15 s ago: it says nothing"), "{shown}");
    assert!(shown.contains("oven"), "what was known stays\n{shown}");
}

#[test]
fn nobody_has_spoken_yet() {
    let mut overview = overview();
    overview["services"] = json!([]);
    overview["bus"] = json!({"connected": false, "broker": "b:1"});
    let shown = text(&mut view_of(&overview), (120, 24));
    assert!(shown.contains("mosquitto_pub -h b -p 1 -t alicia/metrics/hello"), "{shown}");
    assert!(shown.contains("Bus not connected b:1"), "{shown}");
    overview["bus"] = json!({"connected": false, "broker": ""});
    let shown = text(&mut view_of(&overview), (120, 24));
    assert!(shown.contains("Bus none") && !shown.contains("mosquitto_pub"), "{shown}");
}

#[test]
fn without_colours_signs_and_words_tell_the_same() {
    let mut view = view_of(&overview());
    let (with, without) = (drawn(&mut view, (120, 30), true), drawn(&mut view, (120, 30), false));
    assert_eq!(lines(&with), lines(&without));
    let is_coloured = |buffer: &Buffer| buffer.content().iter().any(|cell| cell.fg != Color::Reset);
    assert!(is_coloured(&with) && !is_coloured(&without));
}
