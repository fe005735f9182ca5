"""Entities of an RO-Crate that are no files, and references to any."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rocrate.rocrate import ROCrate


def add(crate: "ROCrate", id_: str, kind: str, **properties: Any) -> None:
    """Add an entity with its type and properties."""
    from rocrate.model.contextentity import ContextEntity

    crate.add(ContextEntity(crate, id_, {"@type": kind, **properties}))


def reference(id_: str) -> dict[str, str]:
    """Return a reference to the entity."""
    return {"@id": id_}
