//! Files whose checksums are right whatever they hold: what stands behind the checksums is tried with them.

/// The log's first segment, with one record of this type and payload.
pub(crate) fn segment(kind: u8, payload: &[u8]) -> Vec<u8> {
    let number = 1_u64;
    let mut file = [&b"AMWAL001"[..], &1_u32.to_le_bytes(), &number.to_le_bytes()].concat();
    sign(&mut file, 0);
    let length = u32::try_from(payload.len()).expect("short").to_le_bytes();
    let offset = (file.len() as u64).to_le_bytes();
    let signed = [&number.to_le_bytes()[..], &offset, &length, &[kind], payload].concat();
    file.extend([&length[..], &[kind], &crc32c::crc32c(&signed).to_le_bytes(), payload].concat());
    file
}

/// A block of these chunks and this index, that tells of as many series.
pub(crate) fn block(chunks: &[u8], index: &[u8], series: u8) -> Vec<u8> {
    let mut file = [&b"AMBLK001"[..], &3_u32.to_le_bytes()].concat();
    sign(&mut file, 0);
    file.extend_from_slice(chunks);
    // Replaces none, rank 0, from 0 to 63 ms, one sample a series.
    let summary = [0, 0, 0, 126, series, series];
    let mut footer = Vec::new();
    for section in [index, &summary] {
        let (offset, length) = (file.len() as u64, section.len() as u64);
        footer.extend([offset.to_le_bytes(), length.to_le_bytes()].concat());
        footer.extend(crc32c::crc32c(section).to_le_bytes());
        file.extend_from_slice(section);
    }
    let start = file.len();
    file.extend(footer);
    sign(&mut file, start);
    file.extend(b"AMBLKEND");
    file
}

/// A list that is written as a whole, of what is erased (`AMERS001`) or of what is known of metrics (`AMMTA001`).
pub(crate) fn list(magic: &[u8; 8], entries: &[u8]) -> Vec<u8> {
    let mut file = [&magic[..], entries].concat();
    sign(&mut file, 0);
    file
}

/// Appends the checksum of what stands from `start` on.
fn sign(file: &mut Vec<u8>, start: usize) {
    let crc = crc32c::crc32c(&file[start..]);
    file.extend(crc.to_le_bytes());
}
