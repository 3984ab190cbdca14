"""The text of an uploaded file, read by a program that may fail without harm."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO

from django.db import models

READER = Path(__file__).with_name("document_reader.py")
SECONDS_AT_UPLOAD = 20
SECONDS_LATER = 300


class ReaderError(Exception):
    """The program that reads files does not work, whatever the file."""


class Outcome(models.TextChoices):
    """What came of reading a file, in words for an editor."""

    READ = "read", "All of its text can be found"
    PART = "part", "Only the beginning can be found: the text is long"
    LOCKED = "locked", "It needs a password"
    DAMAGED = "damaged", "It is damaged, or not the kind of file that its name says"
    NO_TEXT = "no_text", "There is no text in it: it may be a scan, that is pictures of pages"
    TOO_LARGE = "too_large", "It is too large or too complicated"
    UNKNOWN = "unknown", "Files of this kind cannot be read"
    MISSING = "missing", "The file is gone"


def text_of(file: IO[bytes], kind: str, seconds: int) -> tuple[Outcome, list[str]]:
    """Return what came of reading a file, and its text by page (one text if not a PDF).

    `kind` is the end of the file's name, such as `pdf`. It takes so many seconds at most.
    Raises ReaderError or OSError if the program cannot be started.
    """
    with TemporaryFile() as source, TemporaryFile() as answer:
        copyfileobj(file, source)
        source.seek(0)
        ended = run_reader(source, answer, kind, seconds)
        answer.seek(0)
        if not answer.readline(100):
            raise ReaderError(f"{READER} cannot start. Try: {sys.executable} -I {READER} txt 9")
        if ended in {-signal.SIGKILL, -signal.SIGXCPU}:
            return Outcome.TOO_LARGE, []
        if ended != 0:
            return Outcome.DAMAGED, []
        result = json.loads(answer.read())
        return Outcome(result["outcome"]), result["pages"]


def run_reader(source: IO[bytes], answer: IO[bytes], kind: str, seconds: int) -> int:
    """Run the program in a process group of its own and return how it ended.

    It is told nothing of the site: no environment, no open connection.
    """
    process = subprocess.Popen(
        [sys.executable, "-I", "-X", "utf8", str(READER), kind.lower(), str(seconds)],
        stdin=source,
        stdout=answer,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        start_new_session=True,
    )
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return -signal.SIGKILL
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
