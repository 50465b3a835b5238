//! Regions: what the seals allow, and which descriptors are refused.

use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use protocol::misbehaviour::Misbehaviour;
use shm::{Region, ShmError, WritableMap, map_read_only};
use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;

const BYTES: usize = 3 * 4096;

/// A memory file with these seals.
fn memory_file(seals: SealFlag) -> OwnedFd {
    let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
    let file = File::from(memfd_create("test", flags).expect("memfd"));
    file.set_len(BYTES as u64).expect("sized");
    fcntl(&file, FcntlArg::F_ADD_SEALS(seals)).expect("sealed");
    file.into()
}

#[test]
fn a_region_keeps_its_size_for_ever() {
    let region = Region::create("test", BYTES).expect("region");
    let file = File::from(region.dup().expect("dup"));
    assert!(file.set_len(0).is_err() && file.set_len(2 * BYTES as u64).is_err());
    let more = FcntlArg::F_ADD_SEALS(SealFlag::F_SEAL_WRITE);
    assert!(
        fcntl(&file, more).is_err(),
        "nor can a peer seal it against its owner"
    );
    assert_eq!(region.bytes(), BYTES);
}

#[test]
fn a_filled_region_is_read_by_anyone_and_written_by_nobody() {
    let content: Vec<u8> = (0..10_000u32).map(|n| n as u8).collect();
    let region = Region::create_filled("test", &content).expect("region");
    let map = map_read_only(region.dup().expect("dup"), content.len()).expect("mapped");
    assert_eq!(&map[..], content);
    let part = map_read_only(region.read_only().expect("read-only"), 7).expect("mapped");
    assert_eq!(part.as_ref(), &content[..7]);
    assert!(File::from(region.dup().expect("dup")).write(b"x").is_err());
    let error = WritableMap::new(region.dup().expect("dup"), content.len()).expect_err("refused");
    assert!(matches!(error, ShmError::Io(_)), "{error}");
}

#[test]
fn an_empty_filled_region_maps_as_nothing() {
    let region = Region::create_filled("test", &[]).expect("region");
    assert!(
        map_read_only(region.dup().expect("dup"), 0)
            .expect("mapped")
            .is_empty()
    );
}

#[test]
fn memory_that_could_change_is_never_borrowed() {
    let size = SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_SEAL;
    let lacking = [
        SealFlag::empty(),
        size,
        SealFlag::F_SEAL_WRITE,
        SealFlag::F_SEAL_WRITE | SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_SEAL,
        SealFlag::F_SEAL_WRITE | SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW,
    ];
    for seals in lacking {
        let error = map_read_only(memory_file(seals), BYTES).expect_err("refused");
        assert_eq!(
            error.misbehaviour(),
            Some(Misbehaviour::RegionNotSealed),
            "{seals:?}"
        );
    }
    assert!(map_read_only(memory_file(size | SealFlag::F_SEAL_WRITE), BYTES).is_ok());
}

#[test]
fn memory_that_could_shrink_is_never_mapped() {
    for seals in [
        SealFlag::empty(),
        SealFlag::F_SEAL_SHRINK,
        SealFlag::F_SEAL_GROW,
    ] {
        let error = WritableMap::new(memory_file(seals), BYTES).expect_err("refused");
        assert!(matches!(error, ShmError::NotSealed), "{seals:?}");
    }
}

#[test]
fn what_is_no_memory_file_is_refused() {
    for path in ["/proc/self/exe", "/dev/zero", "/"] {
        let fd = || OwnedFd::from(File::open(path).expect("exists"));
        let error = map_read_only(fd(), 16).expect_err("refused");
        assert_eq!(
            error.misbehaviour(),
            Some(Misbehaviour::RegionNotSealed),
            "{path}"
        );
        let error = WritableMap::new(fd(), 16).expect_err("refused");
        assert_eq!(
            error.misbehaviour(),
            Some(Misbehaviour::RegionNotSealed),
            "{path}"
        );
    }
}

#[test]
fn a_region_of_another_size_is_refused() {
    let region = Region::create("test", BYTES).expect("region");
    for bytes in [0, 1, BYTES - 1, BYTES + 1, usize::MAX] {
        let error = WritableMap::new(region.dup().expect("dup"), bytes).expect_err("refused");
        assert!(
            matches!(error, ShmError::WrongSize { .. }),
            "{bytes}: {error}"
        );
    }
    let filled = Region::create_filled("test", b"abc").expect("region");
    let error = map_read_only(filled.dup().expect("dup"), 4).expect_err("refused");
    assert!(
        matches!(
            error,
            ShmError::WrongSize {
                expected: 4,
                found: 3
            }
        ),
        "{error}"
    );
}

#[test]
fn a_read_only_descriptor_cannot_be_mapped_writable() {
    let region = Region::create("test", BYTES).expect("region");
    let fd = region.read_only().expect("read-only");
    let error = WritableMap::new(fd, BYTES).expect_err("refused");
    assert!(matches!(&error, ShmError::Io(io) if io.raw_os_error() == Some(libc::EACCES)));
}

#[test]
fn what_one_side_writes_the_other_reads() {
    let region = Region::create("test", BYTES).expect("region");
    let near = WritableMap::new(region.dup().expect("dup"), BYTES).expect("mapped");
    let far = WritableMap::new(region.dup().expect("dup"), BYTES).expect("mapped");
    near.write(4090, b"across a page");
    let all = far.read_all();
    assert_eq!((all.len(), far.bytes()), (BYTES, BYTES));
    assert_eq!(&all[4090..4103], b"across a page");
    assert!(
        all[..4090]
            .iter()
            .chain(&all[4103..])
            .all(|byte| *byte == 0)
    );
}

#[test]
#[should_panic(expected = "beyond the region")]
fn writing_beyond_a_region_panics() {
    let region = Region::create("test", BYTES).expect("region");
    let map = WritableMap::new(region.dup().expect("dup"), BYTES).expect("mapped");
    map.write(BYTES - 1, b"xy");
}
