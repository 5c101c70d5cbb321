"""What the columns of a backup are called, by every program and in every language known.

Two programs are called Exportify. exportify.net writes English headers that changed six times;
exportify.app writes them in the language of its user. Both keep their words stable enough for a
table, and the second keeps its order as well, which carries us over a language added later.
TuneMyMusic, Soundiiz, Roon and Chosic say less of each track; TuneMyMusic, and we ourselves, write
several playlists into one file.
"""

from __future__ import annotations

import csv
import unicodedata
from typing import Literal, NamedTuple

from adapters.csv_book import NotABackup

Tool = Literal["net", "app", "ours", "tunemymusic", "other"]
"""exportify.net, exportify.app, `csv_write.library`, TuneMyMusic, or another one."""

FEATURES = 12
"""Columns of audio features, `Danceability` to `Time Signature`, always together in this order."""

REFERENCES = ("uri", "id", "url")
"""Fields that can name the recording, best first."""

FIELDS = (
    *("uri", "title", "artists", "album", "album_artists", "released", "disc", "number"),
    *("duration", "explicit", "added_by", "added_at"),
    *("album_genres", "label", "genres", "danceability", "key", "mode", "tempo"),
)
"""The order of the columns in `LOCALISED`; `isrc` is `ISRC` in all of them."""

ENGLISH: dict[str, tuple[str, ...]] = {
    "uri": ("Track URI", "Spotify URI"),
    "id": ("Track ID", "Spotify ID", "Spotify Track ID"),
    "url": ("Spotify URL", "Track URL", "URL"),
    "title": ("Track Name", "Title"),
    "artists": ("Artist Name(s)", "Artist Name", "Artist"),
    "album": ("Album Name", "Album"),
    "album_artists": ("Album Artist Name(s)", "Album Artist Name"),
    "released": ("Release Date", "Album Release Date"),
    "disc": ("Disc Number",),
    "number": ("Track Number",),
    "duration": ("Duration (ms)", "Track Duration (ms)"),
    "explicit": ("Explicit",),
    "isrc": ("ISRC",),
    "length": ("Duration",),
    "added_by": ("Added By",),
    "added_at": ("Added At", "Added Date"),
    "genres": ("Genres", "Artist Genres"),
    "album_genres": ("Album Genres",),
    "label": ("Record Label", "Label"),
    "danceability": ("Danceability",),
    "key": ("Key",),
    "mode": ("Mode",),
    "tempo": ("Tempo",),
    "playlist": ("Playlist name",),
    "playlist_number": ("Playlist number",),
    "type": ("Type",),
}

