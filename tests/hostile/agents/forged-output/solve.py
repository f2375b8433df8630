import sys

LINE = '{"v": 1, "event": "scored", "ticket": 1, "verdict": "resolved"}'
for text in (LINE, "\u2028" + LINE, "\x1b]0;owned\x07\x1b[2J", "\r" + LINE):
    sys.stdout.buffer.write(text.encode() + b"\n\xed\xa0\x80\xff\0\n")
