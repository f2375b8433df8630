"""SECURITY.md tells of every attack in the corpus, and of nothing that is not tried."""

from corpus import KINDS, everything
from table import SECURITY, rendered, split


def test_the_table_in_security_md_is_the_corpus() -> None:
    assert split(SECURITY.read_text())[1] == rendered()


def test_what_is_believed_is_told_as_not_claimed() -> None:
    believed = [attack for attack in everything() if attack.expect.get("verdict") == "resolved"]
    for attack in everything():
        assert attack.claimed == ("not claimed" not in attack.outcome), attack.name
    assert {attack.name for attack in believed if attack.kind == "patches"} == {
        attack.name for attack in everything() if not attack.claimed
    }


def test_the_corpus_is_large_and_each_name_is_one_attack() -> None:
    names = [attack.name for attack in everything()]
    assert len(names) == len(set(names))
    assert len(names) >= 50


def test_every_kind_of_attack_is_tried() -> None:
    assert {attack.kind for attack in everything()} == set(KINDS)
