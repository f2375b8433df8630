#include "trail_mix.h"
#ifdef EXERCISM_TEST_SUITE
#include <catch2/catch.hpp>
#else
#include "test/catch.hpp"
#endif

TEST_CASE("bags alike") { REQUIRE(trail_mix::mix("ace", "bdf") == "abcdef"); }

#if defined(EXERCISM_RUN_ALL_TESTS)
TEST_CASE("one is longer") { REQUIRE(trail_mix::mix("a", "bcd") + trail_mix::mix("acd", "b") == "abcdabcd"); }
#endif
