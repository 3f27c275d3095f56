//! Reads the machine that the collector runs on, and what the collector itself costs.
//!
//! The four gauges that the protocol names have no prefix; everything else about the host is `system_…`, and
//! the collector's own cost is `collector_process_…`. In a container, processors and memory are the
//! machine's, disks and network are what the container sees.

use crate::host_metric::{HostMetric, HostReading};
use model::{HostSummary, MetricKind, Millis};
use std::path::Path;
use sysinfo::{
    Components, CpuRefreshKind, Disk, Disks, Networks, Pid, Process, ProcessRefreshKind, ProcessesToUpdate,
    System, get_current_pid,
};

/// File systems that hold nobody's files, beyond those that `sysinfo` leaves out.
const PSEUDO: &[&str] = &[
    "tmpfs",
    "ramfs",
    "aufs",
    "nsfs",
    "bpf",
    "tracefs",
    "debugfs",
    "configfs",
    "fusectl",
    "efivarfs",
    "binfmt_misc",
    "fuse.portal",
    "fuse.gvfsd-fuse",
    "fuse.lxcfs",
    "fuse.snapfuse",
];
/// The tables of the kernel with the TCP connections.
const TCP: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];
/// How those tables say "established".
const ESTABLISHED: &str = "01";

/// Watches the host. Reading it takes some milliseconds of files, so it belongs on a thread that may wait.
pub struct HostWatch {
    system: Option<System>,
    disks: Option<Disks>,
    networks: Option<Networks>,
    components: Option<Components>,
    pid: Option<Pid>,
    /// Whether a reading was taken.
    read_before: bool,
}

/// The metrics of one reading, as they are found.
#[derive(Default)]
struct Found(Vec<HostMetric>);

impl Default for HostWatch {
    fn default() -> Self {
        Self::new()
    }
}

impl HostWatch {
    /// Begins to watch: the load of processors is a difference, and its first half is read here. A first
    /// reading within 200 ms shows the mean since the machine started.
    #[must_use]
    pub fn new() -> Self {
        let mut watch = Self {
            system: System::new().ok(),
            disks: Disks::new().ok(),
            networks: Networks::new().ok(),
            components: Components::new().ok(),
            pid: get_current_pid().ok(),
            read_before: false,
        };
        watch.refresh();
        watch
    }

    /// Reads everything. What this machine does not tell is left out. `now` is not needed to read: it is the
    /// time for which the caller will store the reading.
    #[must_use]
    pub fn read(&mut self, _now: Millis) -> HostReading {
        self.refresh();
        let mut found = Found::default();
        let cpu_percent = self.read_processors(&mut found);
        let memory_percent = self.read_memory(&mut found);
        let disk_percent = self.read_disks(&mut found);
        let network_connections = read_connections(&mut found);
        self.read_network(&mut found);
        self.read_temperatures(&mut found);
        self.read_own(&mut found);
        self.read_before = true;
        let summary = HostSummary { cpu_percent, memory_percent, disk_percent, network_connections };
        HostReading { summary, metrics: found.0 }
    }

