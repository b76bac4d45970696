"""What people write beside digits: frequent words, and made-up ones with the letters of English."""

from __future__ import annotations

import numpy as np

# Frequent words of English, of lists, forms and lectures, of programs and of mathematics.
_LIST = """
    is it in if as at an am be by do he hi me my no of ok on or to up us we yes you all and any are bad big box boy bus but
    buy can cat day did dog end few for get had has her him his how job key kid let low man may new not now off old one our
    out own pay put run sad say see set she sit sky sum tax tea ten the top try two use war was way who why yes yet able
    also away back ball bell best bill blue body book both call city cold copy cost data date days desk does done door down
    each else even ever file fill find five form four full game girl give glas goal gold good half hall hand hard have help
    here hill hold home hour idea into item join just keep kind king know last late left less life like line list live long
    look loss lost love made make many mass milk mine miss more most much must name need next nice nine node note oil once
    only open over page part past plan play plus poor pull push rain read real rest rice road roll room rule said sale salt
    same save seat seed sell send ship shop show side size skin sold some song soon spot stay step stop such sure take talk
    tall tell test text than that them then they this time told tool town tree true turn type unit upon very view wait walk
    wall want warm week well went were west what when will wind wish with word work year your zero about above after again
    album apple array basic begin below bills birth black board boxes bread break bring build class clear close color count
    cross eggs eight empty equal error every false field final first floor fresh glass goals grade great green group hello
    house index items label large later learn least level light lines local loops lower match maths month music never night
    notes number offer order other paper phone place point power price proof queue quick reply right round salad scale score
    seven shall shape share shift short since skills skill small solid solve sorry space speed spell stack stage start state
    still stock store story study style sugar sunny table tasks teach thank their there these thing think those three title
    today total under until usage using value visit watch water where which while white whole world worse would write years
    yield young zeros address always answer because before better between birthday block butter calls center change cheese
    children classes college country degree dollars double driver during email energy enough example exists family figure
    floats follow friend global goodbye happens height homework inputs integer invalid January July kilos letter little
    lookup matrix merge method middle minutes Monday mother moving nodes nothing object oldest output parent people please
    problem process product profit public pupils queries quotes random really reason recall result return sample saves
    school search second select sells series should simple single smallest solution something sorted source spells square
    steps still student subset sudoku sunday symbol system teacher things tomorrow total totals travel Tuesday useful values
    vector weight while window winter without yellow int str len def let var null void char bool else elif func self list
    dict print false break class const yield this sin cos log lim exp max min mod div abs sqrt area ohm bits byte kg ml cm
    mm km lb pcs qty no. tel zip Alice Bob Billy Bill Gill Jill Lisa Louis Ollie Oslo Isis Silas Sally Liz Zoe Yves Otto Gus
    Iggy Solo
"""
_WORDS = _LIST.split()
_LONGEST = max(map(len, _WORDS))
_OF_LENGTH = {length: tuple(word for word in _WORDS if len(word) == length) for length in range(1, _LONGEST + 1)}

_LIKE_DIGITS = frozenset("olszgqby")

# Per mille of the letters of English text.
_VOWELS = {"e": 127, "a": 82, "o": 75, "i": 70, "u": 28}
_CONSONANTS = {
    "t": 91, "n": 67, "s": 63, "h": 61, "r": 60, "d": 43, "l": 40, "c": 28, "m": 24, "w": 24, "f": 22, "g": 20, "y": 20,
    "p": 19, "b": 15, "v": 10, "k": 8, "j": 2, "x": 2, "q": 1, "z": 1,
}  # fmt: skip


def word_text(rng: np.random.Generator, shortest: int, longest: int) -> str:
    """Return a word of so many letters: every second a frequent one, the others made up; a quarter in capitals."""
    length = int(rng.integers(shortest, max(shortest, longest) + 1))
    frequent = _OF_LENGTH.get(length, ())
    word = str(rng.choice(frequent)) if frequent and rng.random() < 0.5 else _made_up(rng, length)
    if set(word) <= _LIKE_DIGITS:  # alone nobody could tell it from a number
        word = f"{word[:-1]}n"
    if length > 2 and rng.random() < 0.3:  # an "O" by itself nobody can tell from a 0
        word = (word[0].upper() if rng.random() < 0.5 else str(rng.choice(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")))) + word[1:]
    return word.upper() if length > 2 and rng.random() < 0.25 else word


def _made_up(rng: np.random.Generator, length: int) -> str:
    """Return a word that alternates consonants and vowels as often as English has them, a few letters doubled."""
    start = int(rng.integers(2))
    letters = [_letter(rng, _VOWELS if (start + i) % 2 else _CONSONANTS) for i in range(length)]
    if rng.random() < 0.15:
        letters[-1:] = 2 * letters[-1:]
    return "".join(letters)


def _letter(rng: np.random.Generator, frequencies: dict[str, int]) -> str:
    weights = np.array(list(frequencies.values()), np.float64)
    return str(rng.choice(list(frequencies), p=weights / weights.sum()))
