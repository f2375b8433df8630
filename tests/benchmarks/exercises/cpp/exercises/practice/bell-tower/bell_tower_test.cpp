#include "bell_tower.h"
#ifdef EXERCISM_TEST_SUITE
#include <catch2/catch.hpp>
#else
#include "test/catch.hpp"
#endif

#include <stdexcept>

TEST_CASE("in the morning") { REQUIRE(bell_tower::strokes(9) == 9); }

#if defined(EXERCISM_RUN_ALL_TESTS)

TEST_CASE("at noon, at midnight") {
    REQUIRE(bell_tower::strokes(12) == 12);
    REQUIRE(bell_tower::strokes(0) == 12);
}

TEST_CASE("no such hour") { REQUIRE_THROWS_AS(bell_tower::strokes(24), std::domain_error); }

#endif
