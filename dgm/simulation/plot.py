"""Quality against evaluations, drawn: one SVG picture with a panel for each family."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

from dgm.bootstrap import mean_interval
from dgm.simulate import TRACE_EVERY
from dgm.simulation.figures import Floats

_WIDTH, _HEIGHT, _MARGIN, _ACROSS = 300, 200, 36, 3
_COLOURS = ("#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad", "#b8860b", "#555555")


def svg(curves: Mapping[str, Mapping[str, Floats]]) -> str:
    """`curves[family][policy][play, i]` at 25 (i + 1) evaluations: means, with 90 % bootstrap bands."""
    down = -(-len(curves) // _ACROSS)
    size = f"{_ACROSS * _WIDTH} {down * _HEIGHT + _MARGIN}"
    panels = [
        f'<g transform="translate({number % _ACROSS * _WIDTH} {number // _ACROSS * _HEIGHT})">'
        f"{_panel(family, policies)}</g>"
        for number, (family, policies) in enumerate(curves.items())
    ]
    names = list(dict.fromkeys(name for policies in curves.values() for name in policies))
    legend = [
        f'<text x="{_MARGIN + 110 * n}" y="{down * _HEIGHT + 18}" fill="{_colour(n)}">{escape(name)}</text>'
        for n, name in enumerate(names)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" font-family="sans-serif" '
        f'font-size="11">\n<rect width="100%" height="100%" fill="white"/>\n'
        + "\n".join([*panels, *legend])
        + "\n</svg>\n"
    )


def _panel(family: str, policies: Mapping[str, Floats]) -> str:
    low = min(float(curve.mean(axis=0).min()) for curve in policies.values())
    high = max(float(curve.mean(axis=0).max()) for curve in policies.values())
    low, high = low - 0.03, high + 0.03
    width, height = _WIDTH - 2 * _MARGIN, _HEIGHT - 2 * _MARGIN
    size = max(curve.shape[1] for curve in policies.values())

    def at(index: int, value: float) -> str:
        x = _MARGIN + width * (index + 1) / size
        share = min(1.0, max(0.0, (value - low) / (high - low)))
        return f"{x:.1f},{_MARGIN + height * (1 - share):.1f}"

    parts = [
        f'<text x="{_MARGIN}" y="{_MARGIN - 8}" font-weight="bold">{escape(family)}</text>',
        f'<path d="M{_MARGIN} {_MARGIN}V{_MARGIN + height}H{_MARGIN + width}" fill="none" stroke="#999"/>',
        f'<text x="2" y="{_MARGIN + 8}">{high:.2f}</text>',
        f'<text x="2" y="{_MARGIN + height}">{low:.2f}</text>',
        f'<text x="{_MARGIN + width - 20}" y="{_MARGIN + height + 14}">{size * TRACE_EVERY}</text>',
    ]
    for number, curve in enumerate(policies.values()):
        bands = [mean_interval(column) for column in curve.T]
        around = [at(i, high) for i, (_, high) in enumerate(bands)]
        around += [at(i, low) for i, (low, _) in reversed(list(enumerate(bands)))]
        line = " ".join(at(i, float(value)) for i, value in enumerate(curve.mean(axis=0)))
        parts.append(f'<polygon points="{" ".join(around)}" fill="{_colour(number)}" opacity="0.15"/>')
        parts.append(f'<polyline points="{line}" fill="none" stroke="{_colour(number)}" stroke-width="1.5"/>')
    return "".join(parts)


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]