    fn refresh(&mut self) {
        if let Some(system) = &mut self.system {
            system.refresh_cpu_specifics(CpuRefreshKind::nothing().with_usage());
            system.refresh_memory();
            if let Some(pid) = self.pid {
                let what = ProcessRefreshKind::nothing().with_cpu().with_memory().with_tasks();
                system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, what);
            }
        }
        if let Some(disks) = &mut self.disks {
            disks.refresh(true);
        }
        if let Some(networks) = &mut self.networks {
            networks.refresh(true);
        }
        if let Some(components) = &mut self.components {
            components.refresh(true);
        }
    }

    fn read_processors(&self, found: &mut Found) -> f64 {
        let Some(system) = &self.system else { return 0.0 };
        let busy = f64::from(system.global_cpu_usage()).clamp(0.0, 100.0);
        found.gauge("cpu_percent", busy);
        let cpus = system.cpus();
        found.labelled("system_cpu_count", &[("type", "system")], count(cpus.len()));
        // Without two readings of them all cores are at 0, and that would be a lie.
        if self.read_before || cpus.iter().any(|cpu| cpu.usage() > 0.0) {
            for (core, cpu) in cpus.iter().enumerate() {
                found.labelled(
                    "system_cpu_core_percent",
                    &[("core", &core.to_string())],
                    f64::from(cpu.usage()),
                );
            }
        }
        if let Ok(load) = System::load_average() {
            found.gauge("system_load1", load.one);
            found.gauge("system_load5", load.five);
            found.gauge("system_load15", load.fifteen);
        }
        if let Ok(uptime) = System::uptime() {
            found.gauge("system_uptime_seconds", bytes(uptime));
        }
        busy
    }

    fn read_memory(&self, found: &mut Found) -> f64 {
        let Some(system) = &self.system else { return 0.0 };
        let (total, available) = (bytes(system.total_memory()), bytes(system.available_memory()));
        let used = percent(total - available, total);
        found.gauge("memory_percent", used);
        found.labelled("system_memory_total", &[("type", "system")], total);
        found.labelled("system_memory_available", &[("type", "system")], available);
        let (swap, swapped) = (bytes(system.total_swap()), bytes(system.used_swap()));
        found.gauge("system_swap_total", swap);
        found.gauge("system_swap_used", swapped);
        found.gauge("system_swap_percent", percent(swapped, swap));
        used
    }

    /// Each disk once, by its shortest place: the same one is often mounted many times, into containers above
    /// all.
    fn read_disks(&self, found: &mut Found) -> f64 {
        let mut disks: Vec<&Disk> =
            self.disks.iter().flat_map(|disks| disks.iter()).filter(|disk| is_real(disk)).collect();
        disks.sort_by_key(|disk| (disk.mount_point().as_os_str().len(), disk.mount_point()));
        let mut seen = Vec::new();
        let mut root_percent = 0.0;
        for disk in disks {
            if seen.contains(&disk.name()) {
                continue;
            }
            seen.push(disk.name());
            let (total, free) = (bytes(disk.total_space()), bytes(disk.available_space()));
            let used = percent(total - free, total);
            if is_root(disk) {
                root_percent = used;
                found.gauge("disk_percent", used);
            }
            let (mount, device) = (disk.mount_point().to_string_lossy(), disk.name().to_string_lossy());
            let place = [("mount", &*mount), ("device", &*device)];
            let system = [("mount", &*mount), ("device", &*device), ("type", "system")];
            found.labelled("system_disk_percent", &system, used);
            found.labelled("system_disk_total", &system, total);
            found.labelled("system_disk_free", &system, free);
            let moved = disk.usage();
            found.counter("system_disk_read_bytes_total", &place, moved.total_read_bytes);
            found.counter("system_disk_written_bytes_total", &place, moved.total_written_bytes);
        }
        root_percent
    }

    fn read_network(&self, found: &mut Found) {
        for (interface, data) in self.networks.iter().flatten() {
            let interface = interface.to_string_lossy();
            let label = [("interface", &*interface)];
            found.counter("system_network_receive_bytes_total", &label, data.total_received());
            found.counter("system_network_transmit_bytes_total", &label, data.total_transmitted());
            found.counter("system_network_receive_packets_total", &label, data.total_packets_received());
            found.counter("system_network_transmit_packets_total", &label, data.total_packets_transmitted());
        }
    }

    fn read_temperatures(&self, found: &mut Found) {
        let mut seen: Vec<&str> = Vec::new();
        for component in self.components.iter().flat_map(|all| all.iter()) {
            let Some(celsius) = component.temperature().filter(|celsius| celsius.is_finite()) else {
                continue;
            };
            let namesakes = seen.iter().filter(|label| **label == component.label()).count();
            seen.push(component.label());
            // Two of the same label would be one series.
            let sensor = match namesakes {
                0 => component.label().to_owned(),
                _ => format!("{} #{}", component.label(), namesakes + 1),
            };
            found.labelled("system_temperature_celsius", &[("sensor", &sensor)], f64::from(celsius));
        }
    }

    fn read_own(&self, found: &mut Found) {
        let process: Option<&Process> =
            self.pid.and_then(|pid| self.system.as_ref().and_then(|system| system.process(pid)));
        let Some(process) = process else { return };
        found.gauge("collector_process_cpu_percent", f64::from(process.cpu_usage()));
        found.gauge("collector_process_resident_bytes", bytes(process.memory()));
        found.gauge("collector_process_uptime_seconds", bytes(process.run_time()));
        if let Some(threads) = process.tasks() {
            // The process itself is its first thread and is not in the list.
            found.gauge("collector_process_threads", count(threads.len().max(1)));
        }
        if let Some(open) = process.open_files() {
            found.gauge("collector_process_open_fds", count(open));
        }
    }
}

