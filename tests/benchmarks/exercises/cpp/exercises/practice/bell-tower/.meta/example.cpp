#include "bell_tower.h"

#include <stdexcept>

namespace bell_tower {
int strokes(int hour) {
    if (hour < 0 || hour > 23) throw std::domain_error("no such hour");
    return (hour + 11) % 12 + 1;
}
}
