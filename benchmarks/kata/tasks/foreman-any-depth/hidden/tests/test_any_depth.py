from foreman.patterns import matches, select


def test_no_folder_at_all():
    assert matches("lib/**/*.py", "lib/a.py")
    assert matches("**/readme", "readme")


def test_in_the_middle():
    assert select(["a/**/b/*.c"], ["a/b/x.c", "a/c/b/x.c", "a/c/x.c"]) == ["a/b/x.c", "a/c/b/x.c"]


def test_many_folders():
    assert matches("lib/**/*.py", "lib/x/y/z/a.py")
    assert not matches("lib/**/*.py", "other/x/a.py")
