class BellTower {
    static int strokes(int hour) {
        if (hour < 0 || hour > 23) {
            throw new IllegalArgumentException("no such hour");
        }
        return (hour + 11) % 12 + 1;
    }
}
