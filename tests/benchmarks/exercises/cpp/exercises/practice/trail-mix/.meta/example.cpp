#include "trail_mix.h"

namespace trail_mix {
std::string mix(const std::string& first, const std::string& second) {
    std::string mixed;
    for (std::size_t at = 0; at < first.size() || at < second.size(); ++at) {
        if (at < first.size()) mixed += first[at];
        if (at < second.size()) mixed += second[at];
    }
    return mixed;
}
}
