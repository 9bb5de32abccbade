"""How much a file may be, and how much its reading may cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that keep a hostile file from costing more than an honest one; the defaults fit a yearbook of 3000 pages."""

    file_bytes: int = 50_000_000
    unpacked_bytes: int = 400_000_000
    unpacked_ratio: int = 200  # an honest workbook of figures packs to a twentieth
    members: int = 10_000  # parts inside a Word or Excel file
    pages: int = 3_000
    sheets: int = 200
    cells: int = 1_000_000
    depth: int = 256  # nesting of HTML elements, tables in tables, and lists in a description
    characters: int = 5_000_000
    description_bytes: int = 65_536  # front matter or sidecar
    memory_bytes: int = 1_500_000_000
    cpu_seconds: int = 90
    wall_seconds: float = 120.0
    workers: int = 2
    files: int = 20_000  # in one call
    folder_depth: int = 32
