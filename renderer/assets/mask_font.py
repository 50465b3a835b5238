"""Makes mask.ttf: a font in which every character is a bullet, for passwords.

Run with Debian's python3-fonttools: `/usr/bin/python3 mask_font.py`.
"""

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

UNITS, ADVANCE, CENTER, RADIUS = 1000, 600, (300, 360), 170


def circle(radius):
    pen = TTGlyphPen(None)
    (x, y), r = CENTER, radius
    pen.moveTo((x, y + r))
    pen.qCurveTo((x + r, y + r), (x + r, y))
    pen.qCurveTo((x + r, y - r), (x, y - r))
    pen.qCurveTo((x - r, y - r), (x - r, y))
    pen.qCurveTo((x - r, y + r), (x, y + r))
    pen.closePath()
    return pen.glyph()


builder = FontBuilder(UNITS, isTTF=True)
builder.setupGlyphOrder([".notdef", "bullet"])
builder.setupCharacterMap({})
builder.setupGlyf({".notdef": circle(RADIUS), "bullet": circle(RADIUS)})
builder.setupHorizontalMetrics({".notdef": (ADVANCE, 130), "bullet": (ADVANCE, 130)})
builder.setupHorizontalHeader(ascent=905, descent=-212)
builder.setupNameTable({"familyName": "-bulkhead-mask", "styleName": "Regular"})
builder.setupOS2(sTypoAscender=905, sTypoDescender=-212, usWinAscent=905, usWinDescent=212)
builder.setupPost()
# Format 13 maps each range of characters to one glyph.
tables = []
for platform, encoding in ((0, 6), (3, 10)):
    table = CmapSubtable.newSubtable(13)
    table.platformID, table.platEncID, table.language = platform, encoding, 0
    table.cmap = {code: "bullet" for code in range(0x20, 0x110000)}
    tables.append(table)
builder.font["cmap"].tables = tables
builder.font["head"].created = builder.font["head"].modified = 0
builder.font.recalcTimestamp = False
builder.save("mask.ttf")
