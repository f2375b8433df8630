import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

class TrailMixTest {
    @Test
    void alike() {
        assertEquals("abcdef", TrailMix.mix("ace", "bdf"));
    }

    @Disabled("Remove to run test")
    @Test
    void longer() {
        assertEquals("abcdabcd", TrailMix.mix("a", "bcd") + TrailMix.mix("acd", "b"));
    }
}