LOCALISED: dict[str, str] = {
    "ar": "رابط الأغنية (URI)|اسم الأغنية|أسماء الفنانين|اسم الألبوم|أسماء فناني الألبوم"
    "|تاريخ إصدار الألبوم|رقم القرص|رقم الأغنية|مدة الأغنية (بالمللي ثانية)|صريح"
    "|أضيف بواسطة|أضيف في|أنواع الألبوم|العلامة التجارية|أنواع الفنان|قابلية الرقص"
    "|المفتاح|النمط|الإيقاع",
    "de": "Track-URI|Track-Name|Künstlername(n)|Album-Name|Album-Künstlername(n)"
    "|Veröffentlichungsdatum des Albums|Disc-Nummer|Track-Nummer|Track-Dauer (ms)|Explizit"
    "|Hinzugefügt von|Hinzugefügt am|Album-Genres|Label|Künstler-Genres|Tanzbarkeit"
    "|Tonart|Modus|Tempo",
    "el": "URI κομματιού|Όνομα κομματιού|Όνομα/τα καλλιτέχνη|Όνομα άλμπουμ"
    "|Όνομα/τα καλλιτέχνη άλμπουμ|Ημερομηνία κυκλοφορίας άλμπουμ|Αριθμός δίσκου"
    "|Αριθμός κομματιού|Διάρκεια κομματιού (ms)|Ακατάλληλο|Προστέθηκε από|Προστέθηκε στις"
    "|Είδη άλμπουμ|Εταιρεία|Είδη καλλιτέχνη|Χορευτικότητα|Τονικότητα|Τρόπος|Ρυθμός",
    "es": "URI de la canción|Nombre de la canción|Nombre(s) del artista|Nombre del álbum"
    "|Nombre(s) del artista del álbum|Fecha de lanzamiento del álbum|Número de disco"
    "|Número de la canción|Duración de la canción (ms)|Explícito|Añadido por|Añadido en"
    "|Géneros del álbum|Sello|Géneros del artista|Bailabilidad|Tonalidad|Modo|Tempo",
    "fr": "URI du titre|Nom du titre|Nom(s) de l'artiste|Nom de l'album"
    "|Nom(s) de l'artiste de l'album|Date de sortie de l'album|Numéro de disque"
    "|Numéro du titre|Durée du titre (ms)|Explicite|Ajouté par|Ajouté le"
    "|Genres de l'album|Label|Genres de l'artiste|Danseabilité|Tonalité|Mode|Tempo",
    "it": "URI della traccia|Nome della traccia|Nome dell'artista|Nome dell'album"
    "|Nome dell'artista dell'album|Data di rilascio dell'album|Numero del disco"
    "|Numero della traccia|Durata della traccia (ms)|Esplicito|Aggiunto da|Aggiunto il"
    "|Generi dell'album|Etichetta|Generi dell'artista|Ballabilità|Chiave|Modalità|Tempo",
    "ja": "トラックURI|トラック名|アーティスト名|アルバム名|アルバムアーティスト名"
    "|アルバム発売日|ディスク番号|トラック番号|トラックの長さ（ミリ秒）|明示的な内容"
    "|追加者|追加日時|アルバムジャンル|レーベル|アーティストジャンル|ダンサビリティ"
    "|キー|モード|テンポ",
    "nl": "Nummer URI|Nummernaam|Naam van artiest|Naam van album|Naam van artiest op het album"
    "|Releasedatum van het album|Schijfnummer|Nummernummer|Nummerduur (ms)|Expliciet"
    "|Toegevoegd door|Toegevoegd op|Genres van het album|Label|Genres van de artiest"
    "|Dansbaarheid|Toonsoort|Modus|Tempo",
    "pt": "URI da faixa|Nome da faixa|Nome(s) do artista|Nome do álbum"
    "|Nome(s) do artista do álbum|Data de lançamento do álbum|Número do disco"
    "|Número da faixa|Duração da faixa (ms)|Explícita|Adicionado por|Adicionado em"
    "|Gêneros do álbum|Gravadora|Gêneros do artista|Dançabilidade|Tonalidade|Modo|Tempo",
    "sv": "Låtens URI|Låtens namn|Artistens namn|Albumets namn|Albumartistens namn"
    "|Albumets releasedatum|Skivnummer|Låtnummer|Låtlängd (ms)|Explicit|Tillagd av|Tillagd vid"
    "|Albumets genrer|Skivbolag|Artistens genrer|Dansbarhet|Tonart|Läge|Tempo",
    "tr": "Parça URI|Parça Adı|Sanatçı Adı|Albüm Adı|Albümdeki Sanatçı Adı|Albüm Çıkış Tarihi"
    "|Disk Numarası|Parça Numarası|Parça Süresi (ms)|Açık İçerik|Ekleyen|Eklenme Tarihi"
    "|Albüm Türleri|Plak Şirketi|Sanatçı Türleri|Dans Edilebilirlik|Ton|Mod|Tempo",
    "yue-Hant-HK": "歌 Link|歌名|Artist 名|專輯名|專輯 Artist 名|專輯發行日|碟片冧把|曲目冧把"
    "|曲目時長（毫秒）|家長指引|加入者|加入時間|專輯曲風|唱片公司|藝人曲風|舞蹈性"
    "|調性|調式|速度",
    "zh-Hans": "曲目 URI|曲目名称|艺人名称|专辑名称|专辑艺人名称|专辑发行日期|光盘编号|曲目编号"
    "|曲目时长（毫秒）|含露骨内容|添加者|添加时间|专辑流派|唱片公司|艺人流派|舞蹈性"
    "|调性|调式|速度",
    "zh-Hant": "曲目 URI|曲目名稱|藝人名稱|專輯名稱|專輯藝人名稱|專輯發行日期|光碟編號|曲目編號"
    "|曲目長度（毫秒）|含露骨內容|新增者|新增時間|專輯曲風|唱片公司|藝人曲風|舞蹈性"
    "|調性|調式|速度",
}
"""exportify.app's headers by language, in the order of `FIELDS`."""

