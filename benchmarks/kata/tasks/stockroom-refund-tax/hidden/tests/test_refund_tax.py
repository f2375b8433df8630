from stockroom.money import percent_of, with_tax


def test_negative_amounts():
    assert percent_of(-1000, 20) == -200


def test_a_refund_mirrors_the_sale():
    assert [with_tax(-cents, 7) for cents in (100, 150, 999)] == [-with_tax(cents, 7) for cents in (100, 150, 999)]


def test_sales():
    assert with_tax(1000, 20) == 1200
