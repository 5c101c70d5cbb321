"""The rules of a person who does and says whatever they like, beside all that happens anyway."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.machine import hands, words
from tests.machine.machine import NAME, PICK, ROWS, SONG, Kept, picked
from tests.machine.sound import Song
from tests.machine.world import TEMPLATE, songs


class Meddled(Kept):
    """The same library, in which a person works."""

    plain = False

    # -- files -----------------------------------------------------------------------------------

    @rule(pick=PICK, edit=st.sampled_from(hands.EDITS), song=SONG)
    def edit_root(self, pick: int, edit: str, song: Song) -> None:
        """A person changes a file in the tree that we keep in step."""
        self._changed()
        hands.edit(self.world, self.world.folder("root"), pick, edit, song)

    @rule(pick=PICK, edit=st.sampled_from(hands.FOLDER_EDITS))
    def edit_folder(self, pick: int, edit: str) -> None:
        """A person changes a whole folder of it."""
        self._changed()
        hands.edit_folder(self.world, self.world.folder("root"), pick, edit)

    @rule(name=NAME, song=SONG, what=st.sampled_from(hands.FOREIGN), wanted=st.booleans())
    def put_foreign(self, name: str, song: Song, what: str, wanted: bool) -> None:
        """A person puts something where we will want to put something."""
        self._changed()
        path = self.backup(name)
        if wanted:
            self.world.playlist(path, [*self.world.rows.get(path.name, ()), song])
        hands.put_foreign(self.world, self.world.folder("root"), name, song, what)

    @rule(pick=PICK, song=SONG, what=st.sampled_from(("song", "junk", "folder")))
    def take_a_place(self, pick: int, song: Song, what: str) -> None:
        """A person puts something exactly where the next run will want to put something."""
        self.edit_playlist(pick, "add", song)
        self.runs.save_plan()
        root = self.world.folder("root")
        for path in picked(self.runs.planned(), pick):
            hands.put_in_place(self.world, root / path, song, what)

    # -- backups -----------------------------------------------------------------------------------

    @rule(name=NAME, rows=ROWS, form=st.sampled_from(("whole", "other")))
    def back_up_elsewhere(self, name: str, rows: list[int], form: str) -> None:
        """Another folder of backups has a playlist of that name too."""
        self._changed()
        self.world.playlist(self.world.folder("more") / f"{name}.csv", songs(rows), form)

    # -- words -----------------------------------------------------------------------------------

    @rule(pick=PICK, song=SONG, other=SONG, word=st.sampled_from(tuple(words.WORDS)))
    def say(self, pick: int, song: Song, other: Song, word: str) -> None:
        """A person says which file is which track, or which tracks are one."""
        self._changed()
        words.say(self.world.library, pick, song, other, word)
        self.runs.follow_log()

    @rule(pick=PICK, choice=PICK)
    def answer(self, pick: int, choice: int) -> None:
        """A person answers what is open."""
        self._changed()
        words.answer(self.world.library, pick, choice)
        self.runs.follow_log()

    @rule()
    def adopt(self) -> None:
        """A person gives us the files that were there before."""
        self._changed()
        words.adopt(self.world.library)
        self.runs.follow_log()

    @rule()
    def empty_trash(self) -> None:
        """A person has the trash emptied."""
        self._changed()
        if "root" not in self.world.away:
            words.empty_trash(self.world.library, self.world.folder("root"))
            self.runs.follow_log()

    @rule(template=st.sampled_from((TEMPLATE, "{playlist}/{title}", "{artist}/{title} ({album})")))
    def name_anew(self, template: str) -> None:
        """Files are to have other names."""
        self._changed()
        self.world.template = template

    # -- the log ---------------------------------------------------------------------------------

    @rule()
    def back_up_log(self) -> None:
        """Somebody copies the log."""
        self.world.back_up_log()

    @rule()
    def restore_log(self) -> None:
        """Somebody puts the copy in its place: all that came after is forgotten."""
        if self.world.restore_log():
            self._changed()
            self.runs.forget()