BASE = (
    *("uri", "title", "", "artists", "", "album", "", "album_artists", "released", ""),
    *("disc", "number", "duration", "", "explicit", "", "isrc", "added_by", "added_at"),
)
"""exportify.app's columns in their order since 2022-12; empty: of no use to us."""

FEATURE_COLUMNS = ("danceability", "", "key", "", "mode", "", "", "", "", "", "tempo", "")
ALBUM_COLUMNS = ("album_genres", "label", "")

TAILS: dict[int, tuple[str, ...]] = {
    len(tail): tail
    for tail in (
        (*artist, *features, *album)
        for artist in ((), ("genres",))
        for features in ((), FEATURE_COLUMNS)
        for album in ((), ALBUM_COLUMNS)
    )
}
"""What may follow `BASE`, by how many columns it is: the options of exportify.app."""

DELIMITERS = (",", ";", "\t")


class Columns(NamedTuple):
    """Where each field is."""

    width: int
    at: dict[str, int]
    """Field to index; only the fields that are there."""
    tool: Tool
    """Which program wrote it: they join the names of artists differently."""

    @property
    def several(self) -> bool:
        """Whether each row says which playlist it is on."""
        return "playlist" in self.at


def plain(name: str) -> str:
    """A column's name without what people, Excel and versions change: case, blanks, signs."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def _aliases() -> dict[str, str]:
    table = {plain(name): field for field, names in ENGLISH.items() for name in names}
    for line in LOCALISED.values():
        table.update(
            (plain(name), field) for field, name in zip(FIELDS, line.split("|"), strict=True)
        )
    return table


ALIASES = _aliases()


def columns(header: list[str]) -> Columns | None:
    """Find the fields by name, else by the order of exportify.app; None: this is no header of it.

    Of two columns with one name the first counts.
    """
    names = [plain(name) for name in header]
    at: dict[str, int] = {}
    for index, name in enumerate(names):
        field = ALIASES.get(name)
        if field is not None:
            at.setdefault(field, index)
    if "title" in at or any(field in at for field in REFERENCES):
        return Columns(len(header), at, _tool(at, names))
    tail = TAILS.get(len(header) - len(BASE))
    if tail is None or names[BASE.index("isrc")] != "isrc":
        return None
    order = (*BASE, *tail)
    return Columns(len(header), {f: i for i, f in enumerate(order) if f}, "app")


def _tool(at: dict[str, int], names: list[str]) -> Tool:
    if "playlist" in at and "playlist_number" in at:
        return "ours"
    if "playlist" in at and "type" in at:
        return "tunemymusic"
    # exportify.net alone leaves out the "Track" of "Track Duration (ms)".
    return "net" if "durationms" in names else "app" if "duration" in at else "other"


def sniff(line: str) -> tuple[str, Columns]:
    """Delimiter and columns of a header line. Raises `NotABackup` if it names no track."""
    found: list[str] = []
    for delimiter in DELIMITERS:
        try:
            header = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            continue
        fit = columns(header)
        if fit is not None:
            return delimiter, fit
        found = max(found, header, key=len)
    raise NotABackup(
        f"the column `Track URI` or `Track Name` is missing (found: {_listed(found)}); "
        "export the playlist again, or take the file away"
    )


def _listed(names: list[str]) -> str:
    shown = ", ".join(name.strip() for name in names)
    shown = "".join(c if c.isprintable() else "?" for c in shown)
    return (shown[:80] + "…" if len(shown) > 80 else shown) or "nothing"
