use bell_tower::strokes;

#[test]
fn morning() {
    assert_eq!(strokes(9), Some(9));
}

#[test]
#[ignore]
fn noon_and_midnight() {
    assert_eq!((strokes(12), strokes(0)), (Some(12), Some(12)));
}

#[test]
#[ignore]
fn no_such_hour() {
    assert_eq!(strokes(24), None);
}
