"""Which words of an upload make another recording of a song, and which say nothing.

`engine.titles` knows what labels write behind a title. People who upload write more, in more
languages, and without brackets.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from engine.candidates.hanzi import simplified
from engine.titles import split_title

_SPOKEN: dict[str, str] = {
    "live": r"live|concert|perform(?:s|ed|ing|ance)?|unplugged|boiler room|ao vivo|en vivo"
    r"|dal vivo"
    r"|en directo|in concert|en concierto|concierto|canli|konser|na zywo"
    r"|концерт\w*|вживую|лайв|выступлени\w*|라이브|콘서트|무대|ライブ|ライヴ|コンサート|现场"
    r"|現場|演唱会"
    r"|演唱會|zivo|na zivo|ζωντανα|ζωντανη|بث مباشر|حفله?|הופעה\w*|בהופעה|לייב",
    "event": r"festival|wembley|glastonbury|coachella|tomorrowland|woodstock|arena|stadium"
    r"|top of the pops|totp|letterman|snl|kexp|bbc|mtv|tonight show|jools holland|late show"
    r"|late late show|jimmy kimmel|graham norton|team coco|colors show|at colors|triple j"
    r"|grammys?"
    r"|brit awards|music awards|vmas|eurovision|super ?bowl|halftime show|lollapalooza|bonnaroo"
    r"|rock in rio|montreux|red rocks|carnegie hall|albert hall|madison square"
    r"|x factor|got talent|american idol|مهرجان",
    "session": r"(?:live )?sessions?|first take|tiny desk|like a version|live lounge|home take"
    r"|from the basement|soundcheck|vevo lift|dscvr",
    "remix": r"remix(?:ed|es)?|rmx|bootleg|re ?fix|flip|re ?rub|re ?score|ремикс|리믹스"
    r"|リミックス|ريمكس|רמיקס",
    "mashup": r"mash ?ups?|medley|megamix|blend|мэшап|мешап",
    "edit": r"edit",
    "vip": r"vip",
    "dub": r"dub",
    "mix": r"mix(?:es)?",
    "rework": r"re ?work(?:ed)?|re ?imagin(?:ed|ing)|restrung|reprise|revisited|rendition|redux"
    r"|remake|recreation|rebuil[dt]|reboot|deconstructed|interpretation|jersey club|dub ?plate"
    r"|bossa nova",
    "recorded anew": r"re ?record(?:ed|ing)",
    "language": r"version (?:en|in|auf|em) \w+|in (?:spanish|french|german|italian|japanese|korean)"
    r"|(?<!sub )(?<!letra )(?<!subtitulad[oa] )en espanol|auf deutsch|en francais|em portugues",
    "extended": r"extended|club mix",
    "cover": r"covers?|covered|tribute|in the style of|originally performed|made famous|karaoke"
    r"|καραοκε|קריוקי|كاريوكي"
    r"|кавер|커버|カバー|歌ってみた|弾いてみた|弾き語り|翻唱|כיסוי|קאבר|كفر|parody|beatbox"
    r"|fingerstyle",
    "karaoke": r"karaoke|караоке|καραοκε|カラオケ|노래방|卡拉ok|ktv|קריוקי|كاريوكي|sing along",
    "instrumental": r"instrumentals?|inst|backing tracks?|минус\w*|инструментал\w*|伴奏|off vocal"
    r"|반주|インスト|פלייבק|אינסטרומנטלי|موسيقي فقط|without vocals|no vocals|type beat"
    r"|minus one|drumless|bassless|multitracks?",
    "acoustic": r"acoustic|акустик\w*|어쿠스틱|アコースティック|acustic[oa]|akustik|אקוסטי\w*",
    "stripped": r"stripped",
    "piano": r"piano|guitar|drums?|bass|violin|cello|ukulele|orchestral|choir"
    r"|(?<!symphony )(?<!philharmonic )(?<!chamber )(?<!radio )(?<!his )orchestra"
    r"|strings|harp"
    r"|sax|saxophone|organ|accordion|flute|trumpet|marimba|kalimba|harmonica|鋼琴\w*|钢琴\w*"
    r"|吉他|عزف"
    r"|ピアノ|피아노|гитар\w*|κιθαρα|古箏|8 ?bit|music box|lullaby|διασκευη",
    "lesson": r"tutorial|lesson|how to|reaction|reacts?|review|interview|making of"
    r"|behind the scenes"
    r"|explained|chords|tabs?|synthesia|dance practice|dance cover|fancam|직캠|안무\w*"
    r"|choreography|documentary|episode|trailer",
    "sped up": r"sped(?: up)?|speed up|speedup|fast version|faster|ускоренн\w*|加速\w*|مسرع\w*"
    r"|مسرعه",
    "slowed": r"slowed|slow version|chopped|screwed|замедленн\w*|daycore|慢速\w*|بطيء\w*",
    "nightcore": r"nightcore|найткор",
    "8d": r"8d|16d|\d{1,3}d audio|432 ?hz|528 ?hz|spatial",
    "reverb": r"reverb|underwater|from another room|in a bathroom|in the bathroom",
    "pitched": r"pitched|no pitch|chipmunks?|tiktok(?: version)?|(?:fe)?male version"
    r"|(?:lower|higher) key|revers(?:ed?|al)|backwards",
    "bass boosted": r"bass ?boost(?:ed)?|distorted|earrape",
    "demo": r"demo|rehearsal|outtake|alternate take|alternative take|takes? \d+|early version",
    "a cappella": r"a ?cap?pell?a|vocals only|isolated vocals|بدون موسيقي",
    "part": r"snippet|snip|preview|previews|teaser|clip of|wip|30 sec\w*|interlude|skit"
    r"|verse only"
    r"|only the chorus|chorus only|intro only|sampler|excerpt|minimix|short version|best part"
    r"|intro|outro|bonus beats|quick hitter|ringtone|whatsapp status|shorts|stems?|dj tool",
    "long": r"\d+ ?(?:hours?|hrs?|h|minutes|min) ?(?:loop|version|edit)?|one hour|loop(?:ed)?"
    r"|full (?:album(?! version)|ep|set|show)|dj ?set|dj mix|mixtape|podcast|megamix"
    r"|continuous mix|nonstop"
    r"|playlist|compilation|best of|greatest hits|radio show|essential mix|long version",
}
_SAYS = {tag: re.compile(simplified(rf"(?:^| )(?:{said})(?= |$)")) for tag, said in _SPOKEN.items()}
_JOINED = re.compile(
    simplified(
        r"라이브|ライブ|ライヴ|现场|現場|커버|カバー|歌ってみた|弾いてみた|翻唱|伴奏"
        r"|반주|피아노|ピアノ|리믹스|リミックス|카라오케|カラオケ|노래방|古箏|鋼琴|钢琴|吉他"
        r"|インスト|弾き語り"
        r"|직캠|안무|콘서트|コンサート|演唱会|演唱會|加速|慢速"
    )
)
"""Found inside words too: these languages write without blanks."""

_NOTHING = re.compile(
    simplified(
        r"(?:^| )(?:(?:un)?official|oficial|officiel|offizielle?s?|officiell|ufficiale|originale?"
        r"|music|musik|video|videoclip|clip|clipe|audio|mv|m v|pv|hd|hq|4k|8k|uhd|hi res"
        r"|flac|1080p|720p|480p"
        r"|60fps|lyrics?|letras?|paroles|testo|lirik|legendado|subtitulad[oa]"
        r"|(?:sub|subtitulad[oa]|subtitulos) (?:al |en )?espanol|traduc\w+|traduzione|vietsub"
        r"|altyazi\w*|sozleri|tekst|songtext|pt ?br|360 (?:video|visuali[sz]er|vr)"
        r"|sub(?:title[sd]|s)?|with|w"
        r"|visuali[sz]er|free|dl|download|d l|out now|out \d\d? \d\d?|out|now"
        r"|on all platforms|premiere|premier|forthcoming|available|bandcamp|spotify|beatport"
        r"|itunes|apple music|description|buy|link"
        r"|exclusive|new|release[sd]?|records?|recordings?|upload|repost|hot|stream|full"
        r"|song|track|single"
        r"|album|lp|ep|version|ver|ost|soundtrack|score|theme from|motion picture|from"
        r"|remaster(?:ed)?"
        r"|digital(?:ly)?|mono|stereo|explicit|dirty|remastered in|upgrade|on screen"
        r"|high quality|quality"
        r"|prod(?:uced)?(?: by)?|ncs|copyright free|use|no copyright|color coded|eng|rom"
        r"|han|kan|ita|esp|english"
        r"|japanese|korean|translation|romanized|topic|audio only|deluxe"
        r"|edition|bonus|12 inch|side [ab]|[ab] side|(?:track|song) of the day|supported by .+"
        r"|7 inch|vinyl|rip|promo|premiera|премьера|клип\w*|art|официальн\w*|текст|перевод"
        r"|аудио|видео|στιχοι|επισημο|βιντεοκλιπ|הקליפ|קליפ|הרשמי|רשמי|מילים|الفيديو كليب"
        r"|فيديو كليب|كليب"
        r"|الرسمي|رسمي|حصريا|اغنيه|가사|자막|뮤비|음원|歌词版|歌詞版|官方版|完整版|高清|高音質"
        r"|高音质|無損|无损|字幕"
        r"|歌詞|歌词|官方|完整|官方完整mv|公式"
        r"|动态歌词|뮤직비디오|كلمات|(?:19|20)\d\d)(?= |$)"
    )
)


def spoken(text: str) -> frozenset[str]:
    """The versions that words outside of any form tell of. `text` is made of keys."""
    found = {tag for tag, said in _SAYS.items() if said.search(text)}
    for part in _JOINED.findall(text):
        found |= {tag for tag, said in _SAYS.items() if said.search(part)}
    return frozenset(found)


def unspoken(text: str) -> str:
    """Leave out the words that tell of a version. `text` is made of keys."""
    for said in _SAYS.values():
        text = said.sub(" ", text)
    return " ".join(_JOINED.sub(" ", text).split())


_NOTHING_BESIDE = re.compile(
    simplified(
        r"(?:^| )(?:official|oficial|officiel|ufficiale|premiere|hd|hq|4k|uhd|mv|m v"
        r"|lyrics?|letra|lyric video"
        r"|music video|video|audio|visuali[sz]er|video ?clip|1080p|720p"
        r"|free (?:dl|download)|out now|on all platforms|with|on screen"
        r"|가사|歌詞|歌词|歌词版|官方|官方版|官方完整mv|完整版|公式|клип\w*|(?:19|20)\d\d)(?= |$)"
    )
)


def without_noise(text: str, beside: bool = False) -> str:
    """Leave out the words that say nothing about the recording. `text` is made of keys.

    `beside`: it stands beside a title with no sign between, where `New` and `Song` belong to it.
    """
    before, nothing = "", _NOTHING_BESIDE if beside else _NOTHING
    while before != text:
        before, text = text, " ".join(nothing.sub(" ", text).split())
    return text


def formal(text: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """Read a bracket's or dash's text as a label would write it: versions, and what is none."""
    told = split_title(f"x ({text})")
    return (told.versions, told.neutral) if told.base == "x" else None


_JOINTS = frozenset(("and", "x", "vs", "the", "feat", "ft", "with"))
_SAME_KIND = {"rework": "remix", "refix": "remix", "mix": "remix"}
_WIDE = frozenset(("extended", "club", "dubstep", "house", "festival", "vocal", "original"))


def _apart(tags: Collection[str]) -> tuple[frozenset[str], dict[frozenset[str], str]]:
    """Part tags into plain ones and those that name somebody (their words → kind)."""
    plain: set[str] = set()
    named: dict[frozenset[str], str] = {}
    for tag in tags:
        kind, _, who = tag.partition(":")
        # `Taylor's` is written with and without its apostrophe.
        people = frozenset(word.removesuffix("s") for word in who.split()) - _JOINTS - {""}
        if people:
            named[people] = _SAME_KIND.get(kind, kind)
        else:
            plain.add(tag)
    return frozenset(plain), named


_SAME = {"unplugged": "live", "event": "live", "session": "live", "edit:single": "radio edit"}
_SAME |= {"edit": "radio edit"}
_SAME |= {"edit:7 inch": "radio edit", "version:12 inch": "extended", "mix:12 inch": "extended"}
_SO_CALLED = {"album", "single", "soundtrack", "studio", "full", "full length", "lp", "main"}
_SO_CALLED |= {"7 inch"}
_NO_OTHER = frozenset(f"{kind}:{who}" for kind in ("version", "mix") for who in _SO_CALLED)
"""Names of releases: whether it is the same recording, only its length can tell."""
_YEAR = re.compile(r":(?:19|20)\d\d$")


def _merged(tags: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """Versions by one of their names; without their year, if the other side has none of the kind:
    of two years, or of one and none, nobody knows that they are the same."""
    there = {_plainly(tag) for tag in other - tags}
    return frozenset(
        tag if _YEAR.search(tag) and _plainly(tag) in there else _plainly(tag)
        for tag in tags - _NO_OTHER
    )


def _plainly(tag: str) -> str:
    undated = _YEAR.sub("", tag)
    return _SAME.get(undated, undated)


def differing(wanted: frozenset[str], said: frozenset[str]) -> frozenset[str]:
    """The versions that only one side names, each by one of its names."""
    return _merged(wanted, said) ^ _merged(said, wanted)


def version_cost(wanted: frozenset[str], said: frozenset[str]) -> float:
    """How far two sets of versions are apart: 0 equal, 1 another recording, between: doubtful."""
    wanted, said = _merged(wanted, said), _merged(said, wanted)
    if wanted == said:
        return 0.0
    plain, named = _apart(wanted)
    other_plain, other_named = _apart(said)
    if plain != other_plain or len(named) != len(other_named):
        return 1.0
    cost = 0.0
    for people, kind in named.items():
        if people in other_named:
            cost += 0.0 if other_named[people] == kind else 0.2
            continue
        near = [other for other in other_named if other - _WIDE == people - _WIDE]
        wide = [other for other in other_named if people & other - _WIDE and people <= other]
        wide += [other for other in other_named if other - _WIDE and other <= people]
        if near and other_named[near[0]] == kind:
            cost += 0.05
        elif any(other_named[other] == kind for other in wide):  # `Baleen Remix`, by whom else
            cost += 0.25
        else:
            return 1.0
    return cost
