#pragma once

#include <string>

namespace trail_mix {
std::string mix(const std::string& first, const std::string& second);
}
