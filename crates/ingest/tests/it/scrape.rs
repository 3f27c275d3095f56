//! Scrapes: what becomes of pages, one after the other.

use crate::house::House;
use ingest::{Dialect, Fetched, ScrapeMemory, ScrapeTarget, Scraped};
use std::time::Duration;

/// A target that is scraped every ten seconds.
struct Rig {
    house: House,
    target: ScrapeTarget,
    memory: ScrapeMemory,
}

impl Rig {
    fn new() -> Self {
        let labels = [("job", "j"), ("instance", "i")].map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec();
        let target = ScrapeTarget {
            source: "scrape j i".to_owned(),
            labels,
            honor_labels: false,
            honor_timestamps: true,
            sample_limit: 0,
        };
        Self { house: House::new(), target, memory: ScrapeMemory::default() }
    }

    #[track_caller]
    fn fetched(&mut self, fetched: Fetched<'_>) -> Scraped {
        let at = self.house.now();
        let took = Duration::from_millis(500);
        let scraped = self.house.gate.scrape(&self.target, &mut self.memory, fetched, at, took);
        self.house.clock.advance(Duration::from_secs(10));
        match scraped {
            Ok(scraped) => scraped,
            Err(error) => unreachable!("it is taken: {error}"),
        }
    }

    fn page(&mut self, text: &str) -> Scraped {
        self.fetched(Fetched::Page(text.as_bytes(), Dialect::Prometheus))
    }

    /// What is kept of series that do not tell of the target.
    fn samples(&self) -> Vec<String> {
        let all = self.house.kept();
        let is_own = |line: &String| line.starts_with("up{") || line.starts_with("scrape_");
        all.into_iter()
            .filter(|line| !is_own(line))
            .map(|line| line.replace("instance=\"i\",job=\"j\"", "…"))
            .collect()
    }

    fn own(&self, name: &str) -> Vec<String> {
        let lines = self.house.kept_of(&format!("{name}{{instance=\"i\",job=\"j\"}}"));
        lines.iter().map(|line| line.split(" = ").nth(1).unwrap_or("").to_owned()).collect()
    }
}

#[test]
fn what_is_on_a_page_is_kept_at_the_time_of_the_scrape_and_ends_when_it_is_gone() {
    let mut rig = Rig::new();
    assert_eq!(rig.page("a 1\nb{x=\"y\"} 2\n").added, 2);
    let second = rig.page("a 3\nc 4\n");
    assert_eq!((second.samples, second.added, second.error), (2, 1, None));
    assert_eq!(
        rig.samples(),
        ["a{…} = 1@0", "a{…} = 3@10000", "b{…,x=\"y\"} = 2@0", "b{…,x=\"y\"} = end@10000", "c{…} = 4@10000"]
    );
    assert_eq!(rig.own("up"), ["1@0", "1@10000"]);
    assert_eq!(rig.own("scrape_duration_seconds"), ["0.5@0", "0.5@10000"]);
    assert_eq!(rig.own("scrape_samples_scraped"), ["2@0", "2@10000"]);
    assert_eq!(rig.own("scrape_samples_post_metric_relabeling"), ["2@0", "2@10000"]);
    assert_eq!(rig.own("scrape_series_added"), ["2@0", "1@10000"]);
}

#[test]
fn a_scrape_that_fails_ends_everything_once_but_what_tells_of_the_target() {
    let mut rig = Rig::new();
    rig.page("a 1\n");
    for _ in 0..2 {
        let failed = rig.fetched(Fetched::Failed("no answer"));
        assert_eq!(failed.error.as_deref(), Some("no answer"));
    }
    assert_eq!(rig.page("a 2\n").added, 0, "it was known");
    assert_eq!(rig.samples(), ["a{…} = 1@0", "a{…} = end@10000", "a{…} = 2@30000"]);
    assert_eq!(rig.own("up"), ["1@0", "0@10000", "0@20000", "1@30000"]);
    assert_eq!(rig.own("scrape_samples_scraped"), ["1@0", "0@10000", "0@20000", "1@30000"]);
}

#[test]
fn a_target_that_goes_ends_with_all_its_series() {
    let mut rig = Rig::new();
    rig.page("a 1\nb 2 1795394000000\n");
    let at = rig.house.now();
    rig.house.gate.end_scrape(&rig.target, &mut rig.memory, at).expect("taken");
    assert_eq!(rig.samples(), ["a{…} = 1@0", "a{…} = end@10000", "b{…} = 2@0"]);
    for name in ["up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_series_added"] {
        assert_eq!(rig.own(name).last().map(String::as_str), Some("end@10000"), "{name}");
    }
    rig.house.gate.end_scrape(&rig.target, &mut rig.memory, at + 1).expect("taken");
    assert_eq!(rig.own("up").len(), 2, "it ends once");
}

