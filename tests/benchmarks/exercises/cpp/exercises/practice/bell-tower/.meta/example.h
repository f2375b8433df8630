#pragma once

namespace bell_tower {
int strokes(int hour);
}
