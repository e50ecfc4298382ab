"""What the shop sells: 32 kinds of things, each in six colours of the house's twelve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

CATEGORIES = {
    "coffee-and-tea": "Coffee & tea",
    "kitchen": "Kitchen",
    "table": "Table",
    "lighting": "Lighting",
    "textiles": "Textiles",
    "desk": "Desk",
    "garden": "Garden",
    "outdoors": "Outdoors",
}

COLOURS = {
    "Alder": "#8a5a3b",
    "Heron": "#5f7d8c",
    "Moss": "#6d7f4d",
    "Ember": "#c0532f",
    "Tide": "#2f6f8f",
    "Linden": "#b9a44c",
    "Slate": "#56606b",
    "Quince": "#d9a441",
    "Heather": "#8c6a93",
    "Chalk": "#b8ab92",
    "Rowan": "#a63a3a",
    "Fern": "#4e8a63",
}

# motif | noun | from EUR | to EUR, and below it what is said of it
THINGS = {
    "coffee-and-tea": """
        mug|stoneware mug|14|19
          Thrown by hand, so no two are quite alike. Holds 300 ml and keeps warm to the end of the chapter.
        teapot|teapot|42|58
          A round-bellied pot for four cups, with a spout that does not drip and a strainer that lifts out.
        kettle|kettle|64|89
          Enamelled steel with a beech handle that stays cool. For every hob, induction included. Boils 1.5 litres.
        press|coffee press|36|49
          Borosilicate glass in a steel frame, with a mesh fine enough for a clear cup. Makes three mugs.""",
    "kitchen": """
        pan|frying pan|58|94
          Forged carbon steel, 26 cm. Season it once and it will outlive the cooker.
        knife|kitchen knife|69|119
          A 17 cm blade of Solingen steel that takes an edge and keeps it, with a handle of stabilised wood.
        board|chopping board|29|46
          End-grain wood with a groove for the juice and a hole to hang it by. Oiled with linseed.
        bowl|mixing bowl|18|32
          Deep enough for bread dough, wide enough to whisk in. The rim has a lip to hold it by.""",
    "table": """
        plate|dinner plate|16|24
          Reactive glaze on stoneware, 27 cm. Goes into the oven, the dishwasher and the hands of children.
        glass|tumbler|9|14
          Pressed from recycled glass with the faintest tint. Stacks without sticking.
        carafe|water carafe|24|38
          Mouth-blown, one litre, with a neck that fits the hand. The lid is its own cup.
        cutlery|cutlery set|49|79
          Knife, fork and spoon for four in brushed steel. Weighty, with edges that have been thought about.""",
    "lighting": """
        lamp|table lamp|79|139
          A linen shade on a turned foot, with a dimmer on the cord. Throws a warm pool and no glare.
        pendant|pendant light|95|169
          A spun metal dome, lacquered outside and brass within, on two metres of woven cord.
        candle|beeswax candle|12|22
          Pure beeswax, poured in the Vosges. Burns for forty hours and smells of very little, pleasantly.
        lantern|garden lantern|39|64
          Galvanised steel and glass that opens on a hinge. Takes a candle or a light bulb, and weather.""",
    "textiles": """
        blanket|wool blanket|89|149
          Woven from new wool on looms older than anybody here. 130 by 190 cm, with a fringe.
        cushion|cushion|29|45
          Washed linen over a feather pad, 50 by 50 cm, with a hidden zip.
        towel|bath towel|24|36
          Long-staple cotton in a waffle weave: it dries you, and then it dries. 70 by 140 cm.
        rug|hand-woven rug|129|229
          Flat-woven from wool and jute, the same on both sides. 120 by 180 cm.""",
    "desk": """
        notebook|notebook|13|19
          192 pages of paper that takes a fountain pen, thread-bound so that it lies flat.
        pen|fountain pen|34|72
          A steel nib with a little spring in it, medium or fine, in a barrel of coloured resin.
        tray|desk organiser|26|41
          Four places for what otherwise lies about. Dovetailed, felt underneath.
        clock|wall clock|48|76
          Silent sweep movement behind real glass, 28 cm. Runs two years on one battery.""",
    "garden": """
        pot|plant pot|15|34
          Terracotta with a coloured slip, and a saucer that fits. Frost-proof to minus ten.
        can|watering can|32|52
          Galvanised and painted, five litres, balanced so that the last drop comes out too. Brass rose.
        trowel|hand trowel|22|31
          Stainless steel with inch marks, on an ash handle. Goes through roots.
        birdhouse|nesting box|27|44
          Untreated larch with a painted roof and a 32 mm hole: great tits, sparrows and pied flycatchers.""",
    "outdoors": """
        backpack|day pack|84|129
          Waxed canvas, 22 litres, one big pocket and one for the keys. The straps are leather.
        bottle|flask|28|42
          Double-walled steel, 500 ml. Hot for twelve hours, cold for twenty-four, quiet in a bag.
        hammock|hammock|59|99
          Cotton wide enough to lie across. Holds 150 kg, hangs from anything that does.
        tent|two-person tent|249|389
          Two skins, three poles, four minutes. 1.9 kg, and room for the boots.""",
}


@dataclass(frozen=True)
class Good:
    """One product as it stands in the catalogue."""

    category: int
    sku: str
    name: str
    description: str
    motif: str
    colour: str
    price_cents: int


def goods() -> Iterator[Good]:
    """Every product, always the same ones in the same order."""
    names = list(COLOURS)
    form = 0
    for category, slug in enumerate(CATEGORIES, start=1):
        lines = [line.strip() for line in THINGS[slug].strip().splitlines()]
        for head, text in zip(lines[::2], lines[1::2], strict=True):
            motif, noun, low, high = head.split("|")
            for at in range(6):
                colour = names[(form * 5 + at * 2 + at // 6) % len(names)]
                price = int(low) + (int(high) - int(low)) * at // 5
                sku = f"{motif[:3].upper()}-{form + 1:02}{at + 1}"
                said = f"{text} In the colour “{colour}”."
                yield Good(category, sku, f"{colour} {noun}", said, motif, COLOURS[colour], price * 100 - 10)
            form += 1
