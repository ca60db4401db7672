"""The pages in use, kept up to date: read again when a file changes, never changed while somebody searches them."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from services.rag.pages.library import Library, fingerprint
from services.rag.retrieval.retriever import Retriever

_log = logging.getLogger("knowledge")


class KnowledgeBase:
    """Pages of a folder, ready to be searched.

    Args:
        folder: Of the pages.
        watch_s: Seconds between two looks at the folder.
    """

    def __init__(self, folder: Path, watch_s: float) -> None:
        self._folder = folder
        self._watch_s = watch_s
        self._names: Mapping[str, Sequence[str]] = {}
        self._seen = fingerprint(folder)
        self._reading = asyncio.Lock()
        self._watching: asyncio.Task[None] | None = None
        self.retriever = self._read()

    def _read(self) -> Retriever:
        library = Library.load(self._folder)
        for problem in library.problems:
            _log.warning("a page is left out: %s", problem)
        return Retriever(library, self._names)

    async def name(self, names: Mapping[str, Sequence[str]]) -> None:
        """Take the names of theory's entries, by which pages are found too."""
        if names != self._names:
            self._names = names
            await self._read_again()

    async def refresh(self) -> None:
        """Read the pages again when a file was added, changed or removed."""
        seen = await asyncio.to_thread(fingerprint, self._folder)
        if seen != self._seen:
            self._seen = seen
            await self._read_again()

    async def _read_again(self) -> None:
        """Read beside the event loop; the pages in use are searched until the new ones are ready."""
        async with self._reading:
            self.retriever = await asyncio.to_thread(self._read)
        _log.info("%d pages", len(self.retriever.library.pages))

    def watch(self) -> None:
        """Begin to look at the folder, for as long as the event loop runs."""
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._watch_s)
            try:
                await self.refresh()
            except OSError:
                _log.exception("the pages cannot be read; those in use stay")
