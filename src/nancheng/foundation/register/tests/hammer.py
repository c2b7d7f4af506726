"""One of several processes that register the same things at once: ``python -m … name turns``.

Prints one line a number given and one a refusal.
"""

from __future__ import annotations

import os
import sys

import django


def main(name: str, turns: int) -> None:
    """Register projects of one's own, and what every other process registers too."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nancheng.config.settings")
    django.setup()
    # Only after the set-up: these modules hold tables.
    from nancheng.foundation.people import queries as people
    from nancheng.foundation.people.models import Department
    from nancheng.foundation.register import actions
    from nancheng.foundation.register.models import Organisation
    from nancheng.foundation.register.rules import OrganisationFacts
    from nancheng.foundation.register.tests import making
    from nancheng.kernel.refusal import Refused

    by = people.actor_of(username="clerk", on=making.ON)
    unit = Organisation.objects.get(uscc=making.a_code(1))
    department = Department.objects.get(code="construction")
    for turn in range(turns):
        for key in (f"{name}/{turn}", f"shared/{turn}"):
            facts = making.project_facts(unit, department)
            made = actions.register_project(facts, by=by, at=making.AT, key=key)
            print(made.number)
        try:
            facts_of_unit = OrganisationFacts(making.a_code(100 + turn), "演示单位", "other")
            print(actions.register_organisation(facts_of_unit, by=by, at=making.AT).uscc)
        except Refused as refused:
            print(refused.code)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
