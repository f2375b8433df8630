pub fn strokes(hour: u32) -> Option<u32> {
    (hour < 24).then(|| (hour + 11) % 12 + 1)
}
