"""A classical program-repair engine behind a chat: reproduction, fault localisation, small edits."""

from dgm.models.offline.repair.mind import repair_mind

__all__ = ["repair_mind"]
