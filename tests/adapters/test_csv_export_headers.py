"""Every header that the two Exportify programs are known to have written."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract import PlaylistListed, Unreadable
from adapters.csv_book import Table
from adapters.csv_dialects import ALIASES, ENGLISH, FIELDS, LOCALISED, plain
from adapters.csv_export import CsvSource
from adapters.csv_rows import read_book
from state.events import TrackSeen

FEATURES = (
    "Danceability,Energy,Key,Loudness,Mode,Speechiness,Acousticness,Instrumentalness,Liveness,"
    "Valence,Tempo,Time Signature"
)
APP = (
    "Track URI,Track Name,Artist URI(s),Artist Name(s),Album URI,Album Name,Album Artist URI(s),"
    "Album Artist Name(s),Album Release Date,Album Image URL,Disc Number,Track Number,"
    "Track Duration (ms),Track Preview URL,Explicit,Popularity,ISRC,Added By,Added At"
)
NET = (
    "Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,"
    f"Explicit,Added By,Added At,Genres,Record Label,{FEATURES}"
)
NET_MIDDLE = (
    "Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,Added By,"
    f"Added At,Genres,Record Label,{FEATURES}"
)
NET_OLD = "Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity"
APP_2018 = (
    "Track URI,Track Name,Artist URI,Artist Name,Album URI,Album Name,Disc Number,Track Number,"
    "Track Duration (ms),Added By,Added At"
)

HEADERS = {
    "net 2025-05": NET,
    "net 2025-05 for some hours": NET.replace("Explicit,", "Explicit,Explicit,"),
    "net 2025-04": f"Track URI,{NET_MIDDLE}",
    "net 2024-09-10": f"Track ID,{NET_MIDDLE}",
    "net 2024-09-01": f"Spotify ID,Artist IDs,{NET_OLD},Added By,Added At,Genres,{FEATURES}",
    "net 2024-09-01 with album": f"Spotify ID,Artist IDs,Track Name,Album ID,{NET_OLD[11:]}",
    "net 2019 uri": f"Spotify URI,{NET_OLD},Added By,Added At,Genres",
    "net 2019 id": f"Spotify ID,{NET_OLD},Added By,Added At,Genres",
    "net 2026 with isrc": NET.replace("Track URI,", "Track URI,ISRC,"),
    "net 2026 without features": NET.removesuffix(f",{FEATURES}"),
    "app 2022-12": APP,
    "app with artists": f"{APP},Artist Genres",
    "app with features": f"{APP},{FEATURES}",
    "app with album": f"{APP},Album Genres,Label,Copyrights",
    "app with all": f"{APP},Artist Genres,{FEATURES},Album Genres,Label,Copyrights",
    "app 2024-08": APP.replace("ISRC,", "ISRC,Is Playable,"),
    "app 2021-03": APP.replace("ISRC,", ""),
    "app 2020-11": f"{APP_2018},Album Release Date,Explicit,Popularity",
    "app 2018": APP_2018,
    "app 2015": APP_2018.replace("Track URI", "Spotify URI").replace("Artist URI,", ""),
    "app with the playlist's name first": f"Name,{APP}",
    "url": "Title,Artist,Album,Spotify URL",
    "other case and blanks": "track uri, TRACK NAME ,artist name(s),Album_Name,DURATION (MS)",
}

ID = "4cOdK2wGLETKBW3PvgPWqT"
VALUES = {
    "uri": f"spotify:track:{ID}",
    "id": ID,
    "url": f"https://open.spotify.com/intl-de/track/{ID}?si=abc",
    "title": 'Café, an "étude"',
    "artists": "Ada",
    "album": "First",
    "album_artists": "Ada",
    "released": "2019-03",
    "disc": "1",
    "number": "7",
    "duration": "213573",
    "explicit": "true",
    "isrc": "GB-ARL 93-00135",
    "added_by": "ada",
    "added_at": "2023-05-01T10:11:12Z",
    "genres": "house,techno",
    "label": "Label",
    "key": "9",
    "mode": "0",
    "tempo": "123.5",
}


def written(header: list[str], rows: list[dict[str, str]], delimiter: str = ",") -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    fields = [ALIASES.get(plain(name), "") for name in header]
    writer.writerows([row.get(field, "x") for field in fields] for row in rows)
    return out.getvalue()


def quoted(*rows: list[str]) -> str:
    """As exportify.app writes."""
    return "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows)


def read_table(text: str) -> Table:
    """The only playlist of a whole file."""
    book = read_book(text)
    assert book.torn == "" and not book.lacking
    (table,) = book.tables
    assert table.name is None
    return table


def only(table: Table) -> TrackSeen:
    assert [row.track for row in table.rows] == [track.ref for track in table.tracks]
    (track,) = table.tracks
    return track


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS.keys())
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_documented_header_is_read(header: str, delimiter: str) -> None:
    names = header.split(",")
    track = only(read_table(written(names, [VALUES], delimiter)))
    fields = {ALIASES.get(plain(name)) for name in names}
    assert track.ref == f"spotify:track:{ID}"
    assert (track.title, track.artists, track.album) == (VALUES["title"], ("Ada",), "First")
    assert track.duration_ms == (213573 if "duration" in fields else 0)
    assert track.isrc == ("GBARL9300135" if "isrc" in fields else "")
    assert track.released == ("2019-03" if "released" in fields else "")
    assert track.explicit is (True if "explicit" in fields else None)
    assert (track.key, track.bpm) == (("Am", 123.5) if "tempo" in fields else ("", 0.0))
    assert track.number == (7 if "number" in fields else 0)
    assert track.label == ("Label" if "label" in fields else "")
    assert track.album_artists == (("Ada",) if "album_artists" in fields else ())


def test_a_file_without_ids_names_its_rows_by_what_they_say() -> None:
    table = read_table(written(NET_MIDDLE.split(","), [VALUES, VALUES | {"title": "Other"}]))
    first, second = (row.track for row in table.rows)
    assert first.startswith("csv:row:") and len(first) == len("csv:row:") + 16
    assert first != second
    again = read_table(written(NET_MIDDLE.split(","), [VALUES | {"title": 'CAFÉ, AN "ÉTUDE"'}]))
    assert again.rows[0].track == first


BASES = {
    "ar": "رابط الأغنية (URI)|اسم الأغنية|روابط الفنانين (URI)|أسماء الفنانين|رابط الألبوم (URI)"
    "|اسم الألبوم|روابط فناني الألبوم (URI)|أسماء فناني الألبوم|تاريخ إصدار الألبوم"
    "|رابط صورة الألبوم|رقم القرص|رقم الأغنية|مدة الأغنية (بالمللي ثانية)|رابط معاينة الأغنية"
    "|صريح|الشعبية|ISRC|أضيف بواسطة|أضيف في",
    "de": "Track-URI|Track-Name|Künstler-URI(s)|Künstlername(n)|Album-URI|Album-Name"
    "|Album-Künstler-URI(s)|Album-Künstlername(n)|Veröffentlichungsdatum des Albums"
    "|Album-Bild-URL|Disc-Nummer|Track-Nummer|Track-Dauer (ms)|Track-Vorschau-URL|Explizit"
    "|Beliebtheit|ISRC|Hinzugefügt von|Hinzugefügt am",
    "el": "URI κομματιού|Όνομα κομματιού|URI καλλιτέχνη/ων|Όνομα/τα καλλιτέχνη|URI άλμπουμ"
    "|Όνομα άλμπουμ|URI καλλιτέχνη/ων άλμπουμ|Όνομα/τα καλλιτέχνη άλμπουμ"
    "|Ημερομηνία κυκλοφορίας άλμπουμ|URL εικόνας άλμπουμ|Αριθμός δίσκου|Αριθμός κομματιού"
    "|Διάρκεια κομματιού (ms)|URL προεπισκόπησης κομματιού|Ακατάλληλο|Δημοτικότητα|ISRC"
    "|Προστέθηκε από|Προστέθηκε στις",
    "es": "URI de la canción|Nombre de la canción|URI(s) del artista|Nombre(s) del artista"
    "|URI del álbum|Nombre del álbum|URI(s) del artista del álbum"
    "|Nombre(s) del artista del álbum|Fecha de lanzamiento del álbum|URL de la imagen del álbum"
    "|Número de disco|Número de la canción|Duración de la canción (ms)"
    "|URL de vista previa de la canción|Explícito|Popularidad|ISRC|Añadido por|Añadido en",
    "fr": "URI du titre|Nom du titre|URI(s) de l'artiste|Nom(s) de l'artiste|URI de l'album"
    "|Nom de l'album|URI(s) de l'artiste de l'album|Nom(s) de l'artiste de l'album"
    "|Date de sortie de l'album|URL de l'image de l'album|Numéro de disque|Numéro du titre"
    "|Durée du titre (ms)|URL de prévisualisation du titre|Explicite|Popularité|ISRC"
    "|Ajouté par|Ajouté le",
    "it": "URI della traccia|Nome della traccia|URI dell'artista|Nome dell'artista"
    "|URI dell'album|Nome dell'album|URI dell'artista dell'album|Nome dell'artista dell'album"
    "|Data di rilascio dell'album|URL dell'immagine dell'album|Numero del disco"
    "|Numero della traccia|Durata della traccia (ms)|URL di anteprima della traccia|Esplicito"
    "|Popolarità|ISRC|Aggiunto da|Aggiunto il",
    "ja": "トラックURI|トラック名|アーティストURI|アーティスト名|アルバムURI|アルバム名"
    "|アルバムアーティストURI|アルバムアーティスト名|アルバム発売日|アルバム画像URL"
    "|ディスク番号|トラック番号|トラックの長さ（ミリ秒）|トラックプレビューURL"
    "|明示的な内容|人気度|ISRC|追加者|追加日時",
    "nl": "Nummer URI|Nummernaam|Artiest-URI|Naam van artiest|Album-URI|Naam van album"
    "|Artiest-URI van het album|Naam van artiest op het album|Releasedatum van het album"
    "|Album afbeelding-URL|Schijfnummer|Nummernummer|Nummerduur (ms)|Voorbeeld-URL|Expliciet"
    "|Populariteit|ISRC|Toegevoegd door|Toegevoegd op",
    "pt": "URI da faixa|Nome da faixa|URI(s) do artista|Nome(s) do artista|URI do álbum"
    "|Nome do álbum|URI(s) do artista do álbum|Nome(s) do artista do álbum"
    "|Data de lançamento do álbum|URL da imagem do álbum|Número do disco|Número da faixa"
    "|Duração da faixa (ms)|URL de prévia da faixa|Explícita|Popularidade|ISRC"
    "|Adicionado por|Adicionado em",
    "sv": "Låtens URI|Låtens namn|Artistens URI|Artistens namn|Albumets URI|Albumets namn"
    "|Albumartistens URI|Albumartistens namn|Albumets releasedatum|Albumets bild-URL|Skivnummer"
    "|Låtnummer|Låtlängd (ms)|Förhandsgranskning URL|Explicit|Popularitet|ISRC|Tillagd av"
    "|Tillagd vid",
    "tr": "Parça URI|Parça Adı|Sanatçı URI|Sanatçı Adı|Albüm URI|Albüm Adı"
    "|Albümdeki Sanatçı URI|Albümdeki Sanatçı Adı|Albüm Çıkış Tarihi|Albüm Resim URL'si"
    "|Disk Numarası|Parça Numarası|Parça Süresi (ms)|Parça Önizleme URL'si|Açık İçerik"
    "|Popülerlik|ISRC|Ekleyen|Eklenme Tarihi",
    "yue-Hant-HK": "歌 Link|歌名|Artist Link|Artist 名|專輯 Link|專輯名|專輯 Artist Link"
    "|專輯 Artist 名|專輯發行日|專輯封面條 Link|碟片冧把|曲目冧把|曲目時長（毫秒）"
    "|曲目試聽 Link|家長指引|熱門度|ISRC|加入者|加入時間",
    "zh-Hans": "曲目 URI|曲目名称|艺人 URI|艺人名称|专辑 URI|专辑名称|专辑艺人 URI|专辑艺人名称"
    "|专辑发行日期|专辑封面 URL|光盘编号|曲目编号|曲目时长（毫秒）|曲目试听 URL|含露骨内容"
    "|热度|ISRC|添加者|添加时间",
    "zh-Hant": "曲目 URI|曲目名稱|藝人 URI|藝人名稱|專輯 URI|專輯名稱|專輯藝人 URI|專輯藝人名稱"
    "|專輯發行日期|專輯封面 URL|光碟編號|曲目編號|曲目長度（毫秒）|曲目試聽 URL|含露骨內容"
    "|熱門度|ISRC|新增者|新增時間",
    "a language of the future": "|".join(f"col{n}" for n in range(16)) + "|ISRC|col17|col18",
}
APP_ROW = (
    f"spotify:track:{ID}|Title|spotify:artist:1, spotify:artist:2|Ada, Bo\\, Jr.|spotify:album:1"
    "|First|spotify:artist:1|Ada|2019-03-01|http://i/1|1|7|213573||true|55|GBARL9300135"
    "|spotify:user:ada|2023-05-01T10:11:12Z"
).split("|")
AS_ENGLISH = read_table(quoted(APP.split(","), APP_ROW))


@pytest.mark.parametrize("language", BASES)
def test_a_localised_header_reads_as_the_english_one(language: str) -> None:
    table = read_table(quoted(BASES[language].split("|"), APP_ROW))
    assert table == AS_ENGLISH
    assert table.tracks[0].artists == ("Ada", "Bo, Jr.")
    assert table.rows[0].added_by == "ada"


TAIL_ROW = ["house,techno", *("0.7", "0.8", "9", "-6", "0", "0", "0", "0", "0", "0", "128", "4")]
TAIL_ROW += ["acid", "Trax", "(c) 1987"]


@pytest.mark.parametrize("language", LOCALISED)
def test_localised_tails_are_found_by_name(language: str) -> None:
    names = dict(zip(FIELDS, LOCALISED[language].split("|"), strict=True))
    tail = [names["genres"], names["danceability"], "", names["key"], "", names["mode"]]
    tail += [*("",) * 5, names["tempo"], "", names["album_genres"], names["label"], ""]
    header = BASES[language].split("|") + tail
    track = only(read_table(quoted(header, APP_ROW + TAIL_ROW)))
    assert (track.genres, track.key, track.bpm) == (("house", "techno"), "Am", 128.0)
    assert track.label == "Trax"


def test_tails_of_an_unknown_language_are_found_by_their_number() -> None:
    header = BASES["a language of the future"].split("|") + ["tail"] * len(TAIL_ROW)
    track = only(read_table(quoted(header, APP_ROW + TAIL_ROW)))
    assert (track.genres, track.key, track.bpm) == (("house", "techno"), "Am", 128.0)
    assert track.label == "Trax"


def test_no_word_means_two_things() -> None:
    meanings: dict[str, set[str]] = {}
    for field, names in ENGLISH.items():
        for name in names:
            meanings.setdefault(plain(name), set()).add(field)
    for line in LOCALISED.values():
        for field, name in zip(FIELDS, line.split("|"), strict=True):
            meanings.setdefault(plain(name), set()).add(field)
    assert {word: fields for word, fields in meanings.items() if len(fields) > 1} == {}


def test_no_word_that_we_pass_over_is_taken_for_a_field() -> None:
    used = {1, 3, 5, 7, 8, 10, 11, 12, 14, 16, 17, 18, 0}
    for line in BASES.values():
        passed_over = [name for i, name in enumerate(line.split("|")) if i not in used]
        assert [name for name in passed_over if plain(name) in ALIASES] == []


# ---- a backup reads back what was written ------------------------------------------------------

NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).filter(
    lambda name: name.strip() == name and name != "undefined"
)
ROWS = st.lists(
    st.tuples(st.text("0123456789abcXYZ", min_size=22, max_size=22), NAMES), max_size=12
)


@settings(deadline=None, max_examples=60)
@given(
    rows=ROWS,
    header=st.sampled_from([h for name, h in HEADERS.items() if name != "other case and blanks"]),
    delimiter=st.sampled_from(",;\t"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_references_and_titles_come_back_in_their_order(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str]],
    header: str,
    delimiter: str,
    line_end: str,
    quoting: int,
    encoding: str,
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting)  # type: ignore[arg-type]
    names = header.split(",")
    writer.writerow(names)
    for track, title in rows:
        url = f"https://open.spotify.com/track/{track}"
        said = {"uri": f"spotify:track:{track}", "id": track, "url": url, "title": title}
        writer.writerow([said.get(ALIASES.get(plain(name), ""), "1") for name in names])
    path = tmp_path_factory.mktemp("backup") / "House.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    seen = list(CsvSource([path]).observe())
    assert not [line for line in seen if isinstance(line, Unreadable)]
    (listing,) = [s for s in seen if isinstance(s, PlaylistListed)]
    assert listing.complete
    assert [row.track for row in listing.rows] == [f"spotify:track:{track}" for track, _ in rows]
    titles = {track.ref: track.title for track in seen if isinstance(track, TrackSeen)}
    first = {f"spotify:track:{track}": title for track, title in reversed(rows)}
    assert titles == first