#[test]
fn times_of_the_page_count_and_their_series_do_not_end_unless_they_are_not_wanted() {
    let mut rig = Rig::new();
    rig.page("a 1 1795394000500\n");
    rig.page("\n");
    assert_eq!(rig.samples(), ["a{…} = 1@500"]);
    rig.target.honor_timestamps = false;
    rig.page("a 2 1795394000500\n");
    rig.page("\n");
    assert_eq!(rig.samples(), ["a{…} = 1@500", "a{…} = 2@20000", "a{…} = end@30000"]);
}

#[test]
fn a_line_that_is_broken_costs_only_itself_and_is_told() {
    let mut rig = Rig::new();
    let page = "a 1\na{x=\"1\",x=\"2\"} 1\nb 0x1\nc{ 1\nd 4\nd 5\ne{instance=\"q\"} 6 # {t=\"x\"} 1\n";
    let scraped = rig.page(page);
    assert_eq!(scraped.error, None);
    assert_eq!(rig.samples(), ["a{…} = 1@0", "d{…} = 4@0", "e{exported_instance=\"q\",…} = 6@0"]);
    let refused: Vec<String> =
        scraped.told.refused.iter().map(|r| format!("{} {} {}", r.reason, r.times, r.example)).collect();
    assert_eq!(
        refused,
        [
            "bad_labels 1 {__name__=\"a\",x=\"1\",x=\"2\",job=\"j\",instance=\"i\"}",
            "bad_value 1 b 0x1",
            "unreadable 1 c{ 1",
            "repeated_series 1 d"
        ]
    );
    assert_eq!(rig.house.gate.tally().total(model::Reason::Exemplar), 1);
    // What the page has been refused is never ended, for it never was.
    rig.page("a 2\nd 3\ne{instance=\"q\"} 6\n");
    assert_eq!(rig.house.kept_of("end").len(), 0);
}

#[test]
fn a_page_that_is_no_page_has_too_much_or_is_cut_off_is_a_failed_scrape() {
    let mut rig = Rig::new();
    let html = rig.page("<html>\n<body>no</body>\n</html>\n");
    assert!(html.error.is_some_and(|error| error.contains("no line of the page")), "");
    rig.target.sample_limit = 2;
    assert_eq!(rig.page("a 1\nb 2\n").error, None);
    let over = rig.page("a 1\nb 2\nc 3\n");
    assert!(over.error.is_some_and(|error| error.contains("sample_limit")));
    assert_eq!(rig.own("scrape_samples_scraped"), ["0@0", "2@10000", "3@20000"]);
    assert_eq!(rig.own("up"), ["0@0", "1@10000", "0@20000"]);
    assert_eq!(rig.house.kept_of("end").len(), 2);
    let cut = rig.fetched(Fetched::Page(b"a_total 1\n", Dialect::OpenMetrics));
    assert!(cut.error.is_some_and(|error| error.contains("# EOF")));
    let whole = rig.fetched(Fetched::Page(b"a_total 7 1795394000.5\n# EOF\n", Dialect::OpenMetrics));
    assert_eq!(whole.error, None);
    assert_eq!(rig.house.kept_of("a_total"), ["a_total{instance=\"i\",job=\"j\"} = 7@500"]);
    assert_eq!(rig.page("").error, None, "an empty page is a page");
}

#[test]
fn a_store_that_takes_nothing_leaves_the_memory_as_it_was() {
    let mut rig = Rig::new();
    rig.page("a 1\n");
    *rig.house.store.broken.lock() = true;
    let at = rig.house.now();
    let refused =
        rig.house.gate.scrape(&rig.target, &mut rig.memory, Fetched::Failed("x"), at, Duration::ZERO);
    assert!(refused.is_err());
    *rig.house.store.broken.lock() = false;
    rig.page("b 1\n");
    assert_eq!(rig.samples(), ["a{…} = 1@0", "a{…} = end@10000", "b{…} = 1@10000"]);
}

#[test]
fn all_that_is_remembered_of_a_series_are_sixteen_bytes() {
    let mut rig = Rig::new();
    let page: String =
        (0..1_000).map(|n| format!("some_metric_with_a_long_name{{number=\"{n}\"}} {n}\n")).collect();
    rig.page(&page);
    let rest = rig.page("other 1\n");
    assert_eq!(rest.added, 1);
    assert_eq!(rig.house.kept_of("end").len(), 1_000);
}