impl Found {
    fn gauge(&mut self, name: &'static str, value: f64) {
        self.labelled(name, &[], value);
    }

    fn labelled(&mut self, name: &'static str, labels: &[(&'static str, &str)], value: f64) {
        self.push(name, labels, MetricKind::Gauge, value);
    }

    fn counter(&mut self, name: &'static str, labels: &[(&'static str, &str)], total: u64) {
        self.push(name, labels, MetricKind::Counter, bytes(total));
    }

    fn push(&mut self, name: &'static str, labels: &[(&'static str, &str)], kind: MetricKind, value: f64) {
        let labels = labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self.0.push(HostMetric { name, labels, kind, value });
    }
}

fn read_connections(found: &mut Found) -> u64 {
    let tables = TCP.iter().filter_map(|table| std::fs::read_to_string(table).ok());
    let established: usize = tables.map(|table| established(&table)).sum();
    found.gauge("network_connections", count(established));
    established as u64
}

/// The established connections in a table of the kernel: one line each, the state in the fourth column.
fn established(table: &str) -> usize {
    table.lines().skip(1).filter(|line| line.split_ascii_whitespace().nth(3) == Some(ESTABLISHED)).count()
}

/// A disk with files on it. An overlay counts where it is the root: that is a container's disk.
fn is_real(disk: &Disk) -> bool {
    let kind = disk.file_system().to_string_lossy();
    let is_place = is_root(disk) || (kind != "overlay" && disk.mount_point().is_dir());
    disk.total_space() > 0 && !PSEUDO.contains(&&*kind) && is_place
}

fn is_root(disk: &Disk) -> bool {
    disk.mount_point() == Path::new("/")
}

fn percent(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { 100.0 * part / whole } else { 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 8 PiB; beyond, a rounding in the 16th digit")]
fn bytes(count: u64) -> f64 {
    count as f64
}

fn count(count: usize) -> f64 {
    bytes(count as u64)
}

#[cfg(test)]
mod tests {
    use super::{established, percent};

    #[test]
    fn established_connections_are_counted_and_listeners_are_not() {
        let table = "  sl  local_address rem_address   st tx_queue\n\
            \x20  0: 00000000:1F4E 00000000:0000 0A 00000000:00000000\n\
            \x20  1: 0100007F:075B 0100007F:C3A2 01 00000000:00000000\n\
            \x20  2: 0100007F:C3A2 0100007F:075B 01 00000000:00000000\n\
            \x20  3: 0100007F:C3A2 0100007F:075B 06 00000000:00000000\n";
        assert_eq!(established(table), 2);
        assert_eq!(established(""), 0);
        assert_eq!(established("header only"), 0);
    }

    #[test]
    fn a_share_of_nothing_is_nothing() {
        assert!(percent(5.0, 0.0).abs() < f64::EPSILON);
        assert!((percent(1.0, 4.0) - 25.0).abs() < f64::EPSILON);
    }
}
