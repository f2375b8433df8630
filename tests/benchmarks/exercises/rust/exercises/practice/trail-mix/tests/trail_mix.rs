use trail_mix::mix;

#[test]
fn alike() {
    assert_eq!(mix("ace", "bdf"), "abcdef");
}

#[test]
#[ignore]
fn longer() {
    assert_eq!(mix("a", "bcd") + &mix("acd", "b"), "abcdabcd");
}
