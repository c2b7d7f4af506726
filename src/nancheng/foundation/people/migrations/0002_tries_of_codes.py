"""Counts the tries of codes of each person, from wherever they come."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two columns of the second factor."""

    replaces = [("people", "0005_tries_of_codes")]
    dependencies = [("people", "0001_people")]

    operations = [
        migrations.AddField(
            model_name="secondfactor",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="secondfactor",
            name="tried_at",
            field=models.DateTimeField(null=True, blank=True),
        ),
    ]
