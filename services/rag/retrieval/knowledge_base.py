"""The pages in use, kept up to date: read again when a file changes, never changed while somebody searches them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Self

from services.chassis.errors.catalogue import ApiError
from services.chassis.errors.status import UpstreamError
from services.rag.pages.library import Library, fingerprint
from services.rag.retrieval.retriever import Retriever

_log = logging.getLogger("knowledge")
Names = Mapping[str, Sequence[str]]


class KnowledgeBase:
    """Pages of a folder, ready to be searched. Inside a block they are kept up to date.

    Args:
        folder: Of the pages.
        watch_s: Seconds between two looks at the folder.
        names: Asks theory for the names of its entries, by which pages are found too; None where theory does not run.
    """

    def __init__(self, folder: Path, watch_s: float, names: Callable[[], Awaitable[Names]] | None = None) -> None:
        self._folder = folder
        self._watch_s = watch_s
        self._ask_names = names
        self._names: Names = {}
        self._seen = fingerprint(folder)
        # One thread: pages are read beside the event loop, and never twice at once. It reads them the first time too,
        # since the memory that a thread has given back is there for that thread only.
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="pages")
        self._watching: asyncio.Task[None] | None = None
        self.retriever = self._reader.submit(self._read).result()

    def _read(self) -> Retriever:
        library = Library.load(self._folder)
        for problem in library.problems:
            _log.warning("a page is left out: %s", problem)
        return Retriever(library, self._names)

    async def __aenter__(self) -> Self:
        """Keep the pages up to date from here on."""
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave the pages as they are."""
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
        self._reader.shutdown()

    async def _watch(self) -> None:
        while True:
            try:
                await self._take_names()
                await self._refresh()
            except OSError:
                _log.exception("the pages cannot be read; those in use stay")
            await asyncio.sleep(self._watch_s)

    async def _take_names(self) -> None:
        """Take theory's names as soon as theory answers, once."""
        if self._ask_names is None:
            return
        try:
            self._names = await self._ask_names()
        except (ApiError, UpstreamError) as error:
            _log.info("theory does not tell its catalogue yet: %s", error)
        else:
            self._ask_names = None
            loop = asyncio.get_running_loop()
            self.retriever = await loop.run_in_executor(self._reader, self.retriever.with_names, self._names)

    async def _refresh(self) -> None:
        """Read the pages again when a file was added, changed or removed."""
        seen = await asyncio.get_running_loop().run_in_executor(self._reader, fingerprint, self._folder)
        if seen != self._seen:
            self._seen = seen
            await self._read_again()

    async def _read_again(self) -> None:
        self.retriever = await asyncio.get_running_loop().run_in_executor(self._reader, self._read)
        _log.info("%d pages", len(self.retriever.library.pages))
