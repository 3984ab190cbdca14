"""The files of the starter content: where they are, and in which order they are read."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


class ContentFileError(Exception):
    """A file of the starter content cannot be loaded; says which, and why."""


@dataclass(frozen=True)
class PageFile:
    """One page's file: its address, its facts, and the address of the page above it."""

    source: Path
    address: str
    facts: dict[str, Any]

    @property
    def parent(self) -> str:
        return self.address.rstrip("/").rpartition("/")[0] + "/"

    @property
    def slug(self) -> str:
        return self.address.rstrip("/").rpartition("/")[2]


def page_files(folder: Path) -> Iterator[PageFile]:
    """Yield every page's file, parents first, children in the order their parent gives."""

    def below(address: str, children: list[str]) -> Iterator[PageFile]:
        for slug in children:
            child_address = f"{address}{slug}/"
            source = folder / "pages" / f"{child_address.strip('/')}.yaml"
            facts = read_yaml(source)
            yield PageFile(source, child_address, facts)
            yield from below(child_address, facts.get("children", []))

    source = folder / "pages" / "home.yaml"
    home = read_yaml(source)
    home["search_description"] = home.pop("introduction")
    yield PageFile(source, "/", home)
    yield from below("/", home["children"])


def read_yaml(source: Path) -> Any:
    """Return what a file holds. Raises ContentFileError if it cannot be read."""
    try:
        return yaml.safe_load(source.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        message = f"{source}: {error}"
        raise ContentFileError(message) from error
