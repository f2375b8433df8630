import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BellTowerTest {
    @Test
    void morning() {
        assertEquals(9, BellTower.strokes(9));
    }

    @Disabled("Remove to run test")
    @Test
    @DisplayName("noon, midnight")
    public void noonAndMidnight() {
        assertEquals(12, BellTower.strokes(12));
        assertEquals(12, BellTower.strokes(0));
    }

    @Disabled
    @Test
    void noSuchHour() {
        assertThrows(IllegalArgumentException.class, () -> BellTower.strokes(24));
    }
}
