import unittest

from bell_tower import strokes


class BellTowerTest(unittest.TestCase):
    def test_morning(self):
        self.assertEqual(strokes(9), 9)

    @unittest.skip("later")
    def test_noon_and_midnight(self):
        self.assertEqual([strokes(12), strokes(0)], [12, 12])

    def test_no_hour(self):
        with self.assertRaises(ValueError):
            strokes(24)
