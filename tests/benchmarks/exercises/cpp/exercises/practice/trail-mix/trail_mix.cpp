#include "trail_mix.h"

namespace trail_mix {
std::string mix(const std::string&, const std::string&) { return ""; }
}
