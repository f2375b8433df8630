#include "bell_tower.h"

namespace bell_tower {
int strokes(int) { return 0; }
}
