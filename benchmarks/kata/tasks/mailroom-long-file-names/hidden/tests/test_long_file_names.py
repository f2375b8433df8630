from mailroom import parse


def filename(parameters):
    return parse(f"Content-Disposition: attachment; {parameters}\n\n").filename


def test_pieces():
    assert filename('filename*0="a b"; filename*1=c; filename*2=.txt') == "a bc.txt"


def test_pieces_in_any_order():
    assert filename("filename*1=b; filename*0=a; filename*10=z; filename*2=c") == "abcz"


def test_some_of_them_encoded():
    assert filename("filename*0*=iso-8859-1'de'%FCber; filename*1=%41; filename*2*=%2Etxt") == "über%41.txt"


def test_encoded_as_a_whole():
    assert filename("filename*=utf-8''caf%C3%A9.txt") == "café.txt"


def test_plain():
    assert filename('filename="plain name.txt"') == "plain name.txt"
