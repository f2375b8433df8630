import unittest

from trail_mix import mix


class TrailMixTest(unittest.TestCase):
    def test_alike(self):
        self.assertEqual(mix("ace", "bdf"), "abcdef")

    def test_longer(self):
        self.assertEqual([mix("a", "bcd"), mix("acd", "b")], ["abcd", "abcd"])
