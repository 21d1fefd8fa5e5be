use domain::outcome::{Fold, StateError};
use domain::quantity::AmountUsd;
use proptest::prelude::*;

use crate::tape::{Tape, WINDOW, look};

fn busy() -> Tape {
    let mut tape = Tape::new().each_minute(0.0, 300.0, |minutes| 1.0 + (minutes / 17.0).sin() / 3.0);
    for (index, look) in tape.observations.iter_mut().enumerate() {
        look.liquidity_usd = AmountUsd::new(30_000.0 - 50.0 * index as f64).ok();
        look.market_cap_usd = AmountUsd::new(1e6).ok();
        if index % 3 == 0 {
            look.source = "jupiter".into();
            look.pool = None;
        }
    }
    tape.look(300.0, 77.0)
}

#[test]
fn the_state_is_written_and_read_back_to_the_last_bit() {
    for fold in [Tape::new().fold().0, busy().fold().0, busy().sealed_fold().0, Tape::import().unquoted().fold().0] {
        let bytes = fold.to_bytes();
        let restored = Fold::from_bytes(&bytes).unwrap();
        assert_eq!(restored, fold);
        assert_eq!(restored.to_bytes(), bytes);
    }
}

#[test]
fn it_is_small_for_it_is_rewritten_every_minute() {
    let worst = {
        // Liquidity that falls every minute keeps all sixty minutes of both pools.
        let mut tape = busy();
        tape.observations
            .iter_mut()
            .for_each(|look| look.pool = Some("5q1zWvGJfGHzyTCRqFtGn5YV6zqzSgkRB4pDXPJ3kDbW".into()));
        tape.fold().0.to_bytes().len()
    };
    assert!(busy().fold().0.to_bytes().len() <= 2_048, "{}", busy().fold().0.to_bytes().len());
    assert!(worst <= 2_048, "{worst}");
    let usual = Tape::new().steady(0.0, 500.0, 1.0).liquidity(0.0, 500.0, 25_000.0).fold().0.to_bytes().len();
    assert!(usual <= 640, "{usual}");
    let sealed = Tape::new().steady(0.0, WINDOW, 1.0).sealed_fold().0.to_bytes().len();
    assert!(sealed <= 320, "{sealed}");
}

#[test]
fn another_format_is_named() {
    let mut bytes = busy().fold().0.to_bytes();
    bytes[0] = 99;
    assert_eq!(Fold::from_bytes(&bytes), Err(StateError::Version { found: 99, expected: 2 }));
}

/// What an earlier version wrote of [`busy`], which nobody may have to fold again: its observations may be gone.
#[test]
fn a_state_in_the_first_format_is_read_as_if_it_had_been_folded_today() {
    let of_hex = |text: &str| -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
        digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    };
    let open = of_hex(include_str!("state/format1_open.hex"));
    assert_eq!(Fold::from_bytes(&open).unwrap(), busy().fold().0);
    let sealed = of_hex(include_str!("state/format1_sealed.hex"));
    assert_eq!(Fold::from_bytes(&sealed).unwrap(), busy().sealed_fold().0);
    for length in 0..open.len() - 4 {
        assert!(Fold::from_bytes(&with_checksum(open[..length].to_vec())).is_err());
    }
}

#[test]
fn every_damaged_bit_is_noticed() {
    let bytes = Tape::new().look(0.0, 1.0).seen(look(1.0, 2.0)).fold().0.to_bytes();
    for bit in 0..bytes.len() * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(Fold::from_bytes(&damaged).is_err(), "bit {bit}");
    }
}

#[test]
fn a_shortened_or_lengthened_state_is_refused() {
    let bytes = busy().fold().0.to_bytes();
    for length in 0..bytes.len() {
        assert!(Fold::from_bytes(&bytes[..length]).is_err());
    }
    assert!(Fold::from_bytes(&[bytes.as_slice(), &[0]].concat()).is_err());
}

/// Gives a forged body the checksum of a true one.
fn with_checksum(mut body: Vec<u8>) -> Vec<u8> {
    let checksum = crc32fast::hash(&body);
    body.extend_from_slice(&checksum.to_le_bytes());
    body
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..3_000)) {
        prop_assert!(Fold::from_bytes(&bytes).is_err());
    }

    #[test]
    fn forged_bytes_with_a_true_checksum_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut body = busy().fold().0.to_bytes();
        body.truncate(body.len() - 4);
        for (index, byte) in changes {
            let at = index.index(body.len() - 1) + 1;
            body[at] = byte;
        }
        if let Some(cut) = cut {
            body.truncate(cut.index(body.len()).max(1));
        }
        if let Ok(mut fold) = Fold::from_bytes(&with_checksum(body)) {
            let policy = Tape::new().policy;
            let _ = fold.observe(&policy, &look(400.0, 1.0), &mut Vec::new());
            fold.seal(&policy, fold.seal_due(&policy), &mut Vec::new());
            let _ = fold.outcome(&policy);
            prop_assert_eq!(Fold::from_bytes(&fold.to_bytes()).unwrap().to_bytes(), fold.to_bytes());
        }
    }
}
